"""Shopify inside: the customer inside an order or a checkout, and what a guest typed there.

The customer inside is a part of hers: what is blank there clears nothing. Without a customer an
order is about a party of its own, known by the order alone: a claim, not a proof, so it joins
nobody.
"""

from __future__ import annotations

from datetime import datetime

from ecrm_core.errors import InputError
from ecrm_core.sources.payload import Node
from ecrm_core.sources.points import read_emails, read_phones
from ecrm_core.sources.said import said
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_address import country_of, read_address
from ecrm_core.sources.shopify_customer import Party, read_party
from ecrm_core.sources.shopify_events import Order

__all__ = ["customer_inside", "guest_of"]

_ADDRESSES = ("billing_address", "shipping_address")


def customer_inside(
    whole: Node, problems: list[InputError], *, shop: Shop, seen_at: datetime | None
) -> Party | None:
    """Return what the customer inside states; None where there is none with an id.

    ``seen_at`` is the source's time where she has none of her own.
    """
    held = whole.get("customer")
    if held is None or not (node := held.stated()).get("id"):
        return None
    region = country_of(node) or _country(whole) or shop.region
    party = read_party(node, problems, shop=shop, region=region, seen_at=seen_at)
    updated = node.get("updated_at")
    if party and updated and party.dated and party.observed_at != seen_at:
        updated.take()
    return party


def guest_of(order: Order) -> Party:
    """Return the party of an order without a customer: what was typed at the checkout."""
    node, shop = order.node.stated(), order.shop
    addresses = [held.stated() for key in _ADDRESSES if (held := node.get(key))]
    values: dict[str, object] = {}
    for held in reversed(addresses):
        names = {"name.given": said(held.get("first_name")),
                 "name.family": said(held.get("last_name"))}  # fmt: skip
        values |= {name: text for name, text in names.items() if isinstance(text, str)}
    values |= _contacts(node, _country(node) or shop.region)
    found = tuple(dict.fromkeys(map(read_address, addresses)))
    return Party(
        key=shop.order_party(order.id or ""),
        observed_at=order.told_at,
        values=values | ({"addresses": found} if found else {}),
        consents=(),
    )


def _contacts(node: Node, region: str | None) -> dict[str, object]:
    places = [node, *(held for key in _ADDRESSES if (held := node.get(key)))]
    found = {
        "emails": read_emails(node.get(key) for key in ("email", "contact_email")),
        "phones": read_phones((place.get("phone") for place in places), region=region),
    }
    return {name: points for name, points in found.items() if points}


def _country(node: Node) -> str | None:
    """Return the country of the billing, else of the shipping address; it is not taken."""
    for key in _ADDRESSES:
        held = node.get(key)
        country = country_of(Node({"default_address": held.value}, "$", set())) if held else None
        if country:
            return country
    return None
