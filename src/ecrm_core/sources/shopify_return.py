"""Shopify returns: what is asked for, declined and received; one event for each state of a return.

Topics ``returns/*``. The payload has no time: it happened when the shop sent it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.sources.amounts import code_of, id_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart, no_id
from ecrm_core.sources.payload import Payload
from ecrm_core.sources.shop import Shop
from ecrm_core.timeline import Interaction

__all__ = ["read_return"]

_KINDS: Final = {
    "requested": "return_requested",
    "open": "return_requested",
    "declined": "return_declined",
    "canceled": "return_declined",
    "closed": "return_received",
}


def read_return(data: Mapping[str, object], shop: Shop) -> Entry:
    """Return how a return stands, about the party of its order; another state tells nothing."""
    payload = Payload(data)
    order, status = payload.get("order"), payload.get("status")
    kind = _KINDS.get(status.value.lower()) if status and isinstance(status.value, str) else None
    correlation = id_of(order.get("id")) if order else None
    if kind is None or correlation is None:
        return apart(Payload(data))
    id_, word = id_of(payload.get("id")), code_of(status)
    if id_ is None:
        raise no_id("a return")
    told = Interaction(
        source=shop.source,
        event_id=f"return/{id_}/{(word or '').lower()}",
        kind=kind,
        correlation=correlation,
        reference=code_of(payload.get("name")),
        data={"status": word},
        **shop.happened,
    )
    return apart(payload, told)
