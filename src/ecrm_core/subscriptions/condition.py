"""Condition: for which subscriptions a rule is meant, as data: a closed set of questions."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import field, frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.checks import is_a, several
from ecrm_core.subscriptions.duration import Duration, maybe_duration
from ecrm_core.subscriptions.pricing import period_price
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.term import AtEnd

__all__ = ["Condition", "Market"]


class Market(Enum):
    """Who buys: the law tells them apart."""

    CONSUMER = "consumer"
    BUSINESS = "business"


@frozen(kw_only=True)
class Condition:
    """What must hold for a rule to apply; a question that is not asked holds.

    ``plans`` are ids, of which it is one; ``at_end`` what follows the term (EXPIRE too where
    renewal is off). ``amount`` is the least price of a period (another currency: does not apply),
    ``term`` the least length of the initial term, ``trial`` of the plan's trial.
    """

    plans: tuple[str, ...] = field(default=(), validator=several(str))
    at_end: tuple[AtEnd, ...] = field(default=(), validator=several(AtEnd))
    market: Market | None = field(default=None, validator=is_a(Market, or_none=True))
    amount: Money | None = field(default=None, validator=is_a(Money, or_none=True))
    term: Duration | None = field(default=None, converter=maybe_duration)
    trial: Duration | None = field(default=None, converter=maybe_duration)

    def holds(self, state: Subscription, market: Market) -> bool:
        """Return whether a subscription in this market is one the rule is meant for."""
        term = None if state.term is None else state.term.initial
        return (
            (not self.plans or state.plan.id in self.plans)
            and (not self.at_end or state.follows in self.at_end)
            and self.market in {None, market}
            and (self.amount is None or _reaches(period_price(state), self.amount))
            and _lasts(term, self.term)
            and _lasts(state.plan.trial, self.trial)
        )


def _reaches(price: Money, least: Money) -> bool:
    return price.currency == least.currency and price.amount >= least.amount


def _lasts(found: Duration | None, least: Duration | None) -> bool:
    if least is None:
        return True
    return found is not None and found.after(_SOME_DAY) >= least.after(_SOME_DAY)


_SOME_DAY = date(2000, 1, 1)
