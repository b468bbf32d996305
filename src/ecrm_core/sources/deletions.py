"""Deletions: what a shop's word that it deleted a customer or an order says; nothing is erased."""

from __future__ import annotations

from collections.abc import Mapping

from ecrm_core.sources.amounts import id_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import Payload
from ecrm_core.sources.said import record_of
from ecrm_core.sources.shop import Shop
from ecrm_core.timeline import Interaction

__all__ = ["customer_deleted", "read_order_deletion"]


def customer_deleted(payload: Payload, shop: Shop, id_: str | None) -> Entry:
    """Return that the shop deleted a customer: a statement like any other, as old as its sending.

    What other sources say of her stays (see PrivacyRequest).
    """
    if id_ is None:
        raise no_id("a customer")
    left = {f"unmapped.{path}": value for path, value in payload.unmapped().items()}
    values = {"lifecycle": "deleted", **left}
    record = record_of(shop.key(id_), values, shop.sent_at, shop.received_at)
    return Entry(record=record, mapped=payload.mapped)


def read_order_deletion(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that an order was deleted: it counts no more, until it is restored."""
    payload = Payload(data)
    id_ = id_of(payload.get("id"))
    if id_ is None:
        raise no_id("an order")
    gone = Interaction(
        source=shop.source, event_id=f"order/{id_}/deleted", kind="order_cancelled",
        correlation=id_, data={"deleted": True}, **shop.happened,
    )  # fmt: skip
    return apart(payload, gone)
