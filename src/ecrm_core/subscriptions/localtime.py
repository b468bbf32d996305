"""Local time: the instant a local day and time mean in a zone, and the local day of an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from ecrm_core.errors import InputError
from ecrm_core.kernel import utc, zone

__all__ = ["due_at", "local_day"]

_known_zone = lru_cache(maxsize=1_024)(zone)


@lru_cache(maxsize=4_096)  # a shop has many due on one day, at one time
def due_at(day: date, at: time, tz: str) -> datetime:
    """Return the instant (UTC) of a local day and time in an IANA zone.

    A time in a gap takes the first valid instant after it (02:30 gives 03:00 where 02:00 jumps to
    03:00), one in a fold its first occurrence. Raises DefinitionError for an unknown zone and
    InputError for an instant beyond the years 1 to 9999.
    """
    where = _known_zone(tz)
    local = datetime.combine(day, at.replace(tzinfo=None, fold=0), where)
    instant = utc(local)
    if local.utcoffset() == local.replace(fold=1).utcoffset():
        return instant
    if _wall(instant, where) == local.replace(tzinfo=None):
        return instant  # a fold
    return _end_of_gap(utc(local.replace(fold=1)), instant, where)


@lru_cache(maxsize=4_096)  # a run asks it of many at one instant
def local_day(instant: datetime, tz: str) -> date:
    """Return the calendar day of an instant in an IANA zone; InputError beyond 1 to 9999."""
    try:
        return utc(instant).astimezone(_known_zone(tz)).date()
    except OverflowError:
        message = "found a date beyond the years 1 to 9999"
        raise InputError(message, code="date_range") from None


def _wall(instant: datetime, where: ZoneInfo) -> datetime:
    return instant.astimezone(where).replace(tzinfo=None)


def _end_of_gap(before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    """Return the instant at which the offset changes between the two, to the second."""
    low, high = 0, int((after - before).total_seconds())
    old = before.astimezone(where).utcoffset()
    while high - low > 1:
        middle = (low + high) // 2
        same = (before + timedelta(seconds=middle)).astimezone(where).utcoffset() == old
        low, high = (middle, high) if same else (low, middle)
    return (before + timedelta(seconds=high)).astimezone(UTC)
