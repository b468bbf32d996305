"""Schedule: what is next for a subscription, from its state and the policies alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from functools import partial

from attrs import frozen

from ecrm_core.subscriptions.localtime import due_at
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.adjusting import (
    asked,
    plan_changed,
    quantity_changed,
    settled,
)
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.changes import changes, next_start, prorates
from ecrm_core.subscriptions.schedule.charges import asked_of, charge_of, charged_next, charges
from ecrm_core.subscriptions.schedule.gates import (
    held_from,
    lapses,
    unpaid_from,
    unsaid_from,
)
from ecrm_core.subscriptions.schedule.notices import notices
from ecrm_core.subscriptions.schedule.pausing import pauses, resumed
from ecrm_core.subscriptions.schedule.reasons import taken_back
from ecrm_core.subscriptions.schedule.retries import retries
from ecrm_core.subscriptions.schedule.tasks import tasks
from ecrm_core.subscriptions.schedule.terms import turns
from ecrm_core.subscriptions.subscription import Subscription

__all__ = [
    "Planned",
    "asked",
    "asked_of",
    "charge_of",
    "common",
    "held_from",
    "lasting",
    "next_action_at",
    "next_start",
    "plan_changed",
    "planned",
    "prorates",
    "quantity_changed",
    "resumed",
    "settled",
    "taken_back",
]


@frozen
class Planned:
    """The next thing to come: when, and what it makes on the local day it is done."""

    at: datetime
    make: Callable[[date], Made]


def planned(state: Subscription, policies: Policies) -> Planned | None:
    """Return what is next; None for a subscription that is over or waits for a command."""
    if state.ended_on is not None:
        return None
    first = _first(_candidates(state, policies))
    if first is None:
        return None
    at = due_at(first.on, policies.due_time, state.tz)
    return Planned(at, partial(first.make, at))


def _first(candidates: Iterator[Candidate]) -> Candidate | None:
    """Return what comes first: by day, then by rank, then by name."""
    first = next(candidates, None)
    if first is None:
        return None
    for other in candidates:
        if other.on < first.on or (other.on == first.on and _order(other) < _order(first)):
            first = other
    return first


def next_action_at(state: Subscription, policies: Policies) -> datetime | None:
    """Return when something is next by these policies; None when nothing is."""
    following = planned(state, policies)
    return None if following is None else following.at


def _order(candidate: Candidate) -> tuple[int, str]:
    return candidate.rank, candidate.name


def _candidates(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    end, unsaid = state.end_on, unsaid_from(state, policies)
    stops = [day for day in (unsaid, unpaid_from(state, policies)) if day is not None]
    yield from turns(state, end) if unsaid is None else _turns(state, end, unsaid)
    asked_for = state.change_on or state.quantity_on or state.price_on or state.pending
    if asked_for and not state.stands_still:
        yield from _changes(state, policies, end, stops)
    if charged_next(state, end) and all(state.billed_through < day for day in stops):
        yield charges(state, policies)
    if state.pause_on is not None or state.paused_on is not None:
        yield from pauses(state, policies)
    if state.debts:
        yield from retries(state, policies)
    if policies.asks:
        yield from lapses(state, policies)
    yield from _told(state, policies)


def _changes(
    state: Subscription, policies: Policies, end: date | None, stops: list[date]
) -> Iterator[Candidate]:
    """Go through the changes; those of days that are not billed yet wait until these are."""
    for change in changes(state, policies, end):
        if change.rank == Rank.SETTLE or all(change.on < day for day in stops):
            yield change


def _turns(state: Subscription, end: date | None, unsaid: date) -> Iterator[Candidate]:
    """Go through what ends and is not held back by something that is not said yet."""
    for turn in turns(state, end):
        if turn.on < unsaid or turn.rank not in _HELD:
            yield turn


def _told(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the notices and tasks; of those that no charge moves the first, found once."""
    if policies.moving:
        yield from notices(state, policies, policies.moving)
    if not policies.tasks_last:
        yield from tasks(state, policies)
    kept = state.ahead.get(id(policies))
    if kept is None or kept[0] is not policies:
        first = _first(lasting(state, policies))
        kept = state.ahead[id(policies)] = (policies, first)
    if isinstance(kept[1], Candidate):
        yield kept[1]


def lasting(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the notices and tasks that no charge moves."""
    yield from notices(state, policies, policies.lasting)
    if policies.tasks_last:
        yield from tasks(state, policies)


_HELD = (Rank.TRIAL, Rank.TERM)
