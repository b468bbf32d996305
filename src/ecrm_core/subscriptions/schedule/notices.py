"""Notices: what the customer is told, before which day, in which window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.events import NoticeIssued, NoticeMissed
from ecrm_core.subscriptions.notice import NoticeRule, RelativeTo
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.charges import charged_next, next_part
from ecrm_core.subscriptions.subscription import Subscription, last_day

__all__ = ["notices", "references"]


def notices(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the notices that are not done yet, each on the day it aims at."""
    for rule in policies.notices:
        for cycle, reference in references(state, rule.relative_to):
            mark = f"{cycle}/notice/{rule.name}"
            window = rule.window(reference)
            if mark not in state.done and window.not_after >= state.created_on:
                make = partial(_made_notice, state, rule, cycle=cycle, reference=reference)
                yield Candidate(window.aim, Rank.NOTICE, rule.name, make)


def references(state: Subscription, to: RelativeTo) -> Iterator[tuple[str, date]]:
    """Go through the day such a notice comes before, if there is one, with its cycle in keys."""
    if to is RelativeTo.TRIAL_END and state.trial_until is not None:
        yield state.marked("trial"), state.trial_until
    if to in {RelativeTo.TERM_END, RelativeTo.DEADLINE} and state.term_end is not None:
        day = state.term_end if to is RelativeTo.TERM_END else state.deadline
        yield state.marked(f"t{state.term_number}"), day or state.term_end
    made = state.paused_on is None and not state.skips
    if to is RelativeTo.CHARGE and made and charged_next(state, state.end_on):
        part = next_part(state)
        arrears = state.plan.pay is Pay.IN_ARREARS
        label = state.marked(f"c{state.next_cycle}.{state.next_ordinal}")
        yield label, last_day(part) if arrears else part.start


def _made_notice(
    state: Subscription, rule: NoticeRule, at: datetime, day: date, *, cycle: str, reference: date
) -> Made:
    window = rule.window(reference)
    mark = f"{cycle}/notice/{rule.name}"
    if day > window.not_after:
        return NoticeMissed(mark=mark, reference_on=reference), ()
    late = day > window.aim
    event = NoticeIssued(mark=mark, reference_on=reference, late=late)
    action = Action(
        kind=ActionKind.NOTICE, cycle=cycle, ordinal=rule.name, at=at, on=window.aim,
        rule=rule.name, to=rule.channel, reference=rule.relative_to.value,
        reference_on=reference, late=late, **common(state),
    )  # fmt: skip
    return event, (action,)
