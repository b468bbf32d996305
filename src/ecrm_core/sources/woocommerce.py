"""WooCommerce: customers and orders from the REST API (v3), its webhooks and lists.

https://woocommerce.github.io/woocommerce-rest-api-docs. ``verify`` first, then ``read``; before
both, ``is_ping``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ecrm_core.sources.deletions import read_order_deletion
from ecrm_core.sources.delivery import Delivery
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.signature import verify_signature
from ecrm_core.sources.sorts import OTHER, Sorts, read_other
from ecrm_core.sources.woocommerce_customer import read_customer, read_deletion
from ecrm_core.sources.woocommerce_order import read_order, read_restored_order
from ecrm_core.sources.woocommerce_refund import read_refund

__all__ = ["TOPICS", "is_ping", "read", "verify"]

_TOPICS: Final = {
    "coupon.created": OTHER,
    "coupon.deleted": OTHER,
    "coupon.restored": OTHER,
    "coupon.updated": OTHER,
    "customer.created": "customer",
    "customer.deleted": "customer_deletion",
    "customer.updated": "customer",
    "order.created": "order",
    "order.deleted": "order_deletion",
    "order.restored": "order_restoration",
    "order.updated": "order",
    "product.created": OTHER,
    "product.deleted": OTHER,
    "product.restored": OTHER,
    "product.updated": OTHER,
}
TOPICS: Final = tuple(_TOPICS)
"""The webhook topics that ``read`` understands; products and coupons are about no party."""
_PING: Final = re.compile(rb"webhook_id=[0-9]{1,20}", re.ASCII)


def _looks_like(data: Mapping[str, object]) -> str:
    """Return what an object is that nobody named."""
    if "line_items" in data and "billing" in data and "currency" in data:
        return "order"
    if "line_items" not in data and "email" in data and ("billing" in data or "username" in data):
        return "customer"
    return "refund" if {"amount", "reason", "refunded_payment"} <= data.keys() else OTHER


_SORTS: Final = Sorts(
    topics=_TOPICS,
    read={
        "customer": read_customer,
        "customer_deletion": read_deletion,
        "order": read_order,
        "order_deletion": read_order_deletion,
        "order_restoration": read_restored_order,
        OTHER: read_other,
        "refund": read_refund,
    },
    looks_like=_looks_like,
)


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "woocommerce",
    region: str | None = None,
    sent_at: datetime | None = None,
    brand: str | None = None,
    tz: str | None = None,
    currency: str | None = None,
) -> Delivery:
    """Return what a body says: one object, a list of them, or ``{"orders": […]}``.

    ``topic`` is the webhook's (X-WC-Webhook-Topic), None for API answers and exports: then an
    object is what the body calls it, else what it looks like; one that looks like none of ours is
    refused, products and coupons under their topics are kept. ``region`` (ISO 3166-1 alpha-2) is
    for phone numbers without a country; ``tz`` (IANA) is the shop's, for payloads without GMT
    dates; ``currency`` (ISO 4217) is the shop's, for refunds alone, which do not say it.
    ``sent_at`` is the time of what has none in the payload (a deletion): WooCommerce sends none, so
    give it where you know better. ``source`` names the shop where there are several, ``brand`` is
    put on all it says. An object that cannot be read is refused alone: so is an order whose time is
    local where nobody says the zone. Raises InputError for bytes that are no JSON, and
    DefinitionError for other topics.
    """
    shop = Shop(
        source=source, received_at=received_at, region=region, sent_at=sent_at, tz=tz,
        currency=currency,
    )  # fmt: skip
    return _SORTS.deliver(body, topic=topic, shop=shop, brand=brand)


def is_ping(body: bytes) -> bool:
    """Tell whether it is what WooCommerce sends to a new webhook, unsigned: answer 200, no more."""
    return _PING.fullmatch(body) is not None


def verify(body: bytes, signature: str | None, *, secret: str | bytes) -> None:
    """Refuse a webhook that the shop did not sign; return nothing when it did.

    ``signature`` is the header X-WC-Webhook-Signature, ``secret`` the webhook's own; the body must
    be the bytes as they came. Raises RefusedError (code "bad_signature"), or DefinitionError for an
    empty secret.
    """
    verify_signature(body, signature, secret=secret, header="X-WC-Webhook-Signature")
