"""Times: what today, -90d and a calendar day mean at one instant in one zone.

``-90d`` is a day of the zone; beside a moment a day is the half-open range from its first instant
to that of the next day. Month ends clamp (31 March - 1m = 28 February); what lies beyond the years
1 to 9999 is their edge, so that nothing raises.
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from attrs import field, frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import add_months, utc, zone
from ecrm_core.segmentation.terms import Relative, Unit

__all__ = ["Span", "Times", "recurs", "yearly"]

_FIRST = datetime.min.replace(tzinfo=UTC)
_LAST = datetime.max.replace(tzinfo=UTC)
_TICK = timedelta(microseconds=1)
_DAYS = {Unit.DAY: 1, Unit.WEEK: 7}
_MONTHS = {Unit.MONTH: 1, Unit.YEAR: 12}


@frozen
class Span:
    """The moments of a day: from ``start`` up to, and without, ``end``; None: no end."""

    day: date
    start: datetime
    end: datetime | None


def _zone(name: str) -> ZoneInfo:
    return zone(name)


@frozen(slots=False)
class Times:
    """One instant (aware) in one zone (IANA): what relative times mean there and then.

    Raises InputError for a naive instant or one the zone puts beyond the years 1 to 9999, and
    DefinitionError for a zone that does not exist.
    """

    as_of: datetime = field(converter=utc)
    zone: ZoneInfo = field(converter=_zone)

    def __attrs_post_init__(self) -> None:
        """Find out today at once: nothing later may raise."""
        if self.local_day(self.as_of) is None:
            message = "found an instant beyond the years 1 to 9999 in its zone"
            raise InputError(message, code="date_range")

    @cached_property
    def today(self) -> date:
        """The day of ``as_of`` in the zone."""
        return self.local_day(self.as_of) or date.max

    def local_day(self, instant: datetime) -> date | None:
        """Return the day of an instant in the zone; None beyond the years 1 to 9999."""
        try:
            return instant.astimezone(self.zone).date()
        except OverflowError:
            return None

    def local(self, instant: datetime) -> datetime:
        """Return an instant as the zone writes it; as it is beyond the years 1 to 9999."""
        try:
            return instant.astimezone(self.zone)
        except OverflowError:
            return instant

    def moments(self, day: date) -> Span:
        """Return the moments of a day in the zone: 23, 24 or 25 hours, or none where it skips."""
        following = None if day == date.max else self._midnight(day + timedelta(days=1), _LAST)
        return Span(day, self._midnight(day, _FIRST), following)

    def _midnight(self, day: date, beyond: datetime, *, fold: int = 0) -> datetime:
        # In a gap at midnight the earlier offset gives the very instant of the change.
        try:
            local = datetime(day.year, day.month, day.day, tzinfo=self.zone, fold=fold)
            return local.astimezone(UTC)
        except OverflowError:
            return beyond

    def reached(self, day: date) -> datetime:
        """Return the instant after ``as_of`` at which a later day comes to be today."""
        first = self._midnight(day, _LAST)
        return first if first > self.as_of else self._midnight(day, _LAST, fold=1)

    @cached_property
    def falls_back_at(self) -> datetime | None:
        """The instant after ``as_of`` at which today is yesterday again, or None.

        Clocks that go back over midnight (St John's, until 2011) show the beginning of a day twice.
        """
        again = self._midnight(self.today, _LAST, fold=1)
        if again <= self.as_of:
            return None
        span = (again - self.as_of) // _TICK
        ticks = bisect_left(
            range(span),
            True,  # noqa: FBT003 - the key's value looked for
            key=lambda tick: self.local_day(self.as_of + tick * _TICK) != self.today,
        )
        return self.as_of + ticks * _TICK

    def moment_of(self, local: datetime) -> datetime:
        """Return the instant of a time of the zone, one without an offset."""
        try:
            return local.replace(tzinfo=self.zone).astimezone(UTC)
        except OverflowError:
            return _FIRST if local.year == 1 else _LAST

    def day(self, value: Relative, *, today: date | None = None) -> date:
        """Return the day a relative time in days, weeks, months or years means (on another day)."""
        today = self.today if today is None else today
        try:
            if value.unit in _MONTHS:
                return add_months(today, value.amount * _MONTHS[value.unit])
            return today + timedelta(days=value.amount * _DAYS[value.unit])
        except (OverflowError, InputError):
            return date.min if value.amount < 0 else date.max

    def moment(self, value: Relative) -> datetime:
        """Return the instant a relative time in hours means."""
        try:
            return self.as_of + timedelta(hours=value.amount)
        except OverflowError:
            return _FIRST if value.amount < 0 else _LAST


def recurs(first: date, low: date, high: date) -> bool:
    """Tell whether the day of the year of ``first`` falls from ``low`` to ``high``, both included.

    Years are ignored; 29 February falls on the 28th where a year has none.
    """
    if low > high:
        return False
    if high.year - low.year > 1:
        return True
    return any(low <= yearly(first, year) <= high for year in {low.year, high.year})


def yearly(first: date, year: int) -> date:
    """Return the day ``first`` returns on in a year; 29 February does on the 28th where it must."""
    leap = first.month == 2 and first.day == 29
    common = leap and (year % 4 != 0 or (year % 100 == 0 and year % 400 != 0))
    return date(year, first.month, first.day - common)
