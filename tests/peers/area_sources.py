"""Sample payloads of shops: no leaf is lost between the fields and what is kept as it is."""

import json
from datetime import UTC, datetime

from ecrm_core.sources import Delivery, shopify
from ecrm_core.sources.payload import leaves
from tests.peers.replay import register
from tests.peers.units import Unit

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@register("sources", "shopify_customer.json")
def customer(unit: Unit) -> str | None:
    """A customer becomes a record; an object without an id (an invitation) is refused whole."""
    delivery = shopify.read(json.dumps(unit.data).encode(), received_at=NOW)
    if isinstance(unit.data, dict) and "id" in unit.data:
        return _lost(delivery, unit.data)
    (refused,) = delivery.refused
    kept = json.loads(json.loads(refused.payload or '"null"'))
    return None if kept == unit.data else "the refused payload is not the one sent"


def _lost(delivery: Delivery, data: object) -> str | None:
    if delivery.refused:
        return f"refused: {delivery.refused[0]!r}"
    sent, mapped, kept = leaves(data), delivery.mapped[0], delivery.unmapped(0)
    if set(sent) != mapped | kept.keys() or mapped & kept.keys():
        return f"not accounted for: {sorted(set(sent) ^ (mapped | kept.keys()))}"
    changed = [path for path, value in kept.items() if value != sent[path]]
    return f"changed: {changed}" if changed else None
