"""Recurring: what a subscription comes to a month, as an exact fraction of its minor unit."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from ecrm_core.subscriptions.cadence import Cadence, Unit
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["in_a_month", "monthly_amount"]

_DAYS: Final = Fraction(365, 12)


def in_a_month(cadence: Cadence) -> Fraction:
    """Return how many periods of a cadence a month has; one of days counts 365/12 of them."""
    if cadence.unit is Unit.MONTH:
        return Fraction(1, cadence.count)
    return _DAYS / cadence.count


def monthly_amount(state: Subscription) -> Fraction:
    """Return the monthly recurring amount, in minor units: its period price by its periods a month.

    Nothing while it is in its trial or paused, and after its end.
    """
    if state.ended_on is not None or state.paused_on is not None or state.trial_until is not None:
        return Fraction(0)
    return period_price(state).minor * in_a_month(state.plan.cadence)
