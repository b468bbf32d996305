"""Readings: the days an unread date of birth may mean, in a cell or kept beside a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from ecrm_core.customers import SourceRecord
from ecrm_core.customers.fieldmap_words import read_header
from ecrm_core.errors import InputError
from ecrm_core.kernel import date_readings, parse_date

__all__ = ["Readings", "birth_readings", "kept_readings"]

Readings = Mapping[str, tuple[date, ...]]
"""Days by the order of day, month and year they are read in: "DMY", "MDY", "YMD"."""

_FIELD = "birth_on"
_KEPT = "unmapped.$."
_LIKE_A_DAY = re.compile(r"\d{1,4}\W{1,3}\d{1,2}\W{1,3}\d{1,4}\W?")


def birth_readings(text: str, *, order: str | None = None, as_of: date | None = None) -> Readings:
    """Return the days somebody may be born on by this text, up to ``as_of``; see date_readings."""
    found = date_readings(text, order=order)
    past = {name: tuple(d for d in days if not as_of or d <= as_of) for name, days in found.items()}
    return {name: days for name, days in past.items() if days}


def kept_readings(record: SourceRecord, *, as_of: date | None) -> Mapping[str, Readings]:
    """Return the readings of a date of birth that no field took, by field; mostly nothing.

    It is known by the name of its column or key, in the words FieldMap.guess knows.
    """
    if _FIELD in record.cells:
        return {}
    for name, cell in record.cells.items():
        if not name.startswith(_KEPT) or not isinstance(cell.value, str):
            continue
        # The name of a key may be anything, so it is not remembered; nearly no cell is a day.
        if _LIKE_A_DAY.fullmatch(cell.value.strip()) and _is_birth(name[len(_KEPT) :]):
            readings = birth_readings(cell.value, as_of=as_of)
            if readings and not _readable(cell.value):
                return {_FIELD: readings}
    return {}


def _readable(text: str) -> bool:
    """Tell whether the text has one reading for certain: then nobody asked for the column."""
    try:
        parse_date(text)
    except InputError:
        return False
    return True


def _is_birth(name: str) -> bool:
    return "." not in name and read_header(name).role == "birth_date"
