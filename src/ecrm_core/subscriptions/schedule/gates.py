"""Gates: the first day that is not billed, nor renewed, until something is said or paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.dunning import DunningEnd
from ecrm_core.subscriptions.events import CancelRequested
from ecrm_core.subscriptions.notice import NoticeRule, WithoutConsent
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank
from ecrm_core.subscriptions.schedule.references import Reference, references
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = [
    "consent_mark",
    "ends_without_consent",
    "gated_from",
    "held_from",
    "unpaid_from",
    "unsaid_from",
]


def held_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day that is not billed as things are; None if all may be.

    It waits for a consent, for a missed notice to be sent, or for what is unpaid to be paid.
    """
    days = (unsaid_from(state, policies), unpaid_from(state, policies))
    return min((day for day in days if day is not None), default=None)


def unsaid_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day that is neither billed nor renewed before something is said."""
    if not state.out and not policies.asks:
        return None
    days = [told.holds_from for told in state.out if told.holds_from is not None]
    days += [reference.billed_from for _, reference in missing_consents(state, policies)]
    return min(days, default=None)


def gated_from(state: Subscription, policies: Policies) -> date | None:
    """Return the first day it stands still before a consent, a notice or a payment is told.

    None where nothing is waited for, and for a subscription that is over.
    """
    if state.ended_on is not None:
        return None
    days = (unsaid_from(state, policies), unpaid_from(state, policies))
    return min((day for day in days if day is not None), default=None)


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


def ends_without_consent(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the ends of what must not go on without a consent."""
    for rule, reference in missing_consents(state, policies):
        on = reference.billed_from
        sooner = state.cancel_on is not None and state.cancel_on <= on
        if rule.without_consent is WithoutConsent.END and not sooner:
            yield Candidate(on, Rank.DUNNING, rule.name, partial(_made_end, on))


def _made_end(on: date, at: datetime, day: date) -> Made:
    del at, day
    return CancelRequested(on=on, cause=Cause.NO_CONSENT), ()


def consent_mark(rule: NoticeRule, reference: Reference) -> str:
    """Return the mark of a consent to what the rule speaks of."""
    return f"{reference.cycle}/consent/{rule.name}"
