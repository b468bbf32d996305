"""Tasks: what sales does before the customer has to decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.events import TaskIssued, TaskMissed
from ecrm_core.subscriptions.notice import RelativeTo
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.notices import references
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.task import TaskRule

__all__ = ["tasks"]


def tasks(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the tasks that are not done yet, each on its day before the decision."""
    decision = _decision(state, policies)
    if decision is None or decision < state.created_on:
        return
    for rule in policies.tasks:
        mark = f"{state.marked(f't{state.term_number}')}/task/{rule.name}"
        if mark not in state.done:
            make = partial(_made_task, state, rule, decision=decision)
            yield Candidate(rule.offset.before(decision), Rank.TASK, rule.name, make)


def _decision(state: Subscription, policies: Policies) -> date | None:
    """Return the day the customer begins to decide: her deadline, or the first notice before it."""
    if state.deadline is None:
        return None
    of_term = (RelativeTo.TERM_END, RelativeTo.DEADLINE)
    notices = [
        rule.window(reference).aim
        for rule in policies.notices if rule.relative_to in of_term
        for _, reference in references(state, rule.relative_to)
    ]  # fmt: skip
    return min([state.deadline, *notices])


def _made_task(
    state: Subscription, rule: TaskRule, at: datetime, day: date, *, decision: date
) -> Made:
    cycle = state.marked(f"t{state.term_number}")
    mark = f"{cycle}/task/{rule.name}"
    if day > decision:
        return TaskMissed(mark=mark, reference_on=decision), ()
    # One that was withdrawn comes again under another key.
    ordinal = f"{rule.name}.{state.withdrawals}" if state.withdrawals else rule.name
    on = rule.offset.before(decision)
    event = TaskIssued(
        mark=mark, ordinal=f"{cycle}/{ordinal}", reference_on=decision, late=day > on
    )
    action = Action(
        kind=ActionKind.TASK, cycle=cycle, ordinal=ordinal, at=at, on=on, rule=rule.name,
        to=rule.owner, reference="decision", reference_on=decision, late=day > on, **common(state),
    )  # fmt: skip
    return event, (action,)
