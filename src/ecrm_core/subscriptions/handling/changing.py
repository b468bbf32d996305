"""Changing: from which day another plan holds."""

from __future__ import annotations

from ecrm_core.subscriptions.billing import next_boundary
from ecrm_core.subscriptions.cadence import first_boundary
from ecrm_core.subscriptions.commands import ChangePlan
from ecrm_core.subscriptions.events import PlanChangeRequested
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal

__all__ = ["change_plan"]


def change_plan(work: Work, command: ChangePlan) -> None:
    """Let another plan hold from the next period that is not billed."""
    state, plan = work.state, command.plan
    if plan.price.currency != state.plan.price.currency or plan.pay is not state.plan.pay:
        raise illegal(state, command, (), why="expected a plan of its currency and way of paying")
    day = max(work.today, state.starts_on)
    after = next_boundary(state.anchor, state.plan.cadence, day)
    on = first_boundary(state.anchor, state.plan.cadence, max(state.billed_through, after))
    if state.trial_until is not None:
        on = first_boundary(state.anchor, state.plan.cadence, state.billed_through)
    work.say(PlanChangeRequested(plan=plan, on=on))
