"""Shopify shipments: what left of an order and arrived, inside the order or alone.

https://shopify.dev/docs/api/admin-rest/latest/resources/fulfillment
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import instant_of, taken
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_events import Order, words_of
from ecrm_core.sources.shopify_lines import Tender, lines_of
from ecrm_core.timeline import Interaction

__all__ = ["read_fulfillment", "shipments"]

_VOID: Final = frozenset({"cancelled", "error", "failure"})
_WORDS: Final = ("status", "shipment_status", "tracking_company", "tracking_number")


def read_fulfillment(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return one shipment alone: about the party of its order."""
    payload = Payload(data)
    order = Order(shop=shop, id=id_of(payload.get("order_id")), node=payload, tender=Tender())
    if id_of(payload.get("id")) is None:
        raise no_id("a fulfillment")
    events = _events(order, payload)
    if not events:
        message = "found no time, expected when the goods left"
        raise InputError(message, path="$.created_at", code="no_time")
    return apart(payload, *events)


def shipments(order: Order) -> tuple[Interaction, ...]:
    """Return what an order says of its shipments: those that say which and when they are."""
    held = order.node.get("fulfillments")
    return tuple(told for item in (held.items() if held else ()) for told in _events(order, item))


def _events(order: Order, node: Node) -> tuple[Interaction, ...]:
    """Return that the goods left and, where it says so, that they arrived; it does not say when."""
    at = instant_of(node.get("created_at"))
    id_ = id_of(node.get("id")) if at else None
    if at is None or id_ is None:
        return ()
    taken(node.get("created_at"))
    told_at = taken(node.get("updated_at")) or at
    words = words_of(node, _WORDS)
    shipped = Interaction(
        source=order.shop.source,
        event_id=f"fulfillment/{id_}",
        kind="order_shipped",
        at=at,
        subject=order.subject,
        lines=lines_of(order.tender, node.get("line_items")),
        correlation=order.id,
        void=order.test or words.get("status") in _VOID,
        data=words,
        told_at=told_at,
    )
    if words.get("shipment_status") != "delivered":
        return (shipped,)
    arrived = evolve(
        shipped, event_id=f"fulfillment/{id_}/delivered", kind="order_delivered", at=told_at,
        undated=True, lines=(), data={},
    )  # fmt: skip
    return shipped, arrived
