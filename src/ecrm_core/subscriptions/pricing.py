"""Pricing: what a whole period costs a subscription as it stands."""

from __future__ import annotations

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["period_price"]


def period_price(state: Subscription) -> Money:
    """Return the price of the next period: that of the plan, for each of its units.

    At first that may be the introductory one.
    """
    price, intro = state.plan.price, state.plan.intro
    if intro is not None and state.next_cycle < intro.cycles:
        price = intro.price
    if state.quantity == 1:
        return price
    return Money.from_minor(price.minor * state.quantity, price.currency)
