"""Shopify order: one order object to a record, consents and what happened, leaf by leaf.

What nothing takes is kept with the order, under "unmapped".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import evolve

from ecrm_core.customers import (
    ConsentState,
    ConsentStatement,
    address_subject,
    parse_email,
)
from ecrm_core.errors import InputError
from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import taken
from ecrm_core.sources.keeping import apart, keeping, no_id
from ecrm_core.sources.payload import Payload, joined, noting
from ecrm_core.sources.said import raw_text, record_of
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_customer import Party
from ecrm_core.sources.shopify_events import Order, cancelled, completed, order_of, placed
from ecrm_core.sources.shopify_inside import customer_inside, guest_of
from ecrm_core.sources.shopify_refund import refunds
from ecrm_core.sources.shopify_shipment import shipments
from ecrm_core.timeline import Interaction

__all__ = ["read_order", "read_order_edit"]


def read_order(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what one order object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    order = order_of(payload, shop)
    party: Party | None = None
    events: tuple[Interaction, ...] = ()
    with noting(problems):
        party = customer_inside(payload, problems, shop=shop, seen_at=order.told_at)
    guest = party is None
    party = party or guest_of(order)
    consents = party.consents
    with noting(problems):
        events = _events(evolve(order, subject=party.key))
        consents += _accepted(order, at=events[0].at)
        events = keeping(payload, events)
    if problems:
        raise joined(problems)
    record = record_of(party.key, party.values, party.observed_at, shop.received_at)
    return Entry(
        record=record, consents=consents, interactions=events, mapped=payload.mapped,
        guest_at=events[0].at if guest else None,
    )  # fmt: skip


def read_order_edit(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that an order was edited; what it is now the order says, which is told as well."""
    payload = Payload(data)
    id_ = id_of(payload.get("id"))
    if id_ is None:
        raise no_id("an edit of an order")
    at = taken(payload.get("committed_at")) or taken(payload.get("created_at"))
    when = {"at": at, "told_at": at} if at else shop.happened
    edited = Interaction(
        source=shop.source, event_id=f"order_edit/{id_}", kind="order_updated",
        correlation=id_of(payload.get("order_id")), **when,
    )  # fmt: skip
    return apart(payload, edited)


def _events(order: Order) -> tuple[Interaction, ...]:
    """Return what happened, the placing of the order first."""
    first = placed(order)
    ended = completed(order, at=first.at)
    return (first, *ended, *cancelled(order), *refunds(order), *shipments(order))


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
            state=ConsentState.GRANTED, at=at, source=order.shop.source,
            evidence=f"order {order.id}",
        ),
    )  # fmt: skip
