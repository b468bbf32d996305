"""Dates: reading them without guessing, half-open intervals, month arithmetic from an anchor."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attrs import field, frozen
from dateutil.relativedelta import relativedelta

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel.gates import gate_text

__all__ = [
    "DateInterval",
    "add_months",
    "add_period",
    "date_readings",
    "parse_date",
    "parse_instant",
    "zone",
]

_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)
_DIGITS = re.compile(r"(\d{1,4})[./\-](\d{1,2})[./\-](\d{1,4})\.?", re.ASCII)
_ORDERS = {"YMD": (0, 1, 2), "DMY": (2, 1, 0), "MDY": (2, 0, 1)}
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s?(Z|z|UTC|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)


@frozen(order=True)
class DateInterval:
    """The days from ``start`` up to, and without, ``end``; ``end=None`` is open."""

    start: date
    end: date | None = field(default=None, order=lambda end: (end is None, end or date.max))

    def __attrs_post_init__(self) -> None:
        """Refuse an interval that ends before it starts (DefinitionError)."""
        if self.end is not None and self.end < self.start:
            message = f"an interval ends on {self.end}, before it starts on {self.start}"
            raise DefinitionError(message, code="interval_reversed")

    def __contains__(self, day: date) -> bool:
        """Tell whether the day lies inside."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: DateInterval) -> bool:
        """Tell whether some day lies in both."""
        first = max(self.start, other.start)
        return first in self and first in other

    @property
    def days(self) -> int | None:
        """The number of days; None when open."""
        return None if self.end is None else (self.end - self.start).days


def add_months(anchor: date, months: int) -> date:
    """Return the anchor plus a number of months, its day clipped to a shorter month.

    Add to the anchor, never to an earlier result: 31 January gives 28 February and 31 March.
    Raises InputError beyond the years 1 to 9999.
    """
    index = anchor.year * 12 + anchor.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise InputError("found a date beyond the years 1 to 9999", code="date_range")
    day = anchor.day
    if day > 28:
        day = min(day, monthrange(year, month + 1)[1])
    return date(year, month + 1, day)


def add_period(anchor: date, period: relativedelta) -> date:
    """Return the anchor plus a period of years, months, weeks and days; InputError beyond 9999."""
    try:
        return anchor + period
    except (OverflowError, ValueError):
        message = "found a date beyond the years 1 to 9999"
        raise InputError(message, code="date_range") from None


def parse_date(text: str, path: str = "$", *, order: str | None = None) -> date:
    """Return the date: ISO 8601 (2026-11-23), or with ``order`` "YMD", "DMY" or "MDY" as named.

    Never guesses: "10/11/12" without an order raises InputError, and a year has four digits.
    """
    given = gate_text(text, path, limit=64).strip()
    iso = _ISO_DATE.fullmatch(given)
    if iso:
        return _date(int(iso[1]), int(iso[2]), int(iso[3]), path)
    loose = _DIGITS.fullmatch(given)
    if loose and order is None and len(loose[1]) == 4:
        order = "YMD"  # a year first leaves one reading
    if not loose or order is None:
        message = "found no ISO 8601 date (2026-11-23); name the order (YMD, DMY, MDY) of others"
        raise InputError(message, path=path, code="not_date" if not loose else "ambiguous_date")
    if order not in _ORDERS:
        raise DefinitionError(f"the order is {order!r}, expected YMD, DMY or MDY", code="order")
    year, month, day = (loose[at + 1] for at in _ORDERS[order])
    if len(year) != 4:
        message = "found a year of two digits, expected four"
        raise InputError(message, path=path, code="ambiguous_date")
    return _date(int(year), int(month), int(day), path)


def date_readings(text: str, *, order: str | None = None) -> dict[str, tuple[date, ...]]:
    """Return the days that a text may mean which ``parse_date`` does not choose between.

    They stand by the order of day, month and year they are read in ("DMY", "MDY", "YMD"; only the
    one named, if one is); a year of two digits may be of the last century or of this one. Empty
    where no order gives a day the calendar has, and for text that is no date.
    """
    loose = _DIGITS.fullmatch(text.strip()) if len(text) <= 64 else None
    if loose is None:
        return {}
    found = {}
    for name in sorted(_ORDERS) if order is None else (order,):
        year, month, day = (loose[at + 1] for at in _ORDERS[name])
        if len(year) in _CENTURIES and len(day) <= 2:
            days = [_day(base + int(year), int(month), int(day)) for base in _CENTURIES[len(year)]]
            found[name] = tuple(filter(None, days))
    return {name: days for name, days in found.items() if days}


_CENTURIES = {2: (1900, 2000), 4: (0,)}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(year: int, month: int, day: int, path: str) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InputError(
            "found a day that no calendar has", path=path, code="no_such_day"
        ) from None


def parse_instant(text: str, path: str = "$", *, tz: str | None = None) -> datetime:
    """Return the instant in UTC from ISO 8601 text with an offset, or local text with ``tz`` named.

    A local time in a DST gap moves forward by the gap, one in a fold is the first occurrence.
    Raises InputError for text that is no instant, or has neither offset nor ``tz``.
    """
    found = _INSTANT.fullmatch(gate_text(text, path, limit=64).strip())
    if not found:
        message = "found no ISO 8601 instant (2026-11-23T09:30:00+09:00)"
        raise InputError(message, path=path, code="not_instant")
    day, offset = parse_date(found[1], path), _offset(found[6], tz, path)
    micro = int((found[5] or "0").ljust(6, "0")[:6])
    try:
        local = datetime(
            day.year, day.month, day.day, int(found[2]), int(found[3]), int(found[4] or 0), micro,
            tzinfo=offset,
        )  # fmt: skip
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError("found a time that no day has", path=path, code="not_instant") from None


def _offset(text: str | None, tz: str | None, path: str) -> timezone | ZoneInfo:
    if text is None:
        if tz is None:
            message = "found a time without an offset, and no zone is named"
            raise InputError(message, path=path, code="naive_datetime")
        return zone(tz)
    if text in {"Z", "z", "UTC"}:
        return UTC
    sign = -1 if text[0] == "-" else 1
    try:
        return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))
    except ValueError:
        message = "found an offset of a day or more"
        raise InputError(message, path=path, code="not_instant") from None


def zone(name: str) -> ZoneInfo:
    """Return the IANA time zone of that name; DefinitionError when there is none."""
    try:
        return ZoneInfo(gate_text(name, limit=64))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise DefinitionError(f"no time zone is named {str(name)[:64]!r}", code="zone") from None
