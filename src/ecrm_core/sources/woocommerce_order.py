"""WooCommerce order: one order object to a record and what happened, leaf by leaf.

What was typed at the checkout is a part of the customer's record, so what is blank clears nothing;
without a customer (``customer_id`` 0) it is a party of its own, known by the order alone: a claim,
not a proof, so it joins nobody. What nothing takes is kept with the order, under "unmapped".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Context, Decimal
from typing import Final

from attrs import evolve, frozen

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of, number_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.said import record_of, said
from ecrm_core.sources.woocommerce_customer import Shop, read_addresses, read_points, when
from ecrm_core.timeline import Interaction, OrderLine

__all__ = ["read_order"]

_VOID: Final = frozenset(
    {"auto-draft", "cancelled", "checkout-draft", "failed", "pending", "trash"}
)
_MICRO: Final = Decimal("0.000001")
_WIDE: Final = Context(prec=200)  # no amount is too long to be rounded


@frozen(kw_only=True)
class _Order:
    """What all events of an order share; ``told_at`` is when the shop changed it last."""

    shop: Shop
    id: str
    node: Node
    subject: SourceKey
    currency: str | None
    placed_at: datetime
    told_at: datetime


def read_order(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what one order object states; InputError names every path that cannot be."""
    payload, problems = Payload(data), list[InputError]()
    order = _order(payload, shop)
    values: dict[str, object] = {}
    events: tuple[Interaction, ...] = ()
    with noting(problems):
        values = _party(order)
    with noting(problems):
        events = (_placed(order), *_refunds(order))
        left = payload.unmapped()
        first = evolve(events[0], data={**events[0].data, "unmapped": left})
        events = (first, *events[1:])
    if problems:
        raise joined(problems)
    guest = order.subject.external_id == f"order/{order.id}"
    observed_at = order.told_at if guest else order.placed_at
    record = record_of(order.subject, values, observed_at, shop.received_at)
    placed_at = order.placed_at if guest else None
    return Entry(
        record=record, interactions=events, mapped=payload.mapped, guest_at=placed_at
    )  # fmt: skip


def _order(node: Node, shop: Shop) -> _Order:
    """Return what is common to an order's events; InputError without an id or a time."""
    id_ = id_of(node.get("id"))
    if id_ is None:
        raise InputError("found no id, expected the number of an order", path="$.id", code="no_id")
    placed, changed = when(node, "date_created", shop), when(node, "date_modified", shop)
    if placed is None:
        message = "found no time that is certain, expected date_created_gmt, or the shop's zone"
        raise InputError(message, path="$.date_created_gmt", code="no_time")
    for found in (placed, changed):
        if found:
            found[1].take()
    customer = id_of(node.get("customer_id"))
    return _Order(
        shop=shop,
        id=id_,
        node=node,
        subject=SourceKey(shop.source, customer or f"order/{id_}"),
        currency=currency_of(node.get("currency")),
        placed_at=placed[0],
        told_at=(changed or placed)[0],
    )


def _party(order: _Order) -> dict[str, object]:
    """Return what the checkout says about the customer; blanks say nothing."""
    node = order.node.stated()
    billing = node.get("billing")
    names = {
        "name.given": said(billing.get("first_name") if billing else None),
        "name.family": said(billing.get("last_name") if billing else None),
    }
    values: dict[str, object] = {n: text for n, text in names.items() if isinstance(text, str)}
    values |= read_points(node, order.shop, blank=None)
    values |= read_addresses(node, blank=None)
    return values


def _placed(order: _Order) -> Interaction:
    node = order.node
    status = code_of(node.get("status"))
    words = {"number": code_of(node.get("number")), "status": status}
    return Interaction(
        source=order.shop.source,
        event_id=f"order/{order.id}",
        kind="order_placed",
        channel=code_of(node.get("created_via")),
        at=order.placed_at,
        subject=order.subject,
        amount=money_of(node.get("total"), order.currency),
        lines=_lines(order),
        correlation=order.id,
        void=(status or "").removeprefix("wc-") in _VOID,
        data={key: word for key, word in words.items() if word is not None},
        text=code_of(node.get("customer_note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def _refunds(order: _Order) -> tuple[Interaction, ...]:
    """Return the refunds; the order does not say when each was, so the first telling dates it."""
    held = order.node.get("refunds")
    found = []
    for node in held.items() if held else ():
        id_ = id_of(node.get("id"))
        if id_ is None:
            continue
        back = money_of(node.get("total"), order.currency)
        found.append(
            Interaction(
                source=order.shop.source,
                event_id=f"refund/{id_}",
                kind="refund",
                at=order.told_at,
                undated=True,
                subject=order.subject,
                amount=Money(abs(back.amount), back.currency) if back else None,
                correlation=order.id,
                text=_reason(node),
                told_at=order.told_at,
            )
        )
    return tuple(found)


def _reason(node: Node) -> str | None:
    return code_of(node.get("reason"), limit=MAX_VALUE) or code_of(
        node.get("refund"), limit=MAX_VALUE
    )


def _lines(order: _Order) -> tuple[OrderLine, ...]:
    held = order.node.get("line_items")
    items = held.items() if held else []
    return tuple(_line(order, node) for node in items if isinstance(node.value, dict))


def _line(order: _Order, node: Node) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    price, discount = _price(order, node, quantity)
    return OrderLine(
        product=id_of(node.get("product_id")),
        quantity=Decimal(1) if quantity is None else quantity,
        price=price,
        discount=discount,
        sku=code_of(node.get("sku")),
        title=code_of(node.get("name"), limit=MAX_VALUE),
    )


def _price(
    order: _Order, node: Node, quantity: Decimal | None
) -> tuple[Money | None, Money | None]:
    """Return the price of one before discounts, to six places, and what came off the line."""
    leaves = node.apart()
    before = money_of(leaves.get("subtotal"), order.currency)
    after = money_of(leaves.get("total"), order.currency)
    if before is None or not quantity:
        return None, None
    each = Money(before.amount / quantity, before.currency).rounded()
    if each.amount * quantity != before.amount:
        each = Money((before.amount / quantity).quantize(_MICRO, context=_WIDE), before.currency)
    if each.amount * quantity == before.amount:
        for key in ("subtotal", "total"):
            money_of(node.get(key), order.currency)
    return each, before - after if after and after != before else None
