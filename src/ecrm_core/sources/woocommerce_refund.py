"""WooCommerce refunds: those an order names, and one alone, which says neither whose nor how much.

https://developer.woocommerce.com/docs/apis/rest-api/v3/order-refunds. An amount without a currency
is none: it takes the shop's, where the reader was told it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, id_of, money_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.woocommerce_customer import when
from ecrm_core.sources.woocommerce_lines import lines_of
from ecrm_core.timeline import Interaction

__all__ = ["read_refund", "refund_inside"]

_ORDER: Final = re.compile(r"/orders/([0-9]{1,40})/?", re.ASCII)


def read_refund(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return one refund alone, about the party of its order.

    It is kept as it is, and tells nothing, as long as its order, its time or its currency is not
    known: the order tells the refund too, with its amount.
    """
    payload = Payload(data)
    order, made = _order_of(payload.apart()), when(payload, "date_created", shop)
    amount = money_of(payload.apart().get("amount"), shop.currency)
    if order is None or made is None or amount is None:
        return apart(payload)
    id_ = id_of(payload.get("id"))
    if id_ is None:
        raise no_id("a refund")
    made[1].take()
    id_of(payload.get("parent_id"))
    money_of(payload.get("amount"), shop.currency)
    told = Interaction(
        source=shop.source,
        event_id=f"refund/{id_}",
        kind="refund",
        at=made[0],
        amount=Money(abs(amount.amount), amount.currency),
        lines=lines_of(payload, shop.currency),
        correlation=order,
        text=code_of(payload.get("reason"), limit=MAX_VALUE),
        told_at=made[0],
    )
    return apart(payload, told)


def refund_inside(
    node: Node, shop: Shop, *, subject: SourceKey, currency: str | None, order: str, at: datetime
) -> Interaction | None:
    """Return a refund that an order names; it does not say when, so the first telling dates it."""
    id_ = id_of(node.get("id"))
    if id_ is None:
        return None
    back = money_of(node.get("total"), currency)
    text = code_of(node.get("reason"), limit=MAX_VALUE)
    return Interaction(
        source=shop.source,
        event_id=f"refund/{id_}",
        kind="refund",
        at=at,
        undated=True,
        subject=subject,
        amount=Money(abs(back.amount), back.currency) if back else None,
        correlation=order,
        text=text or code_of(node.get("refund"), limit=MAX_VALUE),
        told_at=at,
    )


def _order_of(node: Node) -> str | None:
    """Return the number of the order: of the parent, else at the end of the link to it."""
    parent = id_of(node.get("parent_id"))
    links = node.get("_links")
    up = links.get("up") if links else None
    for link in up.items() if up and parent is None else ():
        href = link.get("href")
        found = _ORDER.search(href.value) if href and isinstance(href.value, str) else None
        if found and found.end() == len(found.string):
            return found[1]
    return parent
