"""Forms: how a column holds values, and where a value of a rule falls among those it can hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from enum import Enum
from typing import Any, Final, Literal

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation import FieldType

__all__ = [
    "FORMS",
    "ISO",
    "ONLY_POSTGRES",
    "Cut",
    "Dialect",
    "Form",
    "bounded",
    "cut_of",
    "iso_text",
    "whole",
]

Dialect = Literal["sqlite", "postgres"]
"""The databases a segment can be asked of."""


class Form(Enum):
    """How a column holds its values; numbers and amounts in units of 10 to the minus ``scale``."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    REAL = "real"
    BOOLEAN = "boolean"
    DATE = "date"
    ISO_DATE = "iso date"
    TIMESTAMPTZ = "timestamptz"
    TIMESTAMP = "timestamp"
    ISO_INSTANT = "iso instant"
    EPOCH = "epoch"
    JSON = "json"
    ARRAY = "array"


ONLY_POSTGRES: Final = frozenset(
    {Form.DECIMAL, Form.DATE, Form.TIMESTAMPTZ, Form.TIMESTAMP, Form.ARRAY}
)
"""The forms SQLite does not have."""
_AMOUNTS = frozenset({Form.INTEGER, Form.DECIMAL, Form.REAL})
_DAYS = frozenset({Form.DATE, Form.ISO_DATE})
FORMS: Final[Mapping[FieldType, frozenset[Form]]] = {
    FieldType.TEXT: frozenset({Form.TEXT}),
    FieldType.ID: frozenset({Form.TEXT, Form.INTEGER}),
    FieldType.INTEGER: frozenset({Form.INTEGER}),
    FieldType.NUMBER: _AMOUNTS,
    FieldType.MONEY: _AMOUNTS,
    FieldType.BOOLEAN: frozenset({Form.BOOLEAN}),
    FieldType.DATE: _DAYS,
    FieldType.INSTANT: frozenset({Form.TIMESTAMPTZ, Form.TIMESTAMP, Form.ISO_INSTANT, Form.EPOCH}),
    FieldType.LIST: frozenset({Form.JSON, Form.ARRAY}),
}
"""The forms a column may have, by the type of its field."""
ISO: Final = re.compile(
    r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\[?)(?:\.(\d{1,6}))?(\]?)(Z|\+00:00|)", re.ASCII
)
"""What an example of an ISO instant looks like; in brackets: a fraction where there is one."""
_EXACT = Context(prec=200)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEAST, _MOST = -(2**63), 2**63 - 1


@frozen
class Cut:
    """Where a wanted value falls: at ``value`` (side 0), just above it (1) or just below (-1)."""

    value: Any
    side: int = 0


def cut_of(
    wanted: Any,  # noqa: ANN401 - a value in its one form
    form: Form,
    *,
    scale: int = 0,
    like: str = "",
) -> Cut | None:
    """Return where a value falls among those the form can hold; None where it equals none.

    So a comparison with it is exact, whatever the form can hold: what is below 10.5 is at most 10
    in a column of whole numbers.
    """
    match form:
        case Form.INTEGER:
            cut = _id(wanted) if isinstance(wanted, str) else whole(_scaled(wanted, scale))
        case Form.REAL:
            cut = _float(wanted)
        case Form.ISO_DATE:
            cut = Cut(wanted.isoformat())
        case Form.TIMESTAMP:
            cut = Cut(wanted.replace(tzinfo=None))
        case Form.EPOCH:
            micros = (wanted - _EPOCH) // timedelta(microseconds=1)
            cut = whole(_scaled(Decimal(micros), scale - 6))
        case Form.ISO_INSTANT:
            cut = _iso(wanted, like)
        case _:
            cut = Cut(wanted)
    return cut


def _scaled(number: Decimal, scale: int) -> Decimal:
    return _EXACT.multiply(number, Decimal(1).scaleb(scale))


def whole(number: Decimal) -> Cut:
    """Return where a number falls among the whole numbers."""
    floor = number.to_integral_value(ROUND_FLOOR, _EXACT)
    return Cut(int(floor), int(number != floor))


def bounded(cut: Cut) -> Cut:
    """Return where it falls among the whole numbers of 64 bits: SQLite's driver takes no other."""
    if isinstance(cut.value, int) and not _LEAST <= cut.value <= _MOST:
        return Cut(_MOST, 1) if cut.value > 0 else Cut(_LEAST, -1)
    return cut


def _id(text: str) -> Cut | None:
    """Return the whole number a text is the one spelling of; a longer text is none's."""
    plain = text.isascii() and text.removeprefix("-").isdigit() and len(text) < 20
    number = int(text) if plain else 0
    return Cut(number) if plain and str(number) == text and _LEAST <= number <= _MOST else None


def _float(number: Decimal) -> Cut:
    """A float is read as the shortest decimal that means it."""
    nearest = float(number)
    meant = Decimal(repr(nearest))
    return Cut(nearest, (number > meant) - (number < meant))


def _iso(instant: datetime, like: str) -> Cut:
    text = iso_text(instant, like)
    digits = _parts(like)[1]
    return Cut(text, int(instant.microsecond % 10 ** (6 - digits) != 0))


def iso_text(instant: datetime, like: str) -> str:
    """Return an instant (UTC) as the example has it, cut to its fraction."""
    sign, digits, optional, zone = _parts(like)
    at = instant.replace(tzinfo=None)
    text = f"{date.isoformat(at)}{sign}{at:%H:%M:%S}"
    if digits and not (optional and not at.microsecond):
        text += f".{at.microsecond:06d}"[: digits + 1]
    return text + zone


def _parts(like: str) -> tuple[str, int, bool, str]:
    found = ISO.fullmatch(like)
    # With Z behind it, 09:00:00Z would sort after 09:00:00.5Z.
    if (
        found is None
        or bool(found[2]) != bool(found[4])
        or (found[2] and (found[5] == "Z" or len(found[3] or "") != 6))
    ):
        message = (
            "found no example of an instant, expected such as 2026-01-31T09:00:00.000000Z or "
            "2026-01-31 09:00:00[.000000]"
        )
        raise DefinitionError(message, code="sql_mapping")
    return found[1], len(found[3] or ""), bool(found[2]), found[5]
