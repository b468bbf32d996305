"""Shopify parties: a customer deleted, two merged into one, tags put on her and taken off.

Topics ``customers/delete``, ``customers/merge``, ``customer.tags_added`` and ``.tags_removed``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.kernel import digest, instant_text
from ecrm_core.sources.deletions import customer_deleted
from ecrm_core.sources.delivery import Entry, Link
from ecrm_core.sources.instants import taken
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.said import raw_text
from ecrm_core.sources.shop import Shop
from ecrm_core.timeline import Interaction

__all__ = ["read_deletion", "read_merge", "read_tags_added", "read_tags_removed"]

_KEPT: Final = "admin_graphql_api_customer_kept_id"
_GONE: Final = "admin_graphql_api_customer_deleted_id"


def read_deletion(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that the shop deleted a customer."""
    payload = Payload(data)
    return customer_deleted(payload, shop, _number(payload.get("id")))


def read_merge(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that the shop made one of two customers; a merge that did not succeed is only kept."""
    payload = Payload(data)
    status = payload.get("status")
    if status is None or status.value != "completed":
        return apart(payload)
    kept, gone = (_number(payload.get(key)) for key in (_KEPT, _GONE))
    if kept is None or gone is None or kept == gone:
        raise no_id("two customers", f"$.{_GONE}")
    status.take()
    link = Link(
        kept=shop.key(kept), gone=shop.key(gone), at=shop.sent_at or shop.received_at
    )  # fmt: skip
    return Entry(links=(link,), mapped=payload.mapped, kept=payload.unmapped())


def read_tags_added(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that tags were put on a customer."""
    return _tags(Payload(data), shop, "tags_added")


def read_tags_removed(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return that tags were taken off a customer."""
    return _tags(Payload(data), shop, "tags_removed")


def _tags(payload: Payload, shop: Shop, kind: str) -> Entry:
    """Return the event; it is not her list of tags, which whole customers state."""
    customer = _number(payload.get("customerId"))
    if customer is None:
        raise no_id("a customer", "$.customerId")
    tags = payload.get("tags")
    named = [text for item in (tags.items() if tags else ()) if (text := raw_text(item))]
    if tags and len(named) == len(tags.items()):
        tags.take()
    at = taken(payload.get("occurredAt"))
    when = {"at": at, "told_at": at} if at else shop.happened
    name = digest([named, at and instant_text(at)])
    told = Interaction(
        source=shop.source, event_id=f"{kind}/{customer}/{name}", kind=kind,
        subject=shop.key(customer), data={"tags": named}, **when,
    )  # fmt: skip
    return apart(payload, told)


def _number(node: Node | None) -> str | None:
    """Return the number of a customer, also of "gid://shopify/Customer/7", and take the leaf."""
    text = raw_text(node)
    if node is None or not text or text == "0":
        return None
    node.take()
    return text.rpartition("/")[2] if text.startswith("gid://") else text
