"""Shopify: customers, orders and all that happens to them, from webhooks, the REST API and exports.

https://shopify.dev/docs/api/admin-rest and https://shopify.dev/docs/api/webhooks. ``verify`` first,
then ``read``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from ecrm_core.sources.deletions import read_order_deletion
from ecrm_core.sources.delivery import Delivery
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_cart import read_cart, read_checkout, read_checkout_deletion
from ecrm_core.sources.shopify_consent import read_email_consent, read_sms_consent
from ecrm_core.sources.shopify_customer import read_customer
from ecrm_core.sources.shopify_order import read_order, read_order_edit
from ecrm_core.sources.shopify_party import (
    read_deletion,
    read_merge,
    read_tags_added,
    read_tags_removed,
)
from ecrm_core.sources.shopify_privacy import (
    read_data_request,
    read_redaction,
    read_shop_redaction,
)
from ecrm_core.sources.shopify_refund import read_refund
from ecrm_core.sources.shopify_return import read_return
from ecrm_core.sources.shopify_shipment import read_fulfillment
from ecrm_core.sources.signature import verify_signature
from ecrm_core.sources.sorts import OTHER, Sorts, read_other

__all__ = ["TOPICS", "read", "verify"]

_TOPICS: Final = {
    "carts/create": "cart",
    "carts/update": "cart",
    "checkouts/create": "checkout",
    "checkouts/delete": "checkout_deletion",
    "checkouts/update": "checkout",
    "customer.tags_added": "tags_addition",
    "customer.tags_removed": "tags_removal",
    "customers/create": "customer",
    "customers/data_request": "data_request",
    "customers/delete": "customer_deletion",
    "customers/disable": "customer",
    "customers/enable": "customer",
    "customers/merge": "customer_merge",
    "customers/redact": "customer_redaction",
    "customers/update": "customer",
    "customers_email_marketing_consent/update": "email_consent",
    "customers_marketing_consent/update": "sms_consent",
    "fulfillments/create": "fulfillment",
    "fulfillments/update": "fulfillment",
    "orders/cancelled": "order",
    "orders/create": "order",
    "orders/delete": "order_deletion",
    "orders/edited": "order_edit",
    "orders/fulfilled": "order",
    "orders/paid": "order",
    "orders/partially_fulfilled": "order",
    "orders/updated": "order",
    "refunds/create": "refund",
    "returns/approve": "return",
    "returns/cancel": "return",
    "returns/close": "return",
    "returns/decline": "return",
    "returns/reopen": "return",
    "returns/request": "return",
    "returns/update": "return",
    "shop/redact": "shop_redaction",
}
TOPICS: Final = tuple(_TOPICS)
"""The webhook topics that ``read`` understands."""
# What no other object has, in the order it is looked for.
_LOOKS: Final = (
    ("order", ({"line_items", "order_number"}, {"line_items", "financial_status"})),
    ("checkout", ({"line_items", "abandoned_checkout_url"},)),
    ("refund", ({"order_id", "refund_line_items"}, {"order_id", "transactions"})),
    ("fulfillment", ({"order_id", "shipment_status"}, {"order_id", "tracking_number"})),
    ("return", ({"return_line_items", "order"},)),
    ("customer_merge", ({"admin_graphql_api_customer_kept_id"},)),
)
# Keys of other resources that have an id too: an address, a draft, a product, a transaction.
_OTHERS: Final = frozenset(
    {"address1", "customer_id", "invoice_url", "line_items", "order_id", "variants"}
)
_HERS: Final = frozenset({"email", "first_name", "id", "last_name", "phone"})


def _looks_like(data: Mapping[str, object]) -> str:
    """Return what an object is that nobody named."""
    for sort, marks in _LOOKS:
        if any(mark <= data.keys() for mark in marks):
            return sort
    return "customer" if _HERS & data.keys() and not _OTHERS & data.keys() else OTHER


_READ: Final = {
    "cart": read_cart,
    "checkout": read_checkout,
    "checkout_deletion": read_checkout_deletion,
    "customer": read_customer,
    "customer_deletion": read_deletion,
    "customer_merge": read_merge,
    "customer_redaction": read_redaction,
    "data_request": read_data_request,
    "email_consent": read_email_consent,
    "fulfillment": read_fulfillment,
    "order": read_order,
    "order_deletion": read_order_deletion,
    "order_edit": read_order_edit,
    OTHER: read_other,
    "refund": read_refund,
    "return": read_return,
    "shop_redaction": read_shop_redaction,
    "sms_consent": read_sms_consent,
    "tags_addition": read_tags_added,
    "tags_removal": read_tags_removed,
}
_SORTS: Final = Sorts(topics=_TOPICS, read=_READ, looks_like=_looks_like)


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "shopify",
    region: str | None = None,
    sent_at: datetime | None = None,
    brand: str | None = None,
) -> Delivery:
    """Return what a body says: one object, a list of them, or ``{"orders": […]}``.

    ``topic`` is the webhook's (X-Shopify-Topic), None for exports and API answers: then an object
    is what the body calls it, else what it looks like; one that looks like none of ours is refused.
    ``sent_at`` is when the shop sent it (X-Shopify-Triggered-At): the time of what has none of its
    own, such as a deletion. ``source`` names the shop where there are several, ``brand`` is put on
    all it says. ``region`` (ISO 3166-1 alpha-2) is for phone numbers of parties without a country.
    An object that cannot be read is refused alone. Raises InputError for bytes that are no JSON,
    and DefinitionError for other topics.
    """
    shop = Shop(source=source, received_at=received_at, region=region, sent_at=sent_at)
    return _SORTS.deliver(body, topic=topic, shop=shop, brand=brand)


def verify(body: bytes, signature: str | None, *, secret: str | bytes) -> None:
    """Refuse a webhook that Shopify did not sign; return nothing when it did.

    ``signature`` is the header X-Shopify-Hmac-SHA256, ``secret`` the app's client secret; the body
    must be the bytes as they came. Raises RefusedError (code "bad_signature"), or DefinitionError
    for an empty secret.
    """
    verify_signature(body, signature, secret=secret, header="X-Shopify-Hmac-SHA256")
