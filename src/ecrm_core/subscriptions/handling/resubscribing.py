"""Resubscribing: one that is over begins again, and its numbers go on."""

from __future__ import annotations

from ecrm_core.subscriptions.cadence import Anchor, cycle_of
from ecrm_core.subscriptions.commands import Resubscribe
from ecrm_core.subscriptions.events import Resubscribed
from ecrm_core.subscriptions.handling.holding import nothing_held
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.term import TermRule

__all__ = ["resubscribe"]


def resubscribe(work: Work, command: Resubscribe) -> None:
    """Begin again: days that are paid already are not billed, and no number is used twice."""
    state, plan = work.state, command.plan or work.state.plan
    nothing_held(state, command)
    on, ended = command.on or work.today, state.ended_on or work.today
    if on < ended:
        raise illegal(state, command, (), why=f"expected a day from its end, {ended}, on")
    if plan.price.currency != state.plan.price.currency or plan.pay is not state.plan.pay:
        raise illegal(state, command, (), why="expected a plan of its currency and way of paying")
    # Of a trial that was broken off nothing was paid.
    through = on if state.trial_until is not None else max(on, state.billed_through)
    anchor = Anchor(through, through.day if command.anchor_day is None else command.anchor_day)
    following = max(state.cycle, state.next_cycle) + 1
    work.say(Resubscribed(
        on=on, told_on=work.today, plan=plan, anchor=anchor,
        anchor_fixed=command.anchor_day is not None,
        cycle_base=following - cycle_of(anchor, plan.cadence, through), through=through,
        term=_term(state, command), auto_renew=command.auto_renew,
        quantity=command.quantity or state.quantity,
    ))  # fmt: skip


def _term(state: Subscription, command: Resubscribe) -> TermRule | None:
    if command.term is not None:
        return command.term
    if command.plan is not None:
        return command.plan.term
    return state.term or state.plan.term
