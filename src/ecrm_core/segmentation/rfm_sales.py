"""RFM sales: which orders count for RFM, and what those of one customer come to.

Out are test orders, those cancelled by then and those refunded in full; other refunds come off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Context, Decimal
from functools import reduce

from attrs import frozen

from ecrm_core.segmentation.rfm_scores import Purchases
from ecrm_core.segmentation.times import Times
from ecrm_core.timeline import Facts, OrderPart

__all__ = ["Sale", "purchases_of", "sales_of"]

_EXACT = Context(prec=200)
_NOTHING = Decimal(0)


@frozen(kw_only=True)
class Sale:
    """One order: its day in the shop's zone, its amount and what was refunded of it.

    ``amount`` is None in another currency than the shop's, and below zero for a refund that stands
    alone.
    """

    day: date | None
    amount: Decimal | None
    refunded: Decimal = _NOTHING

    @property
    def counts(self) -> bool:
        """Whether it is a purchase: not a refund, and not refunded in full."""
        amount = self.amount
        return amount is None or (amount >= 0 and (amount == 0 or self.refunded < amount))


def purchases_of(sales: Iterable[Sale], today: date) -> Purchases | None:
    """Return what the orders of one customer come to, or None: then she has no score.

    That is so where no order counts, none of them has a day, or none an amount.
    """
    sales = list(sales)
    held = [sale for sale in sales if sale.counts]
    days = [sale.day for sale in held if sale.day is not None]
    if not days or all(sale.amount is None for sale in held):
        return None
    spent = _NOTHING
    for sale in sales:
        if sale.amount is not None:
            spent = _EXACT.add(spent, _EXACT.subtract(sale.amount, sale.refunded))
    return Purchases(days=(today - max(days)).days, orders=len(held), spent=spent)


def sales_of(facts: Facts, *, currency: str, times: Times) -> Iterator[Sale]:
    """Go through the orders of facts (``facts_until`` the instant), in money of one currency."""
    for placed, refunds in facts.counting():
        amount, *back = (_amount(part, currency) for part in (placed, *refunds))
        refunded = reduce(_EXACT.add, (each for each in back if each is not None), _NOTHING)
        yield Sale(day=times.local_day(placed.at), amount=amount, refunded=refunded)


def _amount(part: OrderPart, currency: str) -> Decimal | None:
    money = part.amount
    return money.amount if money is not None and money.currency == currency else None
