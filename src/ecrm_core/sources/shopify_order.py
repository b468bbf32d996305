"""Shopify order: one order object to a record, consents and what happened, leaf by leaf.

The customer inside an order is a part of hers: what is blank there clears nothing. An order without
a customer is about a party of its own, known by the order alone: a claim, not a proof, so it joins
nobody. What nothing takes is kept with the order, under "unmapped".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    SourceKey,
    address_subject,
    parse_email,
)
from ecrm_core.errors import InputError
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import Node, Payload, joined, noting
from ecrm_core.sources.points import read_emails, read_phones
from ecrm_core.sources.said import raw_text, record_of, said
from ecrm_core.sources.shopify_address import country_of, read_address
from ecrm_core.sources.shopify_customer import Party, read_party
from ecrm_core.sources.shopify_events import Order, cancelled, order_of, placed, refunds
from ecrm_core.timeline import Interaction

__all__ = ["read_order"]

_ADDRESSES = ("billing_address", "shipping_address")


def read_order(
    data: Mapping[str, object], *, source: str, received_at: datetime, region: str | None
) -> Entry:
    """Return what one order object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    order = order_of(payload, source=source)
    party: Party | None = None
    events: tuple[Interaction, ...] = ()
    with noting(problems):
        party = _customer(order, problems, received_at=received_at, region=region)
    guest = party is None
    if party is None:
        party = _guest(order, region)
    consents = party.consents
    with noting(problems):
        events = (placed(order, party.key), *cancelled(order, party.key),
                  *refunds(order, party.key))  # fmt: skip
        consents += _accepted(order, at=events[0].at)
        events = _keeping(payload, events)
    if problems:
        raise joined(problems)
    record = record_of(party.key, party.values, party.observed_at, received_at)
    return Entry(
        record=record, consents=consents, interactions=events, mapped=payload.mapped,
        guest_at=events[0].at if guest else None,
    )  # fmt: skip


def _customer(
    order: Order, problems: list[InputError], *, received_at: datetime, region: str | None
) -> Party | None:
    """Return what the customer inside the order states; None where there is none with an id."""
    held = order.node.get("customer")
    if held is None or not (node := held.stated()).get("id"):
        return None
    country = country_of(node) or _country(order.node) or region
    party = read_party(
        node, problems, source=order.source, received_at=received_at, region=country,
        seen_at=order.told_at,
    )  # fmt: skip
    updated = node.get("updated_at")
    if party and updated and party.dated and party.observed_at != order.told_at:
        updated.take()
    return party


def _guest(order: Order, region: str | None) -> Party:
    """Return the party of an order without a customer: what was typed at the checkout."""
    node = order.node.stated()
    addresses = [held.stated() for key in _ADDRESSES if (held := node.get(key))]
    values: dict[str, object] = {}
    for held in reversed(addresses):
        names = {"name.given": said(held.get("first_name")),
                 "name.family": said(held.get("last_name"))}  # fmt: skip
        values |= {name: text for name, text in names.items() if isinstance(text, str)}
    values |= _contacts(node, _country(node) or region)
    found = tuple(dict.fromkeys(map(read_address, addresses)))
    return Party(
        key=SourceKey(order.source, f"order/{order.id}"),
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


def _accepted(order: Order, *, at: datetime) -> tuple[ConsentStatement, ...]:
    """Return the consent ticked at the checkout, where the customer's own does not say more.

    A box not ticked refuses nothing.
    """
    node = order.node
    box, customer = node.get("buyer_accepts_marketing"), node.get("customer")
    email = raw_text(node.get("email")) or raw_text(node.get("contact_email"))
    if box is None or box.value is not True or not email:
        return ()
    if customer and customer.get("email_marketing_consent"):
        return ()
    contact = parse_email(email)
    if contact.match_form is None:
        return ()
    box.take()
    return (
        ConsentStatement(
            subject=address_subject(contact), channel="email", purpose="marketing",
            state=ConsentState.GRANTED, at=at, source=order.source, evidence=f"order {order.id}",
        ),
    )  # fmt: skip


def _keeping(payload: Payload, events: tuple[Interaction, ...]) -> tuple[Interaction, ...]:
    """Return the events, the first of them with every leaf that nothing took."""
    order, *others = events
    left = payload.unmapped()
    kept = evolve(order, data={**order.data, "unmapped": left}) if left else order
    return (kept, *others)
