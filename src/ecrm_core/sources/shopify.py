"""Shopify: customers and orders from the Admin REST API, its webhooks and its exports.

https://shopify.dev/docs/api/admin-rest/latest/resources/customer and .../order. ``verify`` first,
then ``read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ecrm_core.kernel import utc
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder
from ecrm_core.sources.shopify_customer import read_customer
from ecrm_core.sources.shopify_order import read_order
from ecrm_core.sources.signature import verify_signature
from ecrm_core.sources.sorts import check_topic, read_objects

__all__ = ["TOPICS", "read", "verify"]

TOPICS = (
    "customers/create",
    "customers/disable",
    "customers/enable",
    "customers/update",
    "orders/cancelled",
    "orders/create",
    "orders/fulfilled",
    "orders/paid",
    "orders/partially_fulfilled",
    "orders/updated",
)
"""The webhook topics that ``read`` understands; each carries one whole customer or order."""
_READ: Final = {"customer": read_customer, "order": read_order}
_ORDER: Final = ("financial_status", "order_number")
# Keys of other resources that have an id too: an address, a cart, a draft, a product, a refund.
_OTHERS: Final = frozenset(
    {"address1", "customer_id", "invoice_url", "line_items", "order_id", "variants"}
)


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "shopify",
    region: str | None = None,
) -> Delivery:
    """Return the customers and orders of a body: one, a list, or ``{"orders": […]}``.

    ``topic`` is the webhook's (X-Shopify-Topic), None for exports and API answers: then an object
    is what the body calls it, else what it looks like. ``region`` (ISO 3166-1 alpha-2) is for phone
    numbers of parties without a country. An object that cannot be read, or is neither, is refused
    alone. Raises InputError for bytes that are no JSON, and DefinitionError for other topics.
    """
    check_topic(topic, TOPICS)
    told = topic and topic.partition("/")[0].removesuffix("s")
    delivery = DeliveryBuilder(source=source, received_at=utc(received_at))
    return read_objects(
        delivery, body, told=told, looks_like=_looks_like,
        read=lambda sort, data: _READ[sort](
            data, source=source, received_at=delivery.received_at, region=region
        ),
    )  # fmt: skip


def _looks_like(data: Mapping[str, object]) -> str | None:
    """Return what an object is that nobody named; None where it is something else."""
    if "line_items" in data and any(key in data for key in _ORDER):
        return "order"
    return None if _OTHERS & data.keys() else "customer"


def verify(body: bytes, signature: str | None, *, secret: str | bytes) -> None:
    """Refuse a webhook that Shopify did not sign; return nothing when it did.

    ``signature`` is the header X-Shopify-Hmac-SHA256, ``secret`` the app's client secret; the body
    must be the bytes as they came. Raises RefusedError (code "bad_signature"), or DefinitionError
    for an empty secret.
    """
    verify_signature(body, signature, secret=secret, header="X-Shopify-Hmac-SHA256")
