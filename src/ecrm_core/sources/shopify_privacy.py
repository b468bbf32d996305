"""Shopify privacy: the three webhooks by which customers and shops ask for data, or for its end.

https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance. The request is the host's to
fulfil: it reaches the host through the outbox.
"""

from __future__ import annotations

from collections.abc import Mapping

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import digest, instant_text
from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.delivery import Entry, PrivacyRequest, RequestKind
from ecrm_core.sources.keeping import no_id
from ecrm_core.sources.payload import Payload
from ecrm_core.sources.shop import Shop

__all__ = ["read_data_request", "read_redaction", "read_shop_redaction"]


def read_data_request(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that a customer asks what is known of her."""
    payload = Payload(data)
    asked = payload.get("data_request")
    id_ = id_of(asked.get("id")) if asked else None
    return _requests(
        payload, shop, RequestKind.EXPORT, "data_request", orders="orders_requested", id_=id_
    )


def read_redaction(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that a customer is to be erased."""
    return _requests(Payload(data), shop, RequestKind.ERASE, "redact", orders="orders_to_redact")


def read_shop_redaction(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that everybody the shop knows is to be erased: it took the app off."""
    payload = Payload(data)
    id_ = id_of(payload.get("shop_id"))
    if id_ is None:
        raise no_id("a shop", "$.shop_id")
    asked = _asked(shop, RequestKind.ERASE, f"shop/{id_}/{_name(shop)}", None)
    return Entry(requests=(asked,), mapped=payload.mapped, kept=payload.unmapped())


def _requests(
    payload: Payload,
    shop: Shop,
    kind: RequestKind,
    verb: str,
    *,
    orders: str,
    id_: str | None = None,
) -> Entry:
    """Return the request about the customer; without one, about the party of each of the orders.

    ``id_`` is the shop's own name for the request, where it has one.
    """
    customer, listed = payload.get("customer"), payload.get(orders)
    hers = id_of(customer.get("id")) if customer else None
    items = listed.items() if listed else []
    numbers = [number for item in items if (number := id_of(item.apart()))]
    if hers:
        about = [shop.key(hers)]
    else:
        about = [shop.order_party(number) for item in items if (number := id_of(item))]
    if not about:
        raise no_id("a customer", "$.customer.id")  # nobody named is not everybody
    name = id_ or _name(shop, *numbers)
    asked = tuple(_asked(shop, kind, f"{verb}/{key.external_id}/{name}", key) for key in about)
    return Entry(requests=asked, mapped=payload.mapped, kept=payload.unmapped())


def _asked(shop: Shop, kind: RequestKind, id_: str, subject: SourceKey | None) -> PrivacyRequest:
    at = shop.sent_at or shop.received_at
    return PrivacyRequest(id=id_, kind=kind, source=shop.source, subject=subject, at=at)


def _name(shop: Shop, *orders: str) -> str:
    """Return a name for a request that has none: when it was sent, and which orders it names."""
    return digest([shop.sent_at and instant_text(shop.sent_at), *orders])
