"""Adjusting: what a change makes of days that are billed, and what is asked for the difference."""

from __future__ import annotations

from datetime import date, datetime

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.cadence import Anchor, Cadence, Unit, cycle_of
from ecrm_core.subscriptions.change import ChangePolicy
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events import Adjustment, PlanChanged, QuantityChanged, Settled
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import period_price, times, unit_price
from ecrm_core.subscriptions.schedule.candidate import Made, common
from ecrm_core.subscriptions.slices import Line, LineKind, Slice, parted, repriced, total
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["asked", "plan_changed", "quantity_changed", "settled"]


def plan_changed(
    state: Subscription, policies: Policies, plan: Plan, on: date, *, policy: ChangePolicy,
    at: datetime, asked_on: date,
) -> Made:  # fmt: skip
    """Return another plan that holds from a day on, and what it asks for days billed already."""
    after = changed(state, plan=plan)
    adjustment = _adjustment(state, after, policies, on=on, policy=policy)
    anchor, base = _counting(state, plan.cadence, on, policy=policy, adjustment=adjustment)
    event = PlanChanged(plan=plan, anchor=anchor, cycle_base=base, adjustment=adjustment)
    return event, _difference(after, adjustment, at, asked_on)


def quantity_changed(
    state: Subscription, policies: Policies, quantity: int, on: date, *, policy: ChangePolicy,
    at: datetime, asked_on: date,
) -> Made:  # fmt: skip
    """Return another quantity that holds from a day on, and what it asks for days billed."""
    after = changed(state, quantity=quantity)
    adjustment = _adjustment(state, after, policies, on=on, policy=policy)
    anchor, base = _counting(state, state.plan.cadence, on, policy=policy, adjustment=adjustment)
    event = QuantityChanged(
        quantity=quantity, anchor=anchor, cycle_base=base, adjustment=adjustment
    )
    return event, _difference(after, adjustment, at, asked_on)


def settled(state: Subscription, at: datetime, on: date) -> Made:
    """Return what waited for a charge, charged or given back."""
    event = Settled(cycle=max(state.cycle, 0), ordinal=state.charges, lines=state.pending)
    return event, asked(state, state.pending, at, on)


def asked(
    state: Subscription, lines: tuple[Line, ...], at: datetime, on: date
) -> tuple[Action, ...]:
    """Return the charge or the credit that lines come to; none when they come to nothing."""
    amount = total(lines, state.plan.price.currency)
    if not amount.minor:
        return ()
    kind = ActionKind.CHARGE if amount.minor > 0 else ActionKind.CREDIT
    return (Action(
        kind=kind, cycle=str(max(state.cycle, 0)), ordinal=str(state.charges), at=at, on=on,
        amount=amount, price=period_price(state), from_on=min(line.from_on for line in lines),
        until_on=max(line.until_on for line in lines), lines=lines if len(lines) > 1 else (),
        **common(state),
    ),)  # fmt: skip


def _difference(
    state: Subscription, adjustment: Adjustment | None, at: datetime, on: date
) -> tuple[Action, ...]:
    if adjustment is None or adjustment.later:
        return ()
    return asked(state, (*adjustment.lines, *state.pending), at, on)


def _adjustment(
    state: Subscription, after: Subscription, policies: Policies, *, on: date, policy: ChangePolicy
) -> Adjustment | None:
    """Return what becomes of the pieces from a day on: priced anew, or given back for a reset."""
    if policy in {ChangePolicy.NONE, ChangePolicy.NEXT_PERIOD}:
        return None
    head, tail = parted(state.slices, on, policies.rounding, policies.grain)
    if not tail:
        return None
    reset = policy is ChangePolicy.RESET_CYCLE
    anew = () if reset else tuple(_anew(state, after, policies, piece) for piece in tail)
    if anew == tail:
        return None
    return Adjustment(
        slices=(*head, *anew),
        lines=(*_lines(state, LineKind.UNUSED, tail), *_lines(after, LineKind.CHANGED, anew)),
        later=policy is not ChangePolicy.INVOICE_NOW,
        billed_through=tail[0].part.start if reset else None,
    )


def _anew(state: Subscription, after: Subscription, policies: Policies, piece: Slice) -> Slice:
    """Return a piece at the other plan for the units it was for, or for the other units."""
    if after.plan is not state.plan:
        cycle = state.cycle - (piece.period != state.slices[-1].period)
        price, quantity = unit_price(after, piece.period, cycle), piece.quantity
    else:  # the plan may have cost something else then
        unit = piece.price.minor // piece.quantity
        price, quantity = Money.from_minor(unit, piece.price.currency), after.quantity
    return repriced(
        piece, times(price, quantity), policies.rounding, policies.grain,
        quantity=quantity, version=after.plan.version,
    )  # fmt: skip


def _lines(state: Subscription, kind: LineKind, pieces: tuple[Slice, ...]) -> tuple[Line, ...]:
    if not pieces:
        return ()
    amount = total(pieces, state.plan.price.currency)
    return (Line(
        kind=kind, amount=-amount if kind is LineKind.UNUSED else amount,
        from_on=pieces[0].part.start, until_on=pieces[-1].until,
        plan=state.plan.id, quantity=pieces[-1].quantity,
    ),)  # fmt: skip


def _counting(
    state: Subscription, cadence: Cadence, on: date, *, policy: ChangePolicy,
    adjustment: Adjustment | None,
) -> tuple[Anchor, int]:  # fmt: skip
    """Return the anchor and the base of cycle numbers: anew for a reset and another cadence.

    With another cadence the counting begins where the old one stood, on its day of the month.
    """
    reset = policy is ChangePolicy.RESET_CYCLE
    if cadence == state.plan.cadence and not reset:
        return state.anchor, state.cycle_base
    through = adjustment.billed_through if adjustment else None
    on = max(on, state.billed_through if through is None else through)
    months = state.plan.cadence.unit is cadence.unit is Unit.MONTH
    anchor = Anchor(on, state.anchor.day) if months and not reset else Anchor.at(on)
    number = max(state.cycle + 1, state.next_cycle)
    return anchor, number - cycle_of(anchor, cadence, on)
