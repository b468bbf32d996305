"""Retries: when a charge that failed is tried again, and what comes when the grace is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.dunning import DUNNING, Debt, DunningEnd, DunningPolicy
from ecrm_core.subscriptions.entitlement import unpaid_after
from ecrm_core.subscriptions.events import CancelRequested, DunningEnded, Event, Paused, RetryIssued
from ecrm_core.subscriptions.pauses import PausedBy
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank, common
from ecrm_core.subscriptions.schedule.charges import made_charge
from ecrm_core.subscriptions.schedule.gates import held_from
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = ["retries", "retry_key"]


def retries(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through what is done about each debt: its next retry, the pause, the end of its grace."""
    rule = policies.dunning
    if rule is None:
        return
    for debt in state.debts:
        if debt.ended:
            yield from _after_grace(state, policies, rule, debt)
            continue
        end = rule.end(debt)
        yield _then(end, DunningEnded(charge=debt.charge))
        if rule.pause_after is not None and not debt.paused and state.paused_on is None:
            yield _pause(state, policies, rule.pause_after.after(debt.since))
        number, day = next(iter(rule.retries(debt)), (0, end))
        if number and day < end and not debt.trying:
            make = partial(_made_retry, state, debt, number=number, on=day)
            yield Candidate(day, Rank.DUNNING, debt.charge, make)


def retry_key(state: Subscription, debt: Debt) -> str:
    """Return the key of the latest retry of a debt."""
    return f"{state.id}/{ActionKind.RETRY.value}/{debt.charge}.{debt.number}"


def _after_grace(
    state: Subscription, policies: Policies, rule: DunningPolicy, debt: Debt
) -> Iterator[Candidate]:
    end = rule.end(debt)
    if rule.at_end is DunningEnd.CANCEL:
        # Never before time that is paid for is over.
        on = unpaid_after(state, end)
        if state.cancel_on is None or state.cancel_on > on:
            yield _then(end, CancelRequested(on=on, cause=Cause.UNPAID))
    elif rule.at_end is DunningEnd.PAUSE and not debt.paused and state.paused_on is None:
        yield _pause(state, policies, end)


def _pause(state: Subscription, policies: Policies, on: date) -> Candidate:
    """Return the pause from a day on, after the charge of days that are used and not billed."""
    stop = held_from(state, policies)
    used = state.plan.pay is Pay.IN_ARREARS and state.billed_through < on
    if used and (stop is None or state.billed_through < stop):
        part = DateInterval(state.billed_through, on)
        return Candidate(on, Rank.DUNNING, "", partial(made_charge, state, policies, part=part))
    return _then(on, Paused(on=on, by=PausedBy(owner=DUNNING)))


def _then(on: date, event: Event) -> Candidate:
    return Candidate(on, Rank.DUNNING, "", lambda _, __: (event, ()))


def _made_retry(
    state: Subscription, debt: Debt, at: datetime, day: date, *, number: int, on: date
) -> Made:
    cycle, _, ordinal = debt.charge.partition("/")
    event = RetryIssued(charge=debt.charge, attempt=number, number=state.retries + 1, on=day)
    action = Action(
        kind=ActionKind.RETRY, cycle=cycle, ordinal=f"{ordinal}.{event.number}", at=at, on=on,
        amount=debt.amount, of=f"{state.id}/{ActionKind.CHARGE.value}/{debt.charge}",
        reference="failure", reference_on=debt.since, late=day > on, **common(state),
    )  # fmt: skip
    return event, (action,)
