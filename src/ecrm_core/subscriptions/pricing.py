"""Pricing: what a whole period costs a subscription as it stands."""

from __future__ import annotations

from fractions import Fraction

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.billing import next_boundary
from ecrm_core.subscriptions.cadence import cycle_of, period_of
from ecrm_core.subscriptions.change import StubPolicy
from ecrm_core.subscriptions.proration import fraction_of, share_of
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.uplift import UpliftTo

__all__ = ["period_price", "renewal_price", "times", "unit_price"]


def period_price(state: Subscription) -> Money:
    """Return the price of the next period: that of the plan, for each of its units.

    At first that may be the introductory one.
    """
    return times(unit_price(state, state.next_period, state.next_cycle), state.quantity)


def unit_price(state: Subscription, period: DateInterval, cycle: int) -> Money:
    """Return what one unit costs for a period of that number, of the plan that holds."""
    intro = state.plan.intro
    unit = intro.price if intro is not None and cycle < intro.cycles else state.plan.price
    if state.stub is None or period != state.stub or state.stub_policy is not StubPolicy.MERGE:
        return unit
    return share_of(unit, 1 + _share_before_first(state, period))


def _share_before_first(state: Subscription, stub: DateInterval) -> Fraction:
    """Return what part of their own period the days before the first boundary are."""
    anchor, cadence, start = state.anchor, state.plan.cadence, stub.start
    own = period_of(anchor, cadence, cycle_of(anchor, cadence, start))
    return fraction_of(start, next_boundary(anchor, cadence, start), own)


def times(price: Money, quantity: int) -> Money:
    """Return the price of so many units."""
    return price if quantity == 1 else Money.from_minor(price.minor * quantity, price.currency)


def renewal_price(state: Subscription) -> Money | None:
    """Return what a unit costs from the next term on; None when that stays, or was told already."""
    if state.term is None or state.next_price is not None:
        return None
    uplift, price = state.term.uplift, state.plan.price
    after = price
    if uplift.to is UpliftTo.LIST:
        after = state.plan.list_price or price
    elif uplift.to is UpliftTo.PERCENT:
        after = share_of(price, 1 + Fraction(uplift.percent) / 100)
    return None if after == price else after
