"""Entitlement: whether a customer has access on a day; never less than what she has paid for."""

from __future__ import annotations

from datetime import date, datetime

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.dunning import Entitlement
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["entitled", "paid_for", "unpaid_after"]


def paid_for(state: Subscription, day: date, *, in_part: bool = False) -> bool:
    """Return whether a day is paid, as far as anybody has said.

    What was billed counts as paid until a payment fails. ``in_part``: days count too of which a
    charge added later (a seat more) is unpaid, and the first one is not.
    """
    if not state.starts_on <= day < state.billed_through:
        return False
    return not any(debt.covers(day) and (debt.whole or not in_part) for debt in state.debts)


def unpaid_after(state: Subscription, day: date) -> date:
    """Return the first day from a day on for which nothing is paid."""
    if not paid_for(state, day, in_part=True):
        return day
    starts = (debt.from_on for debt in state.debts if debt.whole and debt.from_on > day)
    return min([state.billed_through, *starts])


def entitled(state: Subscription, day: date, policies: Policies) -> bool:
    """Return whether she has access on a day, in the zone of the subscription.

    On days that are paid in full always, whatever came after. Else not before the start, after the
    end or in a pause; and while a charge is unpaid as the dunning policy says (without one: on).
    Raises DefinitionError for an instant: its day depends on the zone.
    """
    if isinstance(day, datetime) or not isinstance(day, date):
        message = f"found {type(day).__name__}, expected a local day (local_day of an instant)"
        raise DefinitionError(message, code="argument")
    if paid_for(state, day):
        return True
    ends = (state.ended_on, state.end_on, state.paused_on)
    if day < state.starts_on or any(end is not None and day >= end for end in ends):
        return False
    rule = policies.dunning
    if rule is None or not state.debts:
        return True
    if rule.entitlement is Entitlement.IMMEDIATE:
        return False
    if paid_for(state, day, in_part=True):
        return True
    return rule.entitlement is Entitlement.GRACE and all(
        day < rule.end(debt) for debt in state.debts
    )
