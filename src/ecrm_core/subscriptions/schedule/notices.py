"""Notices: what the customer is told, before which day, in which window, and if that was missed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from functools import partial

from attrs import evolve

from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.events import NoticeIssued, NoticeMissed
from ecrm_core.subscriptions.notice import IfMissed, NoticeRule, RelativeTo
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import renewal_price
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.references import Reference, of_term, references
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.told import Told

__all__ = ["instead", "notice_action", "notices"]


def notices(
    state: Subscription, policies: Policies, rules: Iterable[NoticeRule]
) -> Iterator[Candidate]:
    """Go through the notices of some rules that are not done yet, each on the day it aims at."""
    for rule in rules:
        for reference in references(state, policies, rule):
            mark = f"{reference.cycle}/notice/{rule.name}"
            window = rule.window(reference.on)
            if mark not in state.done and window.not_after >= state.created_on:
                make = partial(_made_notice, state, rule, reference=reference, mark=mark)
                yield Candidate(window.aim, Rank.NOTICE, rule.name, make)


def _made_notice(
    state: Subscription, rule: NoticeRule, at: datetime, day: date, *, reference: Reference,
    mark: str,
) -> Made:  # fmt: skip
    window = rule.window(reference.on)
    ordinal = f"{rule.name}.{state.withdrawals}" if state.withdrawals else rule.name
    told = Told(
        mark=mark, name=f"{reference.cycle}/{ordinal}", on=max(day, window.aim), to=rule.channel,
        reference_on=reference.on,
        follows=state.follows.value if of_term(rule) and state.follows else None,
        holds_from=reference.billed_from,
    )  # fmt: skip
    if day > window.not_after:
        made, actions = instead(state, rule, told, at, on=window.aim)
        made = made or evolve(told, holds_from=None, missed=True)
        return NoticeMissed(mark=mark, reference_on=reference.on, told=made), actions
    told = evolve(told, holds_from=None)
    late = day > window.aim
    event = NoticeIssued(mark=mark, reference_on=reference.on, late=late, told=told)
    return event, (notice_action(state, rule, told, at, on=window.aim, late=late),)


def instead(
    state: Subscription, rule: NoticeRule, told: Told, at: datetime, *, on: date
) -> tuple[Told | None, tuple[Action, ...]]:
    """Return what is done in place of a notice that was missed, by its rule.

    Nobody in sales is to speak to a customer who has cancelled.
    """
    cancelled = rule.if_missed is IfMissed.TASK and state.cancel_on is not None
    if cancelled or rule.if_missed is IfMissed.RECORD:
        return None, ()
    if rule.if_missed is IfMissed.TASK:
        ordinal = f"missed-{told.ordinal}"
        task = evolve(told, task=True, name=f"{told.cycle}/{ordinal}", to=rule.task_for,
                      holds_from=None)  # fmt: skip
        action = Action(
            kind=ActionKind.TASK, cycle=told.cycle, ordinal=ordinal, at=at, on=on, rule=rule.name,
            to=rule.task_for, reference=rule.relative_to.value, reference_on=told.reference_on,
            task="tell_customer", follows=told.follows, late=True, missed=True,
            not_after=rule.window(told.reference_on).not_after, legal_ref=rule.legal_ref,
            **common(state),
        )  # fmt: skip
        return task, (action,)
    held = told.holds_from if rule.if_missed is IfMissed.HOLD else None
    told = evolve(told, holds_from=held)
    action = notice_action(state, rule, told, at, on=on, late=True)
    return told, (evolve(action, missed=True),)


def notice_action(
    state: Subscription, rule: NoticeRule, told: Told, at: datetime, *, on: date, late: bool
) -> Action:
    """Return the action of a notice; of another price it says how much a unit is to cost."""
    priced = rule.relative_to is RelativeTo.PRICE_CHANGE
    return Action(
        kind=ActionKind.NOTICE, cycle=told.cycle, ordinal=told.ordinal, at=at, on=on,
        rule=rule.name, to=told.to, reference=rule.relative_to.value,
        reference_on=told.reference_on, not_after=rule.window(told.reference_on).not_after,
        follows=told.follows, legal_ref=rule.legal_ref, late=late,
        price=(state.next_price or renewal_price(state)) if priced else None, **common(state),
    )  # fmt: skip
