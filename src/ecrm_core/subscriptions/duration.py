"""Duration: a length of months and days, read from ISO 8601, added to an anchor in one go."""

from __future__ import annotations

import re
from datetime import date, timedelta

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import add_months, gate_text

__all__ = ["Duration", "added", "as_duration", "is_count", "maybe_duration"]

_ISO = re.compile(r"P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})W)?(?:(\d{1,6})D)?", re.ASCII)
_MOST = 4_000_000  # days in ten thousand years


def is_count(value: object, low: int, high: int) -> bool:
    """Return whether a value is a whole number from ``low`` to ``high``."""
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _count(_: object, attribute: object, value: object) -> None:
    if not is_count(value, 0, _MOST):
        name = getattr(attribute, "name", "count")
        message = f"found {name} beyond 0 to {_MOST} in a duration"
        raise DefinitionError(message, code="duration")


@frozen
class Duration:
    """A number of months and days (0 or more): a term, a notice period, a trial, an offset.

    A week is 7 days and a year 12 months. It is added to the day it counts from, never to the
    result of an earlier addition: 31 January and P1M give 28 February, P2M gives 31 March.
    """

    months: int = field(default=0, validator=_count)
    days: int = field(default=0, validator=_count)

    @classmethod
    def parse(cls, text: str, path: str = "$") -> Duration:
        """Return the duration of ISO 8601 text: P1M, P1Y, P2W, P30D, P1Y6M; InputError else."""
        found = _ISO.fullmatch(gate_text(text, path, limit=64))
        if not found or not any(found.groups()):
            message = "found no ISO 8601 duration of days, weeks, months or years (P1M, P2W)"
            raise InputError(message, path=path, code="not_duration")
        years, months, weeks, days = (int(part or 0) for part in found.groups())
        return cls(months=years * 12 + months, days=weeks * 7 + days)

    def after(self, day: date, times: int = 1) -> date:
        """Return the day plus so many times this: the months first, clipped, then the days.

        What dateutil's relativedelta gives. InputError beyond the years 1 to 9999.
        """
        return added(day, self.months * times, self.days * times)

    def before(self, day: date) -> date:
        """Return the day minus this; InputError beyond the years 1 to 9999."""
        return self.after(day, -1)

    def __str__(self) -> str:
        """Return the ISO 8601 text: years where they are whole, and weeks."""
        months = f"{self.months // 12}Y" if self.months % 12 == 0 else f"{self.months}M"
        days = f"{self.days // 7}W" if self.days % 7 == 0 else f"{self.days}D"
        parts = (months if self.months else "", days if self.days else "")
        return f"P{''.join(parts) or '0D'}"


def added(day: date, months: int, days: int) -> date:
    """Return the day plus months, clipped, and then days; InputError beyond the years 1 to 9999."""
    moved = add_months(day, months) if months else day
    try:
        return moved + timedelta(days=days) if days else moved
    except OverflowError:
        message = "found a date beyond the years 1 to 9999"
        raise InputError(message, code="date_range") from None


def as_duration(given: Duration | str) -> Duration:
    """Return a duration as it is, or read it from ISO 8601 text."""
    return given if isinstance(given, Duration) else Duration.parse(given)


def maybe_duration(given: Duration | str | None) -> Duration | None:
    """Return the same, or None for None."""
    return None if given is None else as_duration(given)
