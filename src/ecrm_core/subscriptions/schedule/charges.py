"""Charges: the next piece that is billed, and the day it is."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from attrs import evolve

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.events import Charged
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.changes import cut_on
from ecrm_core.subscriptions.slices import Line, LineKind, Slice, last_day, line_of, total
from ecrm_core.subscriptions.subscription import Subscription

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
    stop = state.end_on
    if stop is not None and stop > state.billed_through:
        end = min(end, stop)
    if state.change_on or state.quantity_on:
        end = min([end, *(day for day, _ in cut_on(state) if day > state.billed_through)])
    return DateInterval(state.billed_through, end)


def _made_charge(
    state: Subscription, policies: Policies, at: datetime, day: date, *, part: DateInterval
) -> Made:
    del day  # a charge is never too late
    end = last_day(part)
    waits = end < last_day(state.next_period) and (end, True) in cut_on(state)
    return charge_of(state, policies, part, at, later=waits)


def charge_of(
    state: Subscription, policies: Policies, part: DateInterval, at: datetime, *,
    later: bool = False,
) -> Made:  # fmt: skip
    """Return the charge of these days, which lie in the next period that is not billed.

    What waits for a charge comes with it, as far as the charge is not below zero. ``later`` lets it
    wait itself.
    """
    period, price = state.next_period, period_price(state)
    amount = slice_amount(price, part, period, policies.rounding, policies.grain)
    piece = Slice(
        part=part, period=period, price=price, amount=amount,
        quantity=state.quantity, version=state.plan.version,
    )  # fmt: skip
    event = Charged(cycle=state.next_cycle, ordinal=state.next_ordinal, piece=piece, later=later)
    if later:
        return event, ()
    lines: tuple[Line, ...] = ()
    if state.pending:
        lines = (line_of(piece, state.plan.id), *state.pending)
        amount = total(lines, amount.currency)
        if amount.minor < 0:
            return evolve(event, left=(_rest(state, amount, part),)), ()
    if not amount.minor:
        return event, ()
    arrears = state.plan.pay is Pay.IN_ARREARS
    action = Action(
        kind=ActionKind.CHARGE, cycle=str(event.cycle), ordinal=str(event.ordinal), at=at,
        on=last_day(part) if arrears else part.start, amount=amount, price=price,
        from_on=part.start, until_on=part.end, period_on=period.start, period_until=period.end,
        anchor=state.anchor, cadence=state.plan.cadence, lines=lines, **common(state),
    )  # fmt: skip
    return event, (action,)


def _rest(state: Subscription, amount: Money, part: DateInterval) -> Line:
    """Return what is left of a credit that was more than the charge it came with."""
    return Line(
        kind=LineKind.REST, amount=amount, from_on=part.start, until_on=last_day(part),
        plan=state.plan.id, quantity=state.quantity,
    )  # fmt: skip
