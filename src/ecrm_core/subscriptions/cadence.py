"""Cadence: how often, from which anchor; every boundary is a closed form of anchor and number.

No boundary is derived from the one before it, which may have been clipped: 31 January is followed
by 28 February and then by 31 March.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from enum import Enum

from attrs import frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.duration import Duration, is_count

__all__ = [
    "Anchor",
    "Cadence",
    "Unit",
    "boundaries",
    "boundary",
    "cycle_of",
    "first_boundary",
    "period_of",
    "whole_periods",
]

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 1
_MOST = {"month": 120_000, "day": 4_000_000}


class Unit(Enum):
    """What a cadence counts: days (weeks are 7 of them) or months (years are 12)."""

    DAY = "day"
    MONTH = "month"


_IN_DAYS = {"day": 1, "week": 7}
_IN_MONTHS = {"month": 1, "year": 12}


@frozen
class Cadence:
    """Every so many days or months; ``Cadence.every(2, "week")`` and ``Cadence.parse("P2W")``."""

    unit: Unit
    count: int

    def __attrs_post_init__(self) -> None:
        """Refuse what never goes on, or leaves the calendar at once (DefinitionError)."""
        if not isinstance(self.unit, Unit):
            raise DefinitionError("found no unit of a cadence, expected a Unit", code="cadence")
        if not is_count(self.count, 1, _MOST[self.unit.value]):
            message = f"found a cadence of that many {self.unit.value}s, expected 1 or more"
            raise DefinitionError(message, code="cadence")

    @classmethod
    def every(cls, count: int, unit: str) -> Cadence:
        """Return the cadence of so many of "day", "week", "month" or "year"."""
        if unit in _IN_DAYS:
            return cls(Unit.DAY, count * _IN_DAYS[unit])
        if unit in _IN_MONTHS:
            return cls(Unit.MONTH, count * _IN_MONTHS[unit])
        message = f"found the unit {unit[:40]!r}, expected day, week, month or year"
        raise DefinitionError(message, code="cadence")

    @classmethod
    def parse(cls, text: str, path: str = "$") -> Cadence:
        """Return the cadence of an ISO 8601 duration of one unit; InputError or DefinitionError."""
        length = Duration.parse(text, path)
        if length.months and length.days:
            message = "found a cadence of months and days, expected one of them"
            raise DefinitionError(message, code="cadence")
        if length.months:
            return cls(Unit.MONTH, length.months)
        return cls(Unit.DAY, length.days)

    @property
    def duration(self) -> Duration:
        """The cadence as a length."""
        return Duration(months=self.count) if self.unit is Unit.MONTH else Duration(days=self.count)

    def __str__(self) -> str:
        """Return the ISO 8601 text."""
        return str(self.duration)


@frozen
class Anchor:
    """Where the counting begins: a day, and the day of the month that is meant (1 to 31).

    In a month that is shorter the last day stands for it. Boundary 0 lies in the month of ``on``;
    a cadence of days counts from ``on`` itself.
    """

    on: date
    day: int

    def __attrs_post_init__(self) -> None:
        """Refuse a day no month has (DefinitionError)."""
        if not is_count(self.day, 1, 31):
            raise DefinitionError("found an anchor day that is not 1 to 31", code="anchor")

    @classmethod
    def at(cls, on: date) -> Anchor:
        """Return the anchor that means the day's own day of the month."""
        return cls(on, on.day)

    @classmethod
    def last_day_sticks(cls, on: date) -> Anchor:
        """Return the anchor that keeps to the last day when it starts on one (30 Apr, 31 Oct)."""
        last = on.day == monthrange(on.year, on.month)[1]
        return cls(on, 31 if last else on.day)

    @classmethod
    def weekday(cls, on: date, iso_weekday: int) -> Anchor:
        """Return the anchor on the first such weekday (1 Monday to 7 Sunday) from a day on."""
        if not 1 <= iso_weekday <= 7:
            message = f"found weekday {iso_weekday}, expected 1 (Monday) to 7 (Sunday)"
            raise DefinitionError(message, code="anchor")
        return cls.at(_from_ordinal(on.toordinal() + (iso_weekday - on.isoweekday()) % 7))

    @classmethod
    def month_day(cls, year: int, month: int, day: int) -> Anchor:
        """Return the anchor on a day of a month of the year: 29 February is 28 in other years."""
        if not 1 <= month <= 12 or not 1 <= year <= 9999:
            message = f"found month {month} of year {year}, expected 1 to 12 of 1 to 9999"
            raise DefinitionError(message, code="anchor")
        return cls(date(year, month, min(max(day, 1), 28)), day)

    @classmethod
    def calendar(cls, cadence: Cadence, on: date) -> Anchor:
        """Return the anchor of calendar periods: Mondays, firsts of a month, quarters, years."""
        if cadence.unit is Unit.DAY:
            return cls.at(_from_ordinal(on.toordinal() - on.weekday()))
        return cls.at(date(on.year, 1, 1))


def boundary(anchor: Anchor, cadence: Cadence, k: int) -> date:
    """Return boundary number k (negative before the anchor).

    It is anchor.on + relativedelta(months=k * count, day=anchor.day), or k * count days. Raises
    InputError (code "date_range") beyond the years 1 to 9999.
    """
    on = anchor.on
    if cadence.unit is not Unit.MONTH:
        return _from_ordinal(on.toordinal() + cadence.count * k)
    year, month = divmod(on.year * 12 + on.month - 1 + cadence.count * k, 12)
    if not 1 <= year <= 9999:
        raise _beyond()
    day = anchor.day
    if day > 28:
        last = _DAYS[month]
        if month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            last = 29
        day = min(day, last)
    return date(year, month + 1, day)


def cycle_of(anchor: Anchor, cadence: Cadence, day: date) -> int:
    """Return the number k of the period that holds the day: boundary k <= day < boundary k + 1."""
    on = anchor.on
    if cadence.unit is not Unit.MONTH:
        return (day.toordinal() - on.toordinal()) // cadence.count
    months = (day.year - on.year) * 12 + day.month - on.month
    k, rest = divmod(months, cadence.count)
    if rest or day.day >= anchor.day:
        return k
    return k - 1 if boundary(anchor, cadence, k) > day else k


def first_boundary(anchor: Anchor, cadence: Cadence, day: date) -> date:
    """Return the first boundary on or after the day."""
    k = cycle_of(anchor, cadence, day)
    at = boundary(anchor, cadence, k)
    return at if at == day else boundary(anchor, cadence, k + 1)


def period_of(anchor: Anchor, cadence: Cadence, k: int) -> DateInterval:
    """Return period number k: from boundary k up to, and without, boundary k + 1."""
    return DateInterval(boundary(anchor, cadence, k), boundary(anchor, cadence, k + 1))


def boundaries(anchor: Anchor, cadence: Cadence, *, start: date, until: date) -> Iterator[date]:
    """Go through the boundaries from ``start`` to ``until``, both included."""
    k = cycle_of(anchor, cadence, start)
    k += boundary(anchor, cadence, k) < start
    while (at := boundary(anchor, cadence, k)) <= until:
        yield at
        k += 1


def whole_periods(start: date, end: date, cadence: Cadence) -> int:
    """Return how many periods that begin on ``start`` are complete on ``end``."""
    return cycle_of(Anchor.at(start), cadence, end)


def _from_ordinal(ordinal: int) -> date:
    try:
        return date.fromordinal(ordinal)
    except (ValueError, OverflowError):
        raise _beyond() from None


def _beyond() -> InputError:
    return InputError("found a date beyond the years 1 to 9999", code="date_range")
