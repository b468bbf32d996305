"""Event numbers: amounts as exports write them, by a decimal sign that is named, never guessed."""

from __future__ import annotations

import re
from decimal import Decimal

from ecrm_core.errors import InputError
from ecrm_core.kernel import gate_decimal
from ecrm_core.sources.cells import Cells, path_of

__all__ = ["number_in"]

_GROUPED = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d{1,40})(\.\d{1,40})?", re.ASCII)
_SWAP = str.maketrans(".,", ",.")


def number_in(cells: Cells, column: str | None, decimal: str) -> Decimal | None:
    """Return the number of a cell; None for a blank one, InputError for anything else."""
    if column is None:
        return None
    text = cells.said(column)
    if not isinstance(text, str):
        return None
    cells.drop(column)
    return _number_of_text(text, path_of(column), decimal)


def _number_of_text(text: str, path: str, decimal: str) -> Decimal:
    """Return the number: digits, in groups of three or not, and the decimal sign named."""
    given = text.strip().translate(_SWAP) if decimal == "," else text.strip()
    found = _GROUPED.fullmatch(given)
    if not found:
        message = f"found {len(text)} characters that are no number with the decimal sign {decimal}"
        raise InputError(message, path=path, code="not_decimal")
    return gate_decimal(f"{found[1]}{found[2].replace(',', '')}{found[3] or ''}", path)
