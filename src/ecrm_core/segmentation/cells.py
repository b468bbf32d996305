"""Cells: what frames hold as the values a rule compares; a column's type is found in its values.

NaN, infinity, NaT, NA, None and blank text are missing. Nothing is guessed: text is a date only
where every cell is an ISO 8601 one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from math import isfinite
from zoneinfo import ZoneInfo

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import parse_date, parse_instant, zone
from ecrm_core.segmentation.schema import FieldType

__all__ = ["infer", "tidy"]

_PLAIN = frozenset({bool, int, date, datetime, type(None)})
_MISSING = frozenset({"NAType", "NaTType"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)


def tidy(cell: object) -> object:
    """Return a cell as a plain Python value; None for a missing one."""
    kind = type(cell)
    if kind in _PLAIN:
        return cell
    if kind is str or kind is float:  # most are, and nothing else has to be looked for
        return _plain(cell)
    if hasattr(cell, "as_py"):  # a pyarrow scalar
        cell = cell.as_py()
    if type(cell).__name__ == "datetime64" and hasattr(cell, "astype"):
        cell = cell.astype("datetime64[us]")
    if hasattr(cell, "tolist"):  # a numpy scalar or array, or a series of a list column
        cell = cell.tolist()
    elif hasattr(cell, "to_list"):
        cell = cell.to_list()
    return _plain(cell)


def _plain(cell: object) -> object:
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or type(cell).__name__ in _MISSING:
        return None
    if isinstance(cell, Decimal):
        return cell if cell.is_finite() else None
    return None if isinstance(cell, float) and not isfinite(cell) else cell


def infer(cells: Iterable[object], name: str, tz: str) -> tuple[FieldType, list[object]]:
    """Return the type of a column and its values in that type.

    DefinitionError, naming the column and the sorts found, for a column of several types. Times
    without an offset are of the zone ``tz``; where all are midnight they are dates.
    """
    values = [tidy(cell) for cell in cells]
    sorts = {_sort(value) for value in values if value is not None}
    if sorts <= {"day", "local"} and "local" in sorts:
        return _local(values, zone(tz))
    if sorts == {"text"}:
        return _text(values)
    if len(sorts) > 1 or sorts & {"other"}:
        found = ", ".join(sorted(sorts))
        message = f"found {found} in the column {name[:80]!r}, expected values of one type"
        raise DefinitionError(message, code="mixed_column", column=name)
    return _TYPES.get("".join(sorts), FieldType.UNKNOWN), values


_TYPES: Mapping[str, FieldType] = {
    "flag": FieldType.BOOLEAN,
    "number": FieldType.NUMBER,
    "day": FieldType.DATE,
    "instant": FieldType.INSTANT,
    "list": FieldType.LIST,
}


def _sort(value: object) -> str:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float, Decimal)):
        return "number"
    if isinstance(value, datetime):
        return "local" if value.utcoffset() is None else "instant"
    if isinstance(value, date):
        return "day"
    if isinstance(value, str):
        return "text"
    return "list" if isinstance(value, (list, tuple, set, frozenset)) else "other"


def _local(values: Sequence[object], of: ZoneInfo) -> tuple[FieldType, list[object]]:
    times = [value for value in values if isinstance(value, datetime)]
    if all(value.time() == time.min for value in times):
        days = [v.date() if isinstance(v, datetime) else v for v in values]
        return FieldType.DATE, list(days)
    start = [_start(value) for value in values]
    return FieldType.INSTANT, [at.replace(tzinfo=of) if at else None for at in start]


def _start(value: object) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time.min) if isinstance(value, date) else None


def _text(values: Sequence[object]) -> tuple[FieldType, list[object]]:
    texts = [value for value in values if isinstance(value, str)]
    for pattern, read, kind in (
        (_DATE, parse_date, FieldType.DATE),
        (_INSTANT, parse_instant, FieldType.INSTANT),
    ):
        if all(pattern.fullmatch(text) for text in texts):
            found = _read(values, read)
            if found is not None:
                return kind, found
    return FieldType.TEXT, list(values)


def _read(values: Sequence[object], read: Callable[[str], object]) -> list[object] | None:
    try:
        return [read(value) if isinstance(value, str) else None for value in values]
    except InputError:
        return None
