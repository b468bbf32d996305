"""Charges: the next piece that is billed, and the day it is."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from attrs import evolve

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.events import Charged
from ecrm_core.subscriptions.pauses import PauseMode
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.changes import cut_on
from ecrm_core.subscriptions.schedule.withheld import may_be_withheld, withheld
from ecrm_core.subscriptions.slices import Line, LineKind, Slice, last_day, line_of, total
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["asked_of", "charge_of", "charged_next", "charges", "made_charge", "next_part"]

_STOP = frozenset({PauseMode.FREE, PauseMode.CREDIT})


def charges(state: Subscription, policies: Policies) -> Candidate:
    """Return the next charge: in advance on its first day, in arrears on the day after its last."""
    part = next_part(state)
    make = partial(made_charge, state, policies, part=part)
    if state.plan.pay is Pay.IN_ARREARS:
        return Candidate(last_day(part), Rank.ARREARS, "", make)
    return Candidate(part.start, Rank.ADVANCE, "", make)


def next_part(state: Subscription) -> DateInterval:
    """Return the days of the next charge: to the end of their period, or of the subscription."""
    period, since = state.next_period, state.billed_through
    end = last_day(period)
    for stop in (state.end_on, _pause_on(state)):
        end = end if stop is None or stop <= since else min(end, stop)
    if state.change_on or state.quantity_on:
        end = min([end, *(day for day, _ in cut_on(state) if day > since)])
    whole = since == period.start and end == period.end
    return period if whole else DateInterval(since, end)


def charged_next(state: Subscription, end: date | None) -> bool:
    """Return whether there is a charge to come: days to bill, and no pause before them.

    In a pause that voids charges they come, and are skipped.
    """
    if end is not None and state.billed_through >= end:
        return False
    if state.paused_on is not None:
        return state.pause_mode is PauseMode.VOID
    pause = _pause_on(state)
    return pause is None or state.billed_through < pause


def _pause_on(state: Subscription) -> date | None:
    """Return the day a pause to come stops billing in the middle of a period, if one does."""
    return state.pause_on if state.pause_on and state.pause_mode in _STOP else None


def made_charge(
    state: Subscription, policies: Policies, at: datetime, day: date, *, part: DateInterval
) -> Made:
    """Return the charge of these days, or what stands in its place where it is withheld."""
    end = last_day(part)
    waits = end < last_day(state.next_period) and (end, True) in cut_on(state)
    made = charge_of(state, policies, part, at, later=waits)
    if may_be_withheld(state, policies) and isinstance(made[0], Charged):
        instead = withheld(state, policies, made[0], day)
        return made if instead is None else (instead, ())
    return made


def charge_of(
    state: Subscription, policies: Policies, part: DateInterval, at: datetime, *,
    later: bool = False,
) -> Made:  # fmt: skip
    """Return the charge of these days, which lie in the next period that is not billed.

    What waits for a charge comes with it, as far as the charge is not below zero. ``later`` lets it
    wait itself.
    """
    period, price = state.next_period, period_price(state)
    amount = slice_amount(price, part, period, policies.rounding, grain=policies.grain)
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
    if not amount.amount:
        return event, ()
    on = last_day(part) if state.plan.pay is Pay.IN_ARREARS else part.start
    action = asked_of(state, event.cycle, event.ordinal, piece, at=at, on=on)
    return event, (evolve(action, amount=amount, lines=lines) if lines else action,)


def _rest(state: Subscription, amount: Money, part: DateInterval) -> Line:
    """Return what is left of a credit that was more than the charge it came with."""
    return Line(
        kind=LineKind.REST, amount=amount, from_on=part.start, until_on=last_day(part),
        plan=state.plan.id, quantity=state.quantity,
    )  # fmt: skip


def asked_of(
    state: Subscription, cycle: int, ordinal: int, piece: Slice, *, at: datetime, on: date,
    late: bool = False,
) -> Action:  # fmt: skip
    """Return the charge of a piece as it is asked of the host."""
    return Action(
        kind=ActionKind.CHARGE, cycle=str(cycle), ordinal=str(ordinal), at=at, on=on,
        amount=piece.amount, price=piece.price, from_on=piece.part.start, until_on=piece.part.end,
        period_on=piece.period.start, period_until=piece.period.end, anchor=state.anchor,
        cadence=state.plan.cadence, late=late, **common(state),
    )  # fmt: skip
