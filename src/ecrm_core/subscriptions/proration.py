"""Proration: exact fractions of a period, and amounts that add up to its price to the cent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import Enum
from fractions import Fraction
from functools import lru_cache

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import DateInterval, Money, Rounding

__all__ = [
    "ChangeAmounts",
    "Grain",
    "change_amounts",
    "fixed_month_days",
    "fraction_of",
    "fraction_of_time",
    "line_amounts",
    "round_fraction",
    "share_of",
    "slice_amount",
]

_SECOND = timedelta(microseconds=1)


class Grain(Enum):
    """What a period is divided into."""

    DAY = "day"
    SECOND = "second"
    """Instants only (``fraction_of_time``): a subscription is billed by days."""
    MONTH_30 = "month/30"
    """Every month counts 30 days: 31 January to 28 February are 28, 15 to 15 always 30."""


def fraction_of(start: date, end: date, period: DateInterval, grain: Grain = Grain.DAY) -> Fraction:
    """Return the days from ``start`` up to ``end`` by the days of the period; may be above 1.

    Raises DefinitionError for a period without end or length, and for seconds.
    """
    whole = _days(period)
    if grain is Grain.DAY:
        return Fraction((end - start).days, whole)
    if grain is Grain.SECOND or period.end is None:
        raise DefinitionError("found days to divide by seconds: fraction_of_time", code="grain")
    counted = fixed_month_days(period.start, period.end, 30)
    if not counted:  # the 30th up to the 31st
        return Fraction((end - start).days, whole)
    return Fraction(fixed_month_days(start, end, 30), counted)


def fraction_of_time(start: datetime, end: datetime, period: tuple[datetime, datetime]) -> Fraction:
    """Return the time from ``start`` up to ``end`` by that of the period, to the microsecond."""
    whole = (period[1] - period[0]) // _SECOND
    if whole <= 0:
        raise DefinitionError("found a period without length", code="period")
    return Fraction((end - start) // _SECOND, whole)


def fixed_month_days(start: date, end: date, days: int) -> int:
    """Return the days from ``start`` up to ``end`` when every month counts ``days`` days.

    A day of the month above that counts as the last one (30/360 with 30).
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    return months * days + min(end.day, days) - min(start.day, days)


def round_fraction(exact: Fraction, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return the nearest whole number; a half goes away from zero (half up) or to the even one."""
    if rounding is Rounding.HALF_EVEN:
        return round(exact)
    whole, rest = divmod(abs(exact), 1)
    return (1 if exact >= 0 else -1) * (int(whole) + (rest >= Fraction(1, 2)))


def share_of(price: Money, part: Fraction, rounding: Rounding = Rounding.HALF_UP) -> Money:
    """Return a part of a price, rounded once to the minor unit; InputError for a finer price."""
    return Money.from_minor(round_fraction(price.minor * part, rounding), price.currency)


def line_amounts(
    exact: Sequence[Fraction], currency: str, rounding: Rounding = Rounding.HALF_UP
) -> tuple[Money, ...]:
    """Return exact amounts (in minor units, 0 or more) as lines that add up to their rounded sum.

    By largest remainder: each line is less than a minor unit off. Raises DefinitionError for lines
    that are all zero, or below it.
    """
    whole = Money.from_minor(round_fraction(sum(exact, Fraction(0)), rounding), currency)
    return whole.allocate(exact)


@lru_cache(maxsize=1_024)
def _whole(price: Money) -> Money:
    return Money.from_minor(price.minor, price.currency)


def slice_amount(
    price: Money,
    part: DateInterval,
    period: DateInterval,
    rounding: Rounding = Rounding.HALF_UP,
    *,
    grain: Grain = Grain.DAY,
) -> Money:
    """Return what the days of ``part`` cost of a period's price, by telescoping rounding.

    The rounded cost from its start to the end of the period minus that from its end on: whatever a
    period is cut into, the pieces add up to its price, and a piece cut later adds up to what the
    whole one was. What begins inside a period and lasts to its end, as a first stub and what is
    left of a cancelled period do, is its exact share, rounded once.
    """
    if part.end is None:
        raise DefinitionError("found a part of a period without end", code="period")
    if part is period or part == period:
        return _whole(price)  # the same, sooner: whole periods are what is billed most
    end = period.end or part.end
    left = [
        share_of(price, fraction_of(day, end, period, grain), rounding)
        for day in (part.start, part.end)
    ]
    return left[0] - left[1]


@frozen(kw_only=True)
class ChangeAmounts:
    """What a change inside a period costs: the credit for the old, the charge for the new."""

    credit: Money
    charge: Money

    @property
    def net(self) -> Money:
        """The charge less the credit: negative where money goes back."""
        return self.charge - self.credit


def change_amounts(
    old: Money, new: Money, unused: Fraction, *, resets_cycle: bool = False,
    rounding: Rounding = Rounding.HALF_UP,
) -> ChangeAmounts:  # fmt: skip
    """Return credit and charge of a change when ``unused`` of the period is left.

    The credit is a part of the price that was in force, never of the last bill. ``resets_cycle``:
    a whole period of the new price begins. Raises DefinitionError for two currencies.
    """
    if not 0 <= unused <= 1:
        raise DefinitionError("found an unused part outside 0 to 1", code="period")
    whole = new if resets_cycle else share_of(new, unused, rounding)
    amounts = ChangeAmounts(credit=share_of(old, unused, rounding), charge=whole)
    amounts.net  # noqa: B018 - two currencies are refused here, not by whoever reads it
    return amounts


def _days(period: DateInterval) -> int:
    if not period.days:
        raise DefinitionError("found a period without end or length", code="period")
    return period.days
