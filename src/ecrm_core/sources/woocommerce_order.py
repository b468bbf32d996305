"""WooCommerce order: one order object to a record and what happened, leaf by leaf.

What was typed at the checkout is a part of the customer's record, so what is blank clears nothing;
without a customer (``customer_id`` 0) it is a party of its own, known by the order alone: a claim,
not a proof, so it joins nobody. What nothing takes is kept with the order, under "unmapped".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.customers import SourceKey
from ecrm_core.errors import InputError
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of
from ecrm_core.sources.channels import WOOCOMMERCE, channel_in
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import keeping, no_id
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload, joined, noting
from ecrm_core.sources.said import record_of, said
from ecrm_core.sources.shop import Shop
from ecrm_core.sources.woocommerce_customer import read_addresses, read_points, when
from ecrm_core.sources.woocommerce_lines import lines_of
from ecrm_core.sources.woocommerce_refund import refund_inside
from ecrm_core.timeline import Interaction

__all__ = ["read_order", "read_restored_order"]

_VOID: Final = frozenset({"auto-draft", "checkout-draft", "failed", "pending", "trash"})
_CANCELLED: Final = "cancelled"


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
    return _read(data, shop, restored=False)


def read_restored_order(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return what an order states that was deleted before: it counts again."""
    return _read(data, shop, restored=True)


def _read(data: Mapping[str, object], shop: Shop, *, restored: bool) -> Entry:
    payload, problems = Payload(data), list[InputError]()
    order = _order(payload, shop)
    values: dict[str, object] = {}
    events: tuple[Interaction, ...] = ()
    with noting(problems):
        values = _party(order)
    with noting(problems):
        back = (_restored(order),) if restored else ()
        events = keeping(payload, (_placed(order), *_refunds(order), *back))
    if problems:
        raise joined(problems)
    guest = order.subject == shop.order_party(order.id)
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
        raise no_id("an order")
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
        subject=shop.key(customer) if customer else shop.order_party(id_),
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
    status = code_of(node.get("status")) or ""
    stands = status.removeprefix("wc-")
    channel, data = channel_in(code_of(node.get("created_via")), WOOCOMMERCE)
    data |= {"status": status} if status else {}
    if stands == _CANCELLED:
        # No event of its own: when, nobody says, and the order told again may take it back.
        data["cancelled"] = True
    return Interaction(
        source=order.shop.source,
        event_id=f"order/{order.id}",
        kind="order_placed",
        channel=channel,
        at=order.placed_at,
        subject=order.subject,
        amount=money_of(node.get("total"), order.currency),
        lines=lines_of(node, order.currency),
        correlation=order.id,
        reference=code_of(node.get("number")),
        void=stands in _VOID,
        data=data,
        text=code_of(node.get("customer_note"), limit=MAX_VALUE),
        told_at=order.told_at,
    )


def _refunds(order: _Order) -> tuple[Interaction, ...]:
    held = order.node.get("refunds")
    found = [
        refund_inside(
            item, order.shop, subject=order.subject, currency=order.currency, order=order.id,
            at=order.told_at,
        )
        for item in (held.items() if held else ())
    ]  # fmt: skip
    return tuple(refund for refund in found if refund)


def _restored(order: _Order) -> Interaction:
    """Take back that the order was deleted."""
    at = order.shop.sent_at or order.told_at
    return Interaction(
        source=order.shop.source, event_id=f"order/{order.id}/deleted", kind="order_cancelled",
        subject=order.subject, correlation=order.id, at=at, told_at=at, void=True,
        data={"deleted": False},
    )  # fmt: skip
