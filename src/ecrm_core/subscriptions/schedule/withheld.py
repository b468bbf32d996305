"""Withheld: charges that are not made: skipped, void in a pause, or overdue and held."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import cycle_of, period_of
from ecrm_core.subscriptions.events import Charged, ChargeHeld, ChargeSkipped, Event, SkipWhy
from ecrm_core.subscriptions.policies import CatchUp, Policies
from ecrm_core.subscriptions.subscription import Subscription, last_day

__all__ = ["may_be_withheld", "withheld"]


def may_be_withheld(state: Subscription, policies: Policies) -> bool:
    """Return whether a charge has to be looked at at all: most have not."""
    return bool(
        state.skips or state.paused_on is not None or policies.catch_up is not CatchUp.ALL
    )  # fmt: skip


def withheld(state: Subscription, policies: Policies, charged: Charged, day: date) -> Event | None:
    """Return what stands in place of a charge that is not made on that day; None if it is."""
    part = charged.piece.part
    why = SkipWhy.PAUSED if state.paused_on is not None else SkipWhy.ASKED if state.skips else None
    if why is None and _overdue(state, policies, part, day):
        why = SkipWhy.OVERDUE
        if policies.catch_up is CatchUp.HOLD:
            return ChargeHeld(
                cycle=charged.cycle, ordinal=charged.ordinal, on=_due_on(state, part),
                piece=charged.piece,
            )  # fmt: skip
    if why is None:
        return None
    nothing = Money.from_minor(0, charged.piece.amount.currency)
    free = evolve(charged.piece, price=nothing, amount=nothing, free=True)
    return ChargeSkipped(cycle=charged.cycle, ordinal=charged.ordinal, piece=free, why=why)


def _overdue(state: Subscription, policies: Policies, part: DateInterval, day: date) -> bool:
    if policies.catch_up is CatchUp.ALL:
        return False
    if policies.catch_up is CatchUp.LATEST:
        following = _following(state, part)
        return following is not None and following <= day
    return day > policies.overdue_after.after(_due_on(state, part))


def _due_on(state: Subscription, part: DateInterval) -> date:
    return last_day(part) if state.plan.pay is Pay.IN_ARREARS else part.start


def _following(state: Subscription, part: DateInterval) -> date | None:
    """Return the day of the charge after this one; None where there is none."""
    end, stops = last_day(part), [day for day in (state.end_on, state.pause_on) if day is not None]
    if any(stop <= end for stop in stops):
        return None
    if state.plan.pay is Pay.IN_ADVANCE:
        return end
    period = period_of(state.anchor, state.plan.cadence, cycle_of(state.anchor, state.plan.cadence,
                                                                  end))  # fmt: skip
    return min([last_day(period), *stops])
