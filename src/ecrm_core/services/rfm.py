"""RFM: what the orders of every customer of the store come to, a page of customers at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from ecrm_core.kernel import CustomerId
from ecrm_core.ports import Store, all_profiles
from ecrm_core.segmentation import Purchases, facts_until, purchases_of, sales_of
from ecrm_core.segmentation.times import Times
from ecrm_core.services.segment_rows import Needs, load_customers

__all__ = ["all_purchases"]

_PAGE = 500


def all_purchases(
    store: Store, *, as_of: datetime, currency: str, tz: str
) -> Iterator[tuple[CustomerId, Purchases | None]]:
    """Go through all customers, by id, with what their orders under all their ids come to."""
    times, needs = Times(as_of, tz), Needs(facts=True)
    for page in all_profiles(store, page=_PAGE):
        for id_, known in load_customers(store, page, needs, at=as_of).items():
            sales = sales_of(facts_until(known.facts, as_of), currency=currency, times=times)
            yield id_, purchases_of(sales, times.today)
