"""Shopify refunds: those inside an order, and one alone, which does not say whose it is.

https://shopify.dev/docs/api/admin-rest/latest/resources/refund
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce

from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.instants import instant_of, take_if
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.shopify_events import Order
from ecrm_core.sources.shopify_lines import Tender, returned_lines
from ecrm_core.timeline import Interaction

__all__ = ["read_refund", "refunds"]


def read_refund(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return one refund alone: told when it was made, about the party of its order."""
    payload = Payload(data)
    order = Order(
        shop=shop, id=id_of(payload.get("order_id")), node=payload, tender=Tender(),
        test=any(_is_test(item) for item in _transactions(payload)),
    )  # fmt: skip
    told = _refund(order, payload)
    if told is None and id_of(payload.get("id")) is None:
        raise no_id("a refund")
    if told is None:
        message = "found no time, expected when the refund was made"
        raise InputError(message, path="$.created_at", code="no_time")
    return apart(payload, evolve(told, told_at=told.at))


def refunds(order: Order) -> tuple[Interaction, ...]:
    """Return the refunds of an order that say which and when they are."""
    held = order.node.get("refunds")
    found = (_refund(order, item) for item in (held.items() if held else ()))
    return tuple(refund for refund in found if refund)


def _refund(order: Order, node: Node) -> Interaction | None:
    at = instant_of(node.get("processed_at")) or instant_of(node.get("created_at"))
    id_ = id_of(node.get("id")) if at else None
    if at is None or id_ is None:
        return None
    for key in ("processed_at", "created_at"):
        take_if(node.get(key), at)
    return Interaction(
        source=order.shop.source,
        event_id=f"refund/{id_}",
        kind="refund",
        at=at,
        subject=order.subject,
        amount=_refunded(order, node),
        lines=returned_lines(order.tender, node.get("refund_line_items")),
        correlation=order.id,
        void=order.test,
        text=code_of(node.get("note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def _refunded(order: Order, node: Node) -> Money | None:
    """Return what was paid back: the transactions that succeeded, all in one currency."""
    done = [item for item in _transactions(node)
            if _says(item, "kind", "refund") and _says(item, "status", "success")]  # fmt: skip
    amounts = [_amount(order, item, whole=len(done) == 1) for item in done]
    found = [amount for amount in amounts if amount is not None]
    if not found or len(found) < len(done) or len({amount.currency for amount in found}) > 1:
        return None
    return reduce(Money.__add__, found)


def _transactions(node: Node) -> list[Node]:
    held = node.get("transactions")
    return held.items() if held else []


def _amount(order: Order, node: Node, *, whole: bool) -> Money | None:
    """Return the amount of a transaction; the leaves are taken where nothing is added to it."""
    leaves = node if whole else node.apart()
    currency = currency_of(leaves.get("currency")) or order.tender.currency
    return money_of(leaves.get("amount"), currency)


def _is_test(node: Node) -> bool:
    flag = node.get("test")
    return flag is not None and flag.value is True


def _says(node: Node, key: str, word: str) -> bool:
    held = node.get(key)
    return held is not None and held.value == word
