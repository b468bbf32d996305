"""Shopify events: what an order says has happened: it was placed, cancelled, and ended its cart."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import frozen

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.sources.amounts import code_of, id_of
from ecrm_core.sources.channels import SHOPIFY, channel_in
from ecrm_core.sources.instants import taken
from ecrm_core.sources.keeping import no_id
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_lines import Tender, lines_of, tender_of
from ecrm_core.timeline import Interaction

__all__ = ["Order", "cancelled", "cart_of", "completed", "order_of", "placed", "words_of"]


@frozen(kw_only=True)
class Order:
    """What all events of an order share: ``told_at`` is when the shop changed it last.

    ``node`` is the order, None where an event of it comes alone; then nobody says whose it is.
    """

    shop: Shop
    id: str | None
    node: Node
    tender: Tender
    test: bool = False
    told_at: datetime | None = None
    subject: SourceKey | None = None


def order_of(node: Node, shop: Shop) -> Order:
    """Return the order of an order object; InputError when it has no id."""
    id_ = id_of(node.get("id"))
    if id_ is None:
        raise no_id("an order")
    return Order(
        shop=shop, id=id_, node=node, tender=tender_of(node), test=_flag(node.get("test")),
        told_at=taken(node.get("updated_at")) or shop.sent_at,
    )  # fmt: skip


def placed(order: Order) -> Interaction:
    """Return the order as it was placed; InputError when it does not say when."""
    node = order.node
    at = taken(node.get("processed_at")) or taken(node.get("created_at"))
    if at is None:
        message = "found no time, expected when the order was placed"
        raise InputError(message, path="$.created_at", code="no_time")
    channel, own = channel_in(code_of(node.get("source_name")), SHOPIFY)
    return Interaction(
        source=order.shop.source,
        event_id=f"order/{order.id}",
        kind="order_placed",
        channel=channel,
        at=at,
        subject=order.subject,
        amount=order.tender.money(node, "total_price"),
        lines=lines_of(order.tender, node.get("line_items")),
        correlation=order.id,
        reference=code_of(node.get("name")),
        void=order.test,
        data={**own, **words_of(node, ("financial_status", "fulfillment_status"))},
        text=code_of(node.get("note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def cancelled(order: Order) -> tuple[Interaction, ...]:
    """Return the cancellation, if the order was cancelled."""
    at = taken(order.node.get("cancelled_at"))
    if at is None:
        return ()
    return (
        Interaction(
            source=order.shop.source,
            event_id=f"order/{order.id}/cancelled",
            kind="order_cancelled",
            at=at,
            subject=order.subject,
            correlation=order.id,
            void=order.test,
            data=words_of(order.node, ("cancel_reason",)),
            told_at=order.told_at,
        ),
    )


def completed(order: Order, *, at: datetime) -> tuple[Interaction, ...]:
    """Return the end of the cart that became the order, if it says which cart it was."""
    cart = cart_of(order.node.get("cart_token")) or cart_of(order.node.get("checkout_token"))
    if cart is None:
        return ()
    return (
        Interaction(
            source=order.shop.source,
            event_id=f"order/{order.id}/cart",
            kind="cart_completed",
            at=at,
            subject=order.subject,
            correlation=cart,
            void=order.test,
            told_at=order.told_at,
        ),
    )


def cart_of(node: Node | None) -> str | None:
    """Return the correlation of a cart by its token, and take it; None without a token.

    What follows a question mark is the key to the cart: other objects name it without.
    """
    text = code_of(node.apart()) if node else None
    token = text.partition("?")[0] if text else ""
    if node and token == text:
        node.take()
    return f"cart/{token}" if token else None


def words_of(node: Node, keys: tuple[str, ...]) -> Mapping[str, object]:
    """Return the words under these keys, and take them."""
    found = {key: code_of(node.get(key)) for key in keys}
    return {key: word for key, word in found.items() if word is not None}


def _flag(node: Node | None) -> bool:
    if node is None or not isinstance(node.value, bool):
        return False
    node.take()
    return node.value
