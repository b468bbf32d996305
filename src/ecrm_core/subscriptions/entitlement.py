"""Entitlement: whether a customer has access on a day; never less than what she has paid for."""

from __future__ import annotations

from datetime import date

from ecrm_core.subscriptions.dunning import Debt, DunningPolicy, Entitlement
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["entitled", "paid_through"]


def paid_through(state: Subscription) -> date:
    """Return the first day that is not paid in full, as far as anybody has said.

    What was billed counts as paid until a payment fails; of a charge added inside a period the
    days from its failure on are not paid in full.
    """
    unpaid = (min(debt.unpaid_from, debt.since) for debt in state.debts)
    return min([state.billed_through, *unpaid])


def entitled(state: Subscription, day: date, policies: Policies) -> bool:
    """Return whether she has access on a day, in the zone of the subscription.

    On days that are paid in full always, whatever came after. Else not before the start, after the
    end or in a pause; and while a charge is unpaid as the dunning policy says (without one: on).
    """
    if day < state.starts_on:
        return False
    if day < paid_through(state):
        return True
    ends = (state.ended_on, state.end_on, state.paused_on)
    if any(end is not None and day >= end for end in ends):
        return False
    rule = policies.dunning
    return rule is None or all(_goes_on(debt, rule, day) for debt in state.debts)


def _goes_on(debt: Debt, rule: DunningPolicy, day: date) -> bool:
    if rule.entitlement is Entitlement.GRACE:
        return day < max(rule.end(debt), debt.unpaid_from)
    if rule.entitlement is Entitlement.UNTIL_PAID_THROUGH:
        return day < debt.unpaid_from
    return False
