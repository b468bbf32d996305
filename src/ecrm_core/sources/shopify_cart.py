"""Shopify carts and checkouts: one matter, named by the token of the cart, until an order ends it.

https://shopify.dev/docs/api/admin-rest/latest/resources/checkout and the topics ``carts/*``. A cart
says nothing of whose it is: the order that ends it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.sources.amounts import code_of, id_of
from ecrm_core.sources.channels import SHOPIFY, channel_in
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import taken
from ecrm_core.sources.keeping import apart, keeping
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.said import record_of
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_events import cart_of
from ecrm_core.sources.shopify_inside import customer_inside
from ecrm_core.sources.shopify_lines import Tender, lines_of, tender_of
from ecrm_core.timeline import Interaction

__all__ = ["read_cart", "read_checkout", "read_checkout_deletion"]


def read_cart(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return one cart as it stands; InputError without a token or a time."""
    payload = Payload(data)
    cart = _token(payload)
    lines = lines_of(Tender(), payload.get("line_items"))
    at = taken(payload.get("updated_at")) or taken(payload.get("created_at")) or shop.sent_at
    if at is None:
        raise _no_time("$.updated_at")
    told = Interaction(
        source=shop.source,
        event_id=cart,
        kind="cart_updated" if lines else "cart_emptied",
        at=at,
        lines=lines,
        correlation=cart,
        text=code_of(payload.get("note"), limit=MAX_VALUE),
        told_at=at,
    )
    return apart(payload, told)


def read_checkout(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return one checkout; its customer, where it names one, states a part of her record."""
    payload, problems = Payload(data), list[InputError]()
    told_at = taken(payload.get("updated_at")) or shop.sent_at
    party = None
    with noting(problems):
        party = customer_inside(payload, problems, shop=shop, seen_at=told_at)
    events: tuple[Interaction, ...] = ()
    with noting(problems):
        events = _events(payload, shop, party.key if party else None, told_at)
        events = keeping(payload, events)
    if problems:
        raise joined(problems)
    if party is None:
        return Entry(interactions=events, mapped=payload.mapped)
    return Entry(
        record=record_of(party.key, party.values, party.observed_at, shop.received_at),
        consents=party.consents, interactions=events, mapped=payload.mapped,
    )  # fmt: skip


def read_checkout_deletion(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that a checkout was removed, and its cart with it."""
    payload = Payload(data)
    id_, cart = id_of(payload.get("id")), cart_of(payload.get("cart_token"))
    if cart is None:
        return apart(payload)
    gone = Interaction(
        source=shop.source, event_id=f"checkout/{id_ or cart}/deleted", kind="cart_emptied",
        correlation=cart, **shop.happened,
    )  # fmt: skip
    return apart(payload, gone)


def _events(
    node: Node, shop: Shop, subject: SourceKey | None, told_at: datetime | None
) -> tuple[Interaction, ...]:
    """Return that the checkout was begun and, where it says so, when it ended."""
    own = _token(node)
    cart = cart_of(node.get("cart_token")) or own
    token = own.removeprefix("cart/")
    at = taken(node.get("created_at"))
    if at is None:
        raise _no_time("$.created_at")
    tender = tender_of(node)
    channel, word = channel_in(code_of(node.get("source_name")), SHOPIFY)
    started = Interaction(
        source=shop.source,
        event_id=f"checkout/{token}",
        kind="checkout_started",
        channel=channel,
        at=at,
        subject=subject,
        # Where two currencies are named, it does not say which of them the total is in.
        amount=None if tender.presented else tender.money(node, "total_price"),
        lines=lines_of(tender, node.get("line_items")),
        correlation=cart,
        data=word,
        text=code_of(node.get("note"), limit=MAX_VALUE),
        told_at=told_at,
    )
    done = taken(node.get("completed_at"))
    if done is None:
        return (started,)
    ended = Interaction(
        source=shop.source, event_id=f"checkout/{token}/completed", kind="cart_completed", at=done,
        subject=subject, correlation=cart, told_at=told_at,
    )  # fmt: skip
    return started, ended


def _token(node: Node) -> str:
    token = cart_of(node.get("token"))
    if token is None:
        message = "found no token, expected that of a cart or checkout"
        raise InputError(message, path="$.token", code="no_id")
    return token


def _no_time(path: str) -> InputError:
    message = "found no time, expected when the cart was changed"
    return InputError(message, path=path, code="no_time")
