"""Event times: when an event happened and when it was told, as the map says; never a guess."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from ecrm_core.errors import InputError
from ecrm_core.sources.cells import Cells, path_of
from ecrm_core.sources.event_map import EventMap
from ecrm_core.sources.event_numbers import number_in
from ecrm_core.sources.row_reader import observed_at

__all__ = ["happened_at", "told_at"]

_MICROSECONDS: Final = {"at:unix": 10**6, "at:unix_ms": 10**3}
_START: Final = datetime(1970, 1, 1, tzinfo=UTC)


def happened_at(cells: Cells, fields: EventMap) -> datetime:
    """Return when the event of a row happened; InputError where nobody can tell."""
    for role, factor in _MICROSECONDS.items():
        for column in fields.columns_for(role):
            return _counted(cells, column, factor)
    return _written(cells, fields)


def told_at(cells: Cells, fields: EventMap) -> datetime | None:
    """Return when the source last changed what it says; None where it does not say."""
    column = next(iter(fields.columns_for("told_at")), None)
    return observed_at(cells, column, tz=fields.tz, order=fields.date_order)


def _counted(cells: Cells, column: str, factor: int) -> datetime:
    count = number_in(cells, column, ".")
    if count is None:
        raise InputError("found no time", path=path_of(column), code="no_time")
    try:
        return _START + timedelta(microseconds=int(count * factor))
    except OverflowError:
        message = "found an instant beyond the years 1 to 9999"
        raise InputError(message, path=path_of(column), code="date_range") from None


def _written(cells: Cells, fields: EventMap) -> datetime:
    columns, whole = fields.columns_for("at"), cells
    if len(columns) > 1:  # a day and a time of day
        said = [text.strip() for c in columns if isinstance(text := cells.said(c), str)]
        whole = Cells({columns[0]: " ".join(said)}, limits={}, clears=())
    found = observed_at(whole, columns[0], tz=fields.tz, order=fields.date_order)
    if found is None:
        message = (
            "found no time that can be read, expected ISO 8601; name the zone (tz) of times "
            "without an offset and the order (date_order) of other dates"
        )
        raise InputError(message, path=path_of(columns[0]), code="no_time")
    return found
