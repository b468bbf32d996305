"""Gates: the first day that is not billed, nor renewed, until something is said or paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.dunning import DunningEnd
from ecrm_core.subscriptions.events import CancelRequested, Event, PriceDropped
from ecrm_core.subscriptions.notice import NoticeRule, WithoutConsent
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank
from ecrm_core.subscriptions.schedule.references import Reference, references
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = ["consent_mark", "held_from", "lapses", "unpaid_from", "unsaid_from"]


def held_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day that is not billed as things are; None if all may be, or it is over.

    It waits for a consent, for a missed notice to be sent, or for what is unpaid to be paid.
    """
    if state.ended_on is not None:
        return None
    days = (unsaid_from(state, policies), unpaid_from(state, policies))
    return min((day for day in days if day is not None), default=None)


def unsaid_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day that is neither billed nor renewed before something is said."""
    if not state.out and not policies.asks:
        return None
    days = [told.holds_from for told in state.out if told.holds_from is not None]
    days += [
        reference.billed_from
        for rule, reference in missing_consents(state, policies)
        if rule.without_consent is not WithoutConsent.KEEP
    ]
    return min(days, default=None)


def unpaid_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day that is not billed before the debts are paid."""
    rule = policies.dunning
    if not state.debts or rule is None or rule.at_end is not DunningEnd.UNPAID:
        return None
    return state.billed_through if any(debt.ended for debt in state.debts) else None


def missing_consents(
    state: Subscription, policies: Policies
) -> Iterator[tuple[NoticeRule, Reference]]:
    """Go through what is to come, needs a consent and has none yet; a cancellation is none."""
    for rule in policies.notices:
        if rule.needs_consent:
            goes_on = state if state.cancel_on is None else changed(state, cancel_on=None)
            for reference in references(goes_on, policies, rule):
                if consent_mark(rule, reference) not in state.done:
                    yield rule, reference


def lapses(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through what must not be without a consent: subscriptions that end, prices dropped."""
    for rule, reference in missing_consents(state, policies):
        on, event = reference.billed_from, _without_consent(state, rule, reference)
        if event is not None:
            yield Candidate(on, Rank.DUNNING, rule.name, partial(_made, event))


def _without_consent(state: Subscription, rule: NoticeRule, to: Reference) -> Event | None:
    if rule.without_consent is WithoutConsent.END:
        sooner = state.cancel_on is not None and state.cancel_on <= to.billed_from
        return None if sooner else CancelRequested(on=to.billed_from, cause=Cause.NO_CONSENT)
    # The price of a next term is not asked for before that begins.
    dropped = rule.without_consent is WithoutConsent.KEEP and state.next_price is not None
    return PriceDropped(cycle=to.cycle) if dropped else None


def _made(event: Event, at: datetime, day: date) -> Made:
    del at, day
    return event, ()


def consent_mark(rule: NoticeRule, reference: Reference) -> str:
    """Return the mark of a consent to what the rule speaks of."""
    return f"{reference.cycle}/consent/{rule.name}"
