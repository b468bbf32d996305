"""Reasons: whether what is out with the customer and with sales still holds; else it is taken back.

One question, asked after each event: would the same notice, the same task be given now? So it does
not matter what took the reason away: a cancellation, another plan, another day, renewal off.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from attrs import evolve

from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.events import Withdrawn
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Made, common
from ecrm_core.subscriptions.schedule.references import of_term, references
from ecrm_core.subscriptions.schedule.tasks import decision_day
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.told import Told

__all__ = ["taken_back"]


def taken_back(state: Subscription, policies: Policies, at: datetime) -> Made | None:
    """Return the taking back of all that has lost its reason; None when nothing has."""
    gone = [told for told in state.out if not _stands(state, policies, told)]
    named = {told.name for told in state.out}
    gone += [told for told in _unnamed(state, named) if not _task_stands(state, policies, told)]
    if not gone:
        return None
    on, tasks = local_day(at, state.tz), [told for told in gone if told.task and not told.missed]
    event = Withdrawn(
        marks=tuple(told.mark for told in gone),
        notices=tuple(t.name for t in gone if not (t.task or t.sent or t.missed)),
        tasks=tuple(told.name for told in tasks),
        missed=tuple(_missed(state, policies, tasks)),
    )
    return event, tuple(_withdrawal(state, told, at, on) for told in tasks)


def _missed(state: Subscription, policies: Policies, gone: list[Told]) -> Iterator[Told]:
    """Go through the notices that stay missed, though nobody is to speak to the customer now."""
    for told in gone:
        same = _days(state, policies, told).get(told.cycle) == told.reference_on
        if same and "/notice/" in told.mark:
            yield evolve(told, task=False, missed=True)


def _days(state: Subscription, policies: Policies, told: Told) -> dict[str, date]:
    rule = next((rule for rule in policies.notices if rule.name == told.rule), None)
    found = () if rule is None else references(state, policies, rule)
    return {each.cycle: each.on for each in found}


def _unnamed(state: Subscription, named: set[str]) -> list[Told]:
    """Return open tasks of rows written before it was noted what they speak of."""
    found = []
    for name in state.open_tasks:
        if name not in named:
            cycle, _, ordinal = name.partition("/")
            mark = f"{cycle}/task/{ordinal.partition('.')[0]}"
            found.append(Told(mark=mark, name=name, on=date.min, reference_on=date.min, to="",
                              task=True))  # fmt: skip
    return found


def _stands(state: Subscription, policies: Policies, told: Told) -> bool:
    if told.task:
        return _task_stands(state, policies, told)
    rule = next((rule for rule in policies.notices if rule.name == told.rule), None)
    if rule is None:
        return True  # the policies have changed, the reason has not
    day = _days(state, policies, told).get(told.cycle)
    if day is None:
        return told.sent or told.missed  # what was sent is told, and need not be told again
    follows = state.follows.value if of_term(rule) and state.follows else None
    return day == told.reference_on and (told.missed or told.follows == follows)


def _task_stands(state: Subscription, policies: Policies, told: Told) -> bool:
    if state.cancel_on is not None:
        return told.missed
    if "/notice/" in told.mark:  # in place of a notice that was missed
        return _days(state, policies, told).get(told.cycle, told.reference_on) == told.reference_on
    rule = next((rule for rule in policies.tasks if rule.name == told.rule), None)
    decision = decision_day(state, policies)
    if told.cycle != state.marked(f"t{state.term_number}"):
        return False
    if rule is None or told.reference_on == date.min:
        return decision is not None
    applies = rule.applies_if is None or rule.applies_if.holds(state, policies.market)
    follows = state.follows and state.follows.value
    same = told.missed or told.follows == follows
    return applies and decision == told.reference_on and same


def _withdrawal(state: Subscription, told: Told, at: datetime, on: date) -> Action:
    cancelled = state.cancel_on is not None
    return Action(
        kind=ActionKind.WITHDRAWAL, cycle=told.cycle, ordinal=told.ordinal, at=at, on=on,
        rule=told.rule, to=told.to or None, of=f"{state.id}/{ActionKind.TASK.value}/{told.name}",
        reference="cancellation" if cancelled else "change",
        reference_on=state.cancel_on if cancelled else told.reference_on, **common(state),
    )  # fmt: skip
