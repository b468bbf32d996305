"""Recurring: what a subscription comes to a month, as an exact fraction of its minor unit."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import Cadence, Unit
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["in_a_month", "monthly_amount"]

_DAYS: Final = Fraction(365, 12)


def in_a_month(cadence: Cadence) -> Fraction:
    """Return how many periods of a cadence a month has; one of days counts 365/12 of them."""
    if cadence.unit is Unit.MONTH:
        return Fraction(1, cadence.count)
    return _DAYS / cadence.count


def monthly_amount(state: Subscription) -> Fraction:
    """Return the monthly recurring amount, in minor units: units, their price, periods a month.

    An introductory price counts while it holds, a stub does not. Nothing while it is in its trial
    or paused, and after its end.
    """
    if state.ended_on is not None or state.paused_on is not None or state.trial_until is not None:
        return Fraction(0)
    return _unit(state).minor * state.quantity * in_a_month(state.plan.cadence)


def _unit(state: Subscription) -> Money:
    """Return what a unit costs in the period that runs."""
    plan = state.plan
    billed = plan.pay is Pay.IN_ADVANCE and state.cycle >= 0
    running = state.cycle if billed else state.next_cycle
    return plan.intro.price if plan.intro and running < plan.intro.cycles else plan.price
