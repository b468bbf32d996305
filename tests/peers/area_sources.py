"""Sample payloads of shops: no leaf is lost between the fields and what is kept as it is."""

import json
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ecrm_core.sources import Delivery, shopify, vcard, woocommerce
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.vcard_card import card_of
from ecrm_core.sources.vcard_lines import properties, split_cards
from tests.peers.replay import register
from tests.peers.units import Unit

NOW = datetime(2026, 11, 23, tzinfo=UTC)
Read = Callable[..., Delivery]


@register("sources", "shopify_customer.json")
def customer(unit: Unit) -> str | None:
    """A customer becomes a record; an object without an id (an invitation) is refused whole."""
    delivery = shopify.read(json.dumps(unit.data).encode(), received_at=NOW)
    known = isinstance(unit.data, dict) and "id" in unit.data
    return _lost(delivery, [unit.data]) if known else _refused(delivery, unit.data)


@register("sources", "shopify_customer_address.json")
def address(unit: Unit) -> str | None:
    """One address of a customer is no customer: refused whole."""
    return _refused(shopify.read(json.dumps(unit.data).encode(), received_at=NOW), unit.data)


@register("sources", "shopify_order.json")
def order(unit: Unit) -> str | None:
    """An order becomes its customer's record and what happened."""
    delivery = shopify.read(json.dumps(unit.data).encode(), received_at=NOW, topic="orders/updated")
    told = [told.kind for told in delivery.interactions]
    return _lost(delivery, [unit.data]) or (None if "order_placed" in told else "no order")


@register("sources", "woocommerce_v3.json")
def woo(unit: Unit) -> str | None:
    """Customers and orders, alone or in lists, are read; refunds alone and settings refused."""
    body, data = json.dumps(unit.data).encode(), unit.data
    objects: list[Any] = data if isinstance(data, list) else [data]
    delivery = woocommerce.read(body, received_at=NOW)
    if unit.id.startswith(("customers", "orders")) and not any("download_id" in o for o in objects):
        return _lost(delivery, objects)
    return _refused(delivery, *objects)


def _refused(delivery: Delivery, *objects: object) -> str | None:
    kept = [json.loads(json.loads(row.payload or '"null"')) for row in delivery.refused]
    whole = kept == list(objects) and not delivery.records
    return None if whole else "the refused payload is not the one sent"


def _lost(delivery: Delivery, objects: list[Any]) -> str | None:
    if delivery.refused:
        return f"refused: {delivery.refused[0]!r}"
    if len(objects) != len(delivery.records):
        return f"{len(delivery.records)} records of {len(objects)} objects"
    # Numbers as the library reads them: exact.
    exact = json.loads(json.dumps(objects), parse_float=Decimal)
    found = (_lost_of(delivery, at, data) for at, data in enumerate(exact))
    return next((lost for lost in found if lost), None)


def _lost_of(delivery: Delivery, at: int, data: object) -> str | None:
    sent, mapped, kept = leaves(data), delivery.mapped[at], delivery.unmapped(at)
    if set(sent) != mapped | kept.keys() or mapped & kept.keys():
        return f"not accounted for: {sorted(set(sent) ^ (mapped | kept.keys()))}"
    changed = [path for path, value in kept.items() if value != sent[path]]
    return f"changed: {changed}" if changed else None


@register("sources", "vcard/*.vcf")
def card(unit: Unit) -> str | None:
    """A card becomes a record; every property, parameter and part of a value is accounted for."""
    body = unit.data if isinstance(unit.data, bytes) else b""
    delivery = vcard.read(
        body, received_at=NOW, region="US", secret=b"a secret of the vectors", key_is_personal=True
    )
    (raw,) = split_cards(body)
    sent = card_of(properties(raw.lines))
    lines = Counter(name.decode().upper() for name in _PROPERTY.findall(_UNFOLD.sub(b"", body)))
    read = {name: len(held) for name, held in sent.items() if isinstance(held, list)}
    framed = {"BEGIN": 1, "END": 1, **read}
    if not _nested(sent) and lines != framed:
        return f"properties: {sorted((lines - Counter(framed)) + (Counter(framed) - lines))}"
    return _lost(delivery, [sent])


def _nested(sent: dict[str, object]) -> bool:
    return bool({"AGENT", "?"} & sent.keys())


_UNFOLD = re.compile(rb"\r*\n[ \t]")
_PROPERTY = re.compile(rb"^(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9_-]+)[;:]", re.MULTILINE)
