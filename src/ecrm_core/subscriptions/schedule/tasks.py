"""Tasks: what sales does before the customer has to decide, and who is told if it is not done."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from attrs import evolve

from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.events import TaskEscalated, TaskIssued, TaskMissed
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.references import of_term, references
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.task import TaskRule
from ecrm_core.subscriptions.told import Told

__all__ = ["decision_day", "tasks"]


def tasks(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the tasks that are not done yet, each on its day before the decision."""
    if not policies.tasks or state.cancel_on is not None:
        return
    decision = decision_day(state, policies)
    if decision is None or decision < state.created_on:
        return
    for rule in policies.tasks:
        mark = f"{state.marked(f't{state.term_number}')}/task/{rule.name}"
        if mark not in state.done:
            if rule.applies_if is None or rule.applies_if.holds(state, policies.market):
                make = partial(_made_task, state, rule, mark=mark, decision=decision)
                yield Candidate(rule.offset.before(decision), Rank.TASK, rule.name, make)
        elif rule.escalate_after is not None and state.out:
            yield from _escalations(state, rule, mark)


def decision_day(state: Subscription, policies: Policies) -> date | None:
    """Return the day the customer begins to decide: her deadline, or the first notice before it.

    None where there is none: without a term, while time stands still, once she has said yes.
    """
    if state.deadline is None or state.stands_still or state.answered:
        return None
    notices = [
        rule.window(reference.on).aim
        for rule in policies.notices if of_term(rule)
        for reference in references(state, policies, rule)
    ]  # fmt: skip
    return min([state.deadline, *notices])


def _made_task(
    state: Subscription, rule: TaskRule, at: datetime, day: date, *, mark: str, decision: date
) -> Made:
    # One that was withdrawn comes again under another key.
    ordinal = f"{rule.name}.{state.withdrawals}" if state.withdrawals else rule.name
    on, follows = rule.offset.before(decision), state.follows and state.follows.value
    told = Told(
        mark=mark, name=f"{mark.partition('/')[0]}/{ordinal}", on=day, reference_on=decision,
        to=rule.owner, task=True, follows=follows,
    )  # fmt: skip
    if day > decision:
        missed = evolve(told, missed=True)
        return TaskMissed(mark=mark, reference_on=decision, told=missed), ()
    event = TaskIssued(
        mark=mark, ordinal=told.name, reference_on=decision, late=day > on, told=told
    )
    return event, (_action(state, rule, told, at=at, on=on),)


def _escalations(state: Subscription, rule: TaskRule, mark: str) -> Iterator[Candidate]:
    for told in state.out:
        if told.mark == mark and not (told.escalated or told.missed) and rule.escalate_after:
            on = rule.escalate_after.after(told.on)
            if on <= told.reference_on:
                make = partial(_made_escalation, state, rule, told=told, on=on)
                yield Candidate(on, Rank.TASK, rule.name, make)


def _made_escalation(
    state: Subscription, rule: TaskRule, at: datetime, day: date, *, told: Told, on: date
) -> Made:
    del day  # late is better than never
    action = evolve(
        _action(state, rule, told, at=at, on=on), kind=ActionKind.ESCALATION,
        to=rule.escalate_to, of=f"{state.id}/{ActionKind.TASK.value}/{told.name}",
    )  # fmt: skip
    return TaskEscalated(mark=told.mark), (action,)


def _action(
    state: Subscription, rule: TaskRule, told: Told, *, at: datetime, on: date
) -> Action:  # fmt: skip
    return Action(
        kind=ActionKind.TASK, cycle=told.cycle, ordinal=told.ordinal, at=at, on=on, rule=rule.name,
        to=rule.owner, reference="decision", reference_on=told.reference_on, task=rule.kind,
        priority=rule.priority.value, follows=told.follows, late=told.on > on, **common(state),
    )  # fmt: skip
