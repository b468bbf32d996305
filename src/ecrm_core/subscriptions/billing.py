"""Billing: how far a subscription is billed, in advance or in arrears, with stubs as fractions."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum
from fractions import Fraction

from attrs import evolve, frozen

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.cadence import (
    Anchor,
    Cadence,
    Unit,
    boundary,
    cycle_of,
    first_boundary,
    period_of,
)
from ecrm_core.subscriptions.localtime import due_at, local_day
from ecrm_core.subscriptions.proration import fraction_of

__all__ = ["Calendar", "Pay", "billed_through", "billing_cycles", "next_boundary"]


class Pay(Enum):
    """When a period is paid: on its first day, or on the day after its last."""

    IN_ADVANCE = "in_advance"
    IN_ARREARS = "in_arrears"


def next_boundary(anchor: Anchor, cadence: Cadence, day: date) -> date:
    """Return the first boundary after the day."""
    if cadence.unit is Unit.DAY:
        return boundary(anchor, cadence, cycle_of(anchor, cadence, day) + 1)
    on = anchor.on
    k, rest = divmod((day.year - on.year) * 12 + day.month - on.month, cadence.count)
    if rest == 0 and day.day < anchor.day:  # the boundary of this very month may be to come
        at = boundary(anchor, cadence, k)
        if at > day:
            return at
    return boundary(anchor, cadence, k + 1)


def billed_through(
    anchor: Anchor, cadence: Cadence, active: DateInterval, target: date, *, pay: Pay
) -> date | None:
    """Return the day up to which is billed on ``target``; None when nothing is.

    In advance that is the first boundary after the target, in arrears the last one up to it; never
    beyond the end of ``active``, whose last days are billed with it.
    """
    if target < active.start:
        return None
    through = next_boundary(anchor, cadence, target)
    if pay is Pay.IN_ARREARS:
        through = boundary(anchor, cadence, cycle_of(anchor, cadence, target))
        if active.end is not None and active.end <= target:
            through = active.end
    if active.end is not None:
        through = min(through, active.end)
    return through if through > active.start else None


def billing_cycles(
    anchor: Anchor, cadence: Cadence, active: DateInterval, target: date, *, pay: Pay
) -> Fraction:
    """Return how many cycles are billed on ``target``, exactly.

    The whole periods, and each stub as its days by the days of its own anchor-aligned period.
    """
    through = billed_through(anchor, cadence, active, target, pay=pay)
    if through is None:
        return Fraction(0)
    first, last = (cycle_of(anchor, cadence, day) for day in (active.start, through))
    if first == last:
        return fraction_of(active.start, through, period_of(anchor, cadence, first))
    leading = first_boundary(anchor, cadence, active.start)
    stub = fraction_of(active.start, leading, period_of(anchor, cadence, first))
    trailing = fraction_of(
        boundary(anchor, cadence, last), through, period_of(anchor, cadence, last)
    )
    return stub + (last - cycle_of(anchor, cadence, leading)) + trailing


@frozen(kw_only=True)
class Calendar:
    """The periods of one subscription as instants: its anchor and cadence in an IANA zone."""

    anchor: Anchor
    cadence: Cadence
    tz: str = "UTC"

    def holding(self, instant: datetime, *, back: int = 0) -> DateInterval:
        """Return the period that holds the instant, or one so many periods before it."""
        day = local_day(instant, self.tz)
        return period_of(self.anchor, self.cadence, cycle_of(self.anchor, self.cadence, day) - back)

    def run(self, run_at: datetime, *, pay: Pay, ended: bool = False) -> DateInterval:
        """Return the period a billing run covers.

        In arrears the last complete one before the period that holds ``run_at``; in advance, or
        when the subscription has ended, the one that holds it.
        """
        return self.holding(run_at, back=int(pay is Pay.IN_ARREARS and not ended))

    def first_instant(self, day: date) -> datetime:
        """Return the local midnight a day begins with (or the first instant it has)."""
        return due_at(day, time(), self.tz)

    def last_second(self, day: date) -> datetime:
        """Return the last second before a day begins."""
        return self.first_instant(day) - timedelta(seconds=1)

    def moved(self, tz: str) -> Calendar:
        """Return the same periods in another zone."""
        return evolve(self, tz=tz)
