"""Schedule: what is next for a subscription, from its state and the policies alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial
from typing import Any

from attrs import frozen

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import Anchor, Unit, cycle_of
from ecrm_core.subscriptions.events import (
    Charged,
    Ended,
    Event,
    NoticeIssued,
    NoticeMissed,
    PlanChanged,
    TaskIssued,
    TaskMissed,
    TermRenewed,
    TrialEnded,
    WentEvergreen,
)
from ecrm_core.subscriptions.localtime import due_at
from ecrm_core.subscriptions.notice import NoticeRule, RelativeTo
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.subscription import Slice, Subscription, last_day
from ecrm_core.subscriptions.task import TaskRule
from ecrm_core.subscriptions.term import AtEnd

__all__ = ["Planned", "charge_of", "planned"]

Made = tuple[Event, Action | None]
# The order of what falls on one day: what is owed for the past, then what ends, then what begins.
_NOTICE, _TASK, _ARREARS, _TRIAL, _TERM, _END, _CHANGE, _ADVANCE = range(8)


@frozen
class Planned:
    """The next thing to come: when, and what it makes on the local day it is done."""

    at: datetime
    make: Callable[[date], Made]


@frozen
class _Candidate:
    on: date
    rank: int
    name: str
    make: Callable[[datetime, date], Made]


def planned(state: Subscription, policies: Policies) -> Planned | None:
    """Return what is next; None for a subscription that is over or waits for a command."""
    if state.ended_on is not None:
        return None
    first = min(_candidates(state, policies), key=_order, default=None)
    if first is None:
        return None
    at = due_at(first.on, policies.due_time, state.tz)
    return Planned(at, partial(first.make, at))


def _order(candidate: _Candidate) -> tuple[date, int, str]:
    return candidate.on, candidate.rank, candidate.name


def _candidates(state: Subscription, policies: Policies) -> Iterator[_Candidate]:
    end = state.end_on
    if end is not None:
        expired = end != state.cancel_on
        yield _Candidate(end, _END, "", lambda _, __: (Ended(on=end, expired=expired), None))
    if state.trial_until is not None:
        yield _Candidate(state.trial_until, _TRIAL, "", lambda _, __: (TrialEnded(), None))
    if state.next_plan is not None and state.change_on is not None:
        change = _plan_changed(state, state.next_plan, state.change_on)
        yield _Candidate(state.change_on, _CHANGE, "", lambda _, __: (change, None))
    if state.paused_on is None and (end is None or state.billed_through < end):
        yield _charge(state, policies)
    term_end = state.term_end
    if term_end is not None and state.goes_on and (end is None or term_end < end):
        yield _Candidate(term_end, _TERM, "", lambda _, __: (_after_term(state), None))
    if state.cancel_on is None:
        yield from _notices(state, policies)
        yield from _tasks(state, policies)


# ---------------------------------------------------------------- terms and plans


def _after_term(state: Subscription) -> Event:
    if state.term is not None and state.term.at_end is AtEnd.EVERGREEN:
        return WentEvergreen()
    return TermRenewed(number=state.term_number + 1)


def _plan_changed(state: Subscription, plan: Plan, on: date) -> PlanChanged:
    """Return the change: with another cadence the counting begins anew where the old one stood."""
    old, new = state.plan.cadence, plan.cadence
    if old == new:
        return PlanChanged(plan=plan, anchor=state.anchor, cycle_base=state.cycle_base)
    months = old.unit is new.unit is Unit.MONTH
    anchor = Anchor(on, state.anchor.day) if months else Anchor.at(on)
    base = state.cycle_base + cycle_of(state.anchor, old, on)
    return PlanChanged(plan=plan, anchor=anchor, cycle_base=base)


# ---------------------------------------------------------------- charges


def _charge(state: Subscription, policies: Policies) -> _Candidate:
    part = _next_part(state)
    make = partial(_made_charge, state, policies, part=part)
    if state.plan.pay is Pay.IN_ARREARS:
        return _Candidate(last_day(part), _ARREARS, "", make)
    return _Candidate(part.start, _ADVANCE, "", make)


def _next_part(state: Subscription) -> DateInterval:
    """Return the days of the next charge: to the end of their period, or of the subscription."""
    end = last_day(state.next_period)
    for stop in (state.end_on, state.change_on):
        end = end if stop is None or stop <= state.billed_through else min(end, stop)
    return DateInterval(state.billed_through, end)


def _made_charge(
    state: Subscription, policies: Policies, at: datetime, day: date, *, part: DateInterval
) -> Made:
    del day  # a charge is never too late
    return charge_of(state, policies, part, at)


def charge_of(
    state: Subscription, policies: Policies, part: DateInterval, at: datetime
) -> Made:  # fmt: skip
    """Return the charge of these days, which lie in the next period that is not billed."""
    period, price = state.next_period, state.plan.price
    amount = slice_amount(price, part, period, policies.rounding)
    piece = Slice(part=part, period=period, price=price, amount=amount)
    event = Charged(cycle=state.next_cycle, ordinal=state.next_ordinal, piece=piece)
    if not amount.minor:
        return event, None
    arrears = state.plan.pay is Pay.IN_ARREARS
    return event, Action(
        kind=ActionKind.CHARGE, cycle=str(event.cycle), ordinal=str(event.ordinal), at=at,
        on=last_day(part) if arrears else part.start, amount=amount, price=price,
        from_on=part.start, until_on=part.end, period_on=period.start, period_until=period.end,
        anchor=state.anchor, cadence=state.plan.cadence, **common(state),
    )  # fmt: skip


def common(state: Subscription) -> dict[str, Any]:
    """Return the parts every action of a subscription has."""
    return {
        "subscription": state.id,
        "customer": state.customer,
        "plan": state.plan.id,
        "tz": state.tz,
    }


# ---------------------------------------------------------------- notices


def _notices(state: Subscription, policies: Policies) -> Iterator[_Candidate]:
    for rule in policies.notices:
        for cycle, reference in _references(state, rule.relative_to):
            mark = f"{cycle}/notice/{rule.name}"
            window = rule.window(reference)
            if mark not in state.done and window.not_after >= state.created_on:
                make = partial(_made_notice, state, rule, cycle=cycle, reference=reference)
                yield _Candidate(window.aim, _NOTICE, rule.name, make)


def _references(state: Subscription, to: RelativeTo) -> Iterator[tuple[str, date]]:
    """Go through the day such a notice comes before, if there is one, with its cycle in keys."""
    if to is RelativeTo.TRIAL_END and state.trial_until is not None:
        yield "trial", state.trial_until
    if to in {RelativeTo.TERM_END, RelativeTo.DEADLINE} and state.term_end is not None:
        day = state.term_end if to is RelativeTo.TERM_END else state.deadline
        yield f"t{state.term_number}", day or state.term_end
    if to is RelativeTo.CHARGE and state.paused_on is None:
        end = state.end_on
        if end is None or state.billed_through < end:
            part = _next_part(state)
            arrears = state.plan.pay is Pay.IN_ARREARS
            label = f"c{state.next_cycle}.{state.next_ordinal}"
            yield label, last_day(part) if arrears else part.start


def _made_notice(
    state: Subscription, rule: NoticeRule, at: datetime, day: date, *, cycle: str, reference: date
) -> Made:
    window = rule.window(reference)
    mark = f"{cycle}/notice/{rule.name}"
    if day > window.not_after:
        return NoticeMissed(mark=mark, reference_on=reference), None
    late = day > window.aim
    return NoticeIssued(mark=mark, reference_on=reference, late=late), Action(
        kind=ActionKind.NOTICE, cycle=cycle, ordinal=rule.name, at=at, on=window.aim,
        rule=rule.name, to=rule.channel, reference=rule.relative_to.value,
        reference_on=reference, late=late, **common(state),
    )  # fmt: skip


# ---------------------------------------------------------------- tasks


def _tasks(state: Subscription, policies: Policies) -> Iterator[_Candidate]:
    decision = _decision(state, policies)
    if decision is None or decision < state.created_on:
        return
    for rule in policies.tasks:
        mark = f"t{state.term_number}/task/{rule.name}"
        if mark not in state.done:
            make = partial(_made_task, state, rule, decision=decision)
            yield _Candidate(rule.offset.before(decision), _TASK, rule.name, make)


def _decision(state: Subscription, policies: Policies) -> date | None:
    """Return the day the customer begins to decide: her deadline, or the first notice before it."""
    if state.deadline is None:
        return None
    of_term = (RelativeTo.TERM_END, RelativeTo.DEADLINE)
    notices = [
        rule.window(reference).aim
        for rule in policies.notices if rule.relative_to in of_term
        for _, reference in _references(state, rule.relative_to)
    ]  # fmt: skip
    return min([state.deadline, *notices])


def _made_task(
    state: Subscription, rule: TaskRule, at: datetime, day: date, *, decision: date
) -> Made:
    cycle = f"t{state.term_number}"
    mark = f"{cycle}/task/{rule.name}"
    if day > decision:
        return TaskMissed(mark=mark, reference_on=decision), None
    # One that was withdrawn comes again under another key.
    ordinal = f"{rule.name}.{state.withdrawals}" if state.withdrawals else rule.name
    on = rule.offset.before(decision)
    event = TaskIssued(
        mark=mark, ordinal=f"{cycle}/{ordinal}", reference_on=decision, late=day > on
    )
    return event, Action(
        kind=ActionKind.TASK, cycle=cycle, ordinal=ordinal, at=at, on=on, rule=rule.name,
        to=rule.owner, reference="decision", reference_on=decision, late=day > on, **common(state),
    )  # fmt: skip
