"""Charges: the next piece that is billed, and the day it is."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.events import Charged
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.subscription import Slice, Subscription, last_day

__all__ = ["charge_of", "charges", "next_part"]


def charges(state: Subscription, policies: Policies) -> Candidate:
    """Return the next charge: in advance on its first day, in arrears on the day after its last."""
    part = next_part(state)
    make = partial(_made_charge, state, policies, part=part)
    if state.plan.pay is Pay.IN_ARREARS:
        return Candidate(last_day(part), Rank.ARREARS, "", make)
    return Candidate(part.start, Rank.ADVANCE, "", make)


def next_part(state: Subscription) -> DateInterval:
    """Return the days of the next charge: to the end of their period, or of the subscription."""
    end = last_day(state.next_period)
    for stop in (state.end_on, state.change_on):
        end = end if stop is None or stop <= state.billed_through else min(end, stop)
    return DateInterval(state.billed_through, end)


def _made_charge(
    state: Subscription, policies: Policies, at: datetime, day: date, *, part: DateInterval
) -> Made:
    del day  # a charge is never too late
    return charge_of(state, policies, part, at)


def charge_of(
    state: Subscription, policies: Policies, part: DateInterval, at: datetime
) -> Made:  # fmt: skip
    """Return the charge of these days, which lie in the next period that is not billed."""
    period, price = state.next_period, period_price(state)
    amount = slice_amount(price, part, period, policies.rounding)
    piece = Slice(
        part=part, period=period, price=price, amount=amount,
        quantity=state.quantity, version=state.plan.version,
    )  # fmt: skip
    event = Charged(cycle=state.next_cycle, ordinal=state.next_ordinal, piece=piece)
    if not amount.minor:
        return event, ()
    arrears = state.plan.pay is Pay.IN_ARREARS
    action = Action(
        kind=ActionKind.CHARGE, cycle=str(event.cycle), ordinal=str(event.ordinal), at=at,
        on=last_day(part) if arrears else part.start, amount=amount, price=price,
        from_on=part.start, until_on=part.end, period_on=period.start, period_until=period.end,
        anchor=state.anchor, cadence=state.plan.cadence, **common(state),
    )  # fmt: skip
    return event, (action,)
