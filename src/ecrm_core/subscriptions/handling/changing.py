"""Changing: from which day another plan, quantity or price holds, and how that is billed."""

from __future__ import annotations

from datetime import date, timedelta

from attrs import evolve

from ecrm_core.subscriptions.change import ChangePolicy
from ecrm_core.subscriptions.commands import ChangePlan, ChangeQuantity, Reprice, RepriceAt
from ecrm_core.subscriptions.events import (
    PlanChangeRequested,
    PriceChangeRequested,
    QuantityChangeRequested,
)
from ecrm_core.subscriptions.handling.crediting import bill_what_is_used, not_gated
from ecrm_core.subscriptions.handling.holding import nothing_held
from ecrm_core.subscriptions.handling.reaching import reached
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.schedule import next_start, plan_changed, prorates, quantity_changed

__all__ = ["change_plan", "change_quantity", "reprice"]

_DAY = timedelta(days=1)


def change_plan(work: Work, command: ChangePlan) -> None:
    """Let another plan hold, at once or from a day to come."""
    held, plan, policy = work.state.plan, command.plan, command.policy
    if plan.price.currency != held.price.currency or plan.pay is not held.pay:
        why = "expected a plan of its currency and way of paying"
        raise illegal(work.state, command, (), why=why)
    anew = {ChangePolicy.NEXT_PERIOD, ChangePolicy.RESET_CYCLE}
    if plan.cadence != held.cadence and policy not in anew:
        why = "expected next_period or reset_cycle for a plan of another cadence"
        raise illegal(work.state, command, (), why=why)
    on = _from(work, command)
    if policy is ChangePolicy.NEXT_PERIOD or on > work.today:
        work.say(PlanChangeRequested(plan=plan, on=on, policy=policy))
        return
    _bill_before(work, command, on)
    work.say(*plan_changed(
        work.state, work.policies, plan, on, policy=policy, at=work.now, asked_on=work.today
    ))  # fmt: skip


def change_quantity(work: Work, command: ChangeQuantity) -> None:
    """Let another number of units hold, at once or from a day to come."""
    quantity, policy = command.quantity, command.policy
    on = _from(work, command)
    if policy is ChangePolicy.NEXT_PERIOD or on > work.today:
        work.say(QuantityChangeRequested(quantity=quantity, on=on, policy=policy))
        return
    _bill_before(work, command, on)
    work.say(*quantity_changed(
        work.state, work.policies, quantity, on, policy=policy, at=work.now, asked_on=work.today
    ))  # fmt: skip


def reprice(work: Work, command: Reprice) -> None:
    """Let another price hold from the first period after what is asked."""
    state, price = work.state, command.price
    if price.currency != state.plan.price.currency:
        raise illegal(state, command, (), why=f"expected {state.plan.price.currency}")
    evolve(state.plan, price=price)  # refuses what cannot be charged
    day = work.today + _DAY
    if command.on is not None:
        if command.on < work.today:
            raise illegal(state, command, (), why="expected a day to come")
        day = command.on
    elif command.at is RepriceAt.NEXT_TERM:
        if state.term_end is None or not state.goes_on:
            raise illegal(state, command, (), why="expected one that has a term and goes on")
        day = state.term_end
    work.say(PriceChangeRequested(price=price, on=next_start(state, day)))


def _from(work: Work, command: ChangePlan | ChangeQuantity) -> date:
    """Return the day a change holds from."""
    state, on = work.state, command.on
    if command.policy is ChangePolicy.NEXT_PERIOD:
        return next_start(state, max(on or work.today + _DAY, work.today))
    if on is None:
        return work.today
    if on < work.today:
        reached(state, command, on, since=state.changes_from)
    return on


def _bill_before(work: Work, command: ChangePlan | ChangeQuantity, on: date) -> None:
    """Bill the days before a change that are to be paid in arrears, at what held."""
    if prorates(command.policy):
        if any(held.piece.until > on for held in work.state.held):
            nothing_held(work.state, command)
        not_gated(work, command, on)
        bill_what_is_used(work, on, later=command.policy is ChangePolicy.NEXT_INVOICE)
