"""WooCommerce: customers and orders from the REST API (v3), its webhooks and lists.

https://woocommerce.github.io/woocommerce-rest-api-docs. ``verify`` first, then ``read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ecrm_core.kernel import utc
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder
from ecrm_core.sources.signature import verify_signature
from ecrm_core.sources.sorts import check_topic, read_objects
from ecrm_core.sources.woocommerce_customer import Shop, read_customer
from ecrm_core.sources.woocommerce_order import read_order

__all__ = ["TOPICS", "read", "verify"]

TOPICS = (
    "customer.created",
    "customer.updated",
    "order.created",
    "order.restored",
    "order.updated",
)
"""The webhook topics that ``read`` understands; each carries one whole customer or order."""
_READ: Final = {"customer": read_customer, "order": read_order}


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "woocommerce",
    region: str | None = None,
    tz: str | None = None,
) -> Delivery:
    """Return the customers and orders of a body: one, a list, or ``{"orders": […]}``.

    ``topic`` is the webhook's (X-WC-Webhook-Topic), None for API answers and exports: then an
    object is what the body calls it, else what it looks like. ``region`` (ISO 3166-1 alpha-2) is
    for phone numbers without a country; ``tz`` (IANA) is the shop's, for payloads without GMT
    dates, which are left aside otherwise. An object that cannot be read, or is neither (a refund
    alone, a webhook), is refused alone. Raises InputError for bytes that are no JSON, and
    DefinitionError for other topics.
    """
    check_topic(topic, TOPICS)
    told = topic and topic.partition(".")[0]
    delivery = DeliveryBuilder(source=source, received_at=utc(received_at))
    shop = Shop(source=source, received_at=delivery.received_at, region=region, tz=tz)
    return read_objects(
        delivery, body, told=told, looks_like=_looks_like,
        read=lambda sort, data: _READ[sort](data, shop),
    )  # fmt: skip


def _looks_like(data: Mapping[str, object]) -> str | None:
    """Return what an object is that nobody named; None where it is something else."""
    if "line_items" in data and "billing" in data and "currency" in data:
        return "order"
    if "line_items" not in data and "email" in data and ("billing" in data or "username" in data):
        return "customer"
    return None


def verify(body: bytes, signature: str | None, *, secret: str | bytes) -> None:
    """Refuse a webhook that the shop did not sign; return nothing when it did.

    ``signature`` is the header X-WC-Webhook-Signature, ``secret`` the webhook's own; the body must
    be the bytes as they came. Raises RefusedError (code "bad_signature"), or DefinitionError for an
    empty secret.
    """
    verify_signature(body, signature, secret=secret, header="X-WC-Webhook-Signature")
