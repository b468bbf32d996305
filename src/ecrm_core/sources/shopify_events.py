"""Shopify events: what an order says has happened: it was placed, cancelled, refunded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce

from attrs import frozen

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of, number_of
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.sources.shopify_customer import instant_of
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["Order", "cancelled", "order_of", "placed", "refunds"]


@frozen(kw_only=True)
class Order:
    """What all events of an order share: ``told_at`` is when the shop changed it last."""

    source: str
    id: str
    node: Node
    currency: str | None
    presented: bool
    test: bool
    told_at: datetime | None

    def money(self, node: Node, key: str) -> Money | None:
        """Return an amount as the customer paid it: in the currency presented to her."""
        held: Node | None = node
        if self.presented:
            for step in (f"{key}_set", "presentment_money"):
                held = held.get(step) if held else None
            key = "amount"
        return money_of(held.get(key) if held else None, self.currency)


def order_of(node: Node, *, source: str) -> Order:
    """Return the order of an order object; InputError when it has no id."""
    id_ = id_of(node.get("id"))
    if id_ is None:
        raise InputError("found no id, expected the number of an order", path="$.id", code="no_id")
    shop, paid = currency_of(node.get("currency")), currency_of(node.get("presentment_currency"))
    return Order(
        source=source,
        id=id_,
        node=node,
        currency=paid or shop,
        presented=paid is not None and paid != shop,
        test=_flag(node.get("test")),
        told_at=_taken(node.get("updated_at")),
    )


def placed(order: Order, subject: SourceKey) -> Interaction:
    """Return the order as it was placed; InputError when it does not say when."""
    node = order.node
    at = _taken(node.get("processed_at")) or _taken(node.get("created_at"))
    if at is None:
        message = "found no time, expected when the order was placed"
        raise InputError(message, path="$.created_at", code="no_time")
    words = ("name", "financial_status", "fulfillment_status")
    return Interaction(
        source=order.source,
        event_id=f"order/{order.id}",
        kind="order_placed",
        channel=code_of(node.get("source_name")),
        at=at,
        subject=subject,
        amount=order.money(node, "total_price"),
        lines=_lines(order, node.get("line_items")),
        correlation=order.id,
        void=order.test,
        data=_words(node, words),
        text=code_of(node.get("note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def cancelled(order: Order, subject: SourceKey) -> tuple[Interaction, ...]:
    """Return the cancellation, if the order was cancelled."""
    at = _taken(order.node.get("cancelled_at"))
    if at is None:
        return ()
    return (
        Interaction(
            source=order.source,
            event_id=f"order/{order.id}/cancelled",
            kind="order_cancelled",
            at=at,
            subject=subject,
            correlation=order.id,
            void=order.test,
            data=_words(order.node, ("cancel_reason",)),
            told_at=order.told_at,
        ),
    )


def refunds(order: Order, subject: SourceKey) -> tuple[Interaction, ...]:
    """Return the refunds that say which and when they are."""
    held = order.node.get("refunds")
    found = (_refund(order, item, subject) for item in (held.items() if held else ()))
    return tuple(refund for refund in found if refund)


def _refund(order: Order, node: Node, subject: SourceKey) -> Interaction | None:
    at = instant_of(node.get("processed_at")) or instant_of(node.get("created_at"))
    id_ = id_of(node.get("id")) if at else None
    if at is None or id_ is None:
        return None
    for key in ("processed_at", "created_at"):
        _taken_if(node.get(key), at)
    return Interaction(
        source=order.source,
        event_id=f"refund/{id_}",
        kind="refund",
        at=at,
        subject=subject,
        amount=_refunded(order, node.get("transactions")),
        lines=_returned(order, node.get("refund_line_items")),
        correlation=order.id,
        void=order.test,
        text=code_of(node.get("note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def _refunded(order: Order, node: Node | None) -> Money | None:
    """Return what was paid back: the transactions that succeeded, all in one currency."""
    items = node.items() if node else []
    done = [item for item in items
            if _says(item, "kind", "refund") and _says(item, "status", "success")]  # fmt: skip
    amounts = [_amount(order, item, whole=len(done) == 1) for item in done]
    found = [amount for amount in amounts if amount is not None]
    if not found or len(found) < len(done) or len({amount.currency for amount in found}) > 1:
        return None
    return reduce(Money.__add__, found)


def _amount(order: Order, node: Node, *, whole: bool) -> Money | None:
    """Return the amount of a transaction; the leaves are taken where nothing is added to it."""
    leaves = node if whole else node.apart()
    currency = currency_of(leaves.get("currency")) or order.currency
    return money_of(leaves.get("amount"), currency)


def _lines(order: Order, node: Node | None) -> tuple[OrderLine, ...]:
    items = node.items() if node else []
    return tuple(_line(order, item) for item in items if isinstance(item.value, dict))


def _line(order: Order, node: Node) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    return OrderLine(
        product=id_of(node.get("product_id")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=order.money(node, "price"),
        discount=_discount(order, node),
        sku=code_of(node.get("sku")),
        title=code_of(node.get("title"), limit=MAX_VALUE),
    )


def _discount(order: Order, node: Node) -> Money | None:
    """Return what came off a line: the parts of the discounts that fell to it."""
    held = node.get("discount_allocations")
    items = held.items() if held else []
    if len(items) == 1:
        return order.money(items[0], "amount")
    amounts = [order.money(item.apart(), "amount") for item in items]
    found = [amount for amount in amounts if amount is not None]
    return reduce(Money.__add__, found) if found and len(found) == len(amounts) else None


def _returned(order: Order, node: Node | None) -> tuple[OrderLine, ...]:
    """Return the lines of a refund; the product is described in the order's own line."""
    found = []
    for item in node.items() if node else []:
        quantity, line = number_of(item.get("quantity")), item.get("line_item")
        if line and quantity is not None:
            product, sku = id_of(line.get("product_id")), code_of(line.get("sku"))
            title = code_of(line.get("title"), limit=MAX_VALUE)
            price = order.money(line, "price")
            found.append(
                OrderLine(product=product, quantity=quantity, price=price, sku=sku, title=title)
            )
    return tuple(found)


def _words(node: Node, keys: tuple[str, ...]) -> Mapping[str, object]:
    found = {key: code_of(node.get(key)) for key in keys}
    return {key: word for key, word in found.items() if word is not None}


def _says(node: Node, key: str, word: str) -> bool:
    held = node.get(key)
    return held is not None and held.value == word


def _flag(node: Node | None) -> bool:
    if node is None or not isinstance(node.value, bool):
        return False
    node.take()
    return node.value


def _taken(node: Node | None) -> datetime | None:
    found = instant_of(node)
    _taken_if(node, found)
    return found


def _taken_if(node: Node | None, at: datetime | None) -> None:
    if node is not None and at is not None and instant_of(node) == at:
        node.take()
