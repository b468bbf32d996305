"""Sample payloads of shops: no leaf is lost between the fields and what is kept as it is."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from ecrm_core.sources import Delivery, segment_spec, shopify, stripe, vcard, woocommerce
from ecrm_core.sources.payload import leaves
from ecrm_core.sources.vcard_card import card_of
from ecrm_core.sources.vcard_lines import properties, split_cards
from tests.peers.replay import register
from tests.peers.units import Unit

NOW = datetime(2026, 11, 23, tzinfo=UTC)
Read = Callable[..., Delivery]


@register("sources", "shopify_customer.json")
@register("sources", "shopify_customer_address.json")
def shop(unit: Unit) -> str | None:
    """A customer becomes a record; an address alone and an invitation are refused whole."""
    delivery = shopify.read(json.dumps(unit.data).encode(), received_at=NOW)
    hers = isinstance(unit.data, dict) and "id" in unit.data and "customer_id" not in unit.data
    return _lost(delivery, [unit.data]) if hers else _refused(delivery, unit.data)


@register("sources", "shopify_order.json")
def order(unit: Unit) -> str | None:
    """An order becomes its customer's record and what happened."""
    delivery = shopify.read(json.dumps(unit.data).encode(), received_at=NOW, topic="orders/updated")
    told = [told.kind for told in delivery.interactions]
    return _lost(delivery, [unit.data]) or _unless("order_placed" in told, "an order")


@register("sources", "woocommerce_v3.json")
def woo(unit: Unit) -> str | None:
    """Customers and orders are read, refunds told; settings and downloads are refused whole."""
    data = unit.data
    objects: list[Any] = data if isinstance(data, list) else [data]
    delivery = woocommerce.read(json.dumps(data).encode(), received_at=NOW, currency="USD")
    parties = unit.id.startswith(("customers", "orders")) and not any(
        "download_id" in one for one in objects
    )
    if not parties and not unit.id.startswith("order-refunds"):
        return _refused(delivery, *objects)
    told = {told.kind for told in delivery.interactions} if not parties else set()
    found = len(objects) * parties == len(delivery.records) and told <= {"refund"}
    return _lost(delivery, objects) or _unless(found, "the records of the objects")


def _unless(found: bool, expected: str) -> str | None:  # noqa: FBT001
    return None if found else f"expected {expected}"


@register("sources", "stripe_fixtures3.json")
def of_stripe(unit: Unit) -> str | None:
    """What Stripe bills becomes records and events; a price or a product is kept whole."""
    delivery = stripe.read(json.dumps(unit.data).encode(), received_at=NOW)
    return _lost_of_all(delivery, _enveloped(unit.data, apart=delivery.rows > 1))


def _enveloped(data: object, *, apart: bool) -> list[Any]:
    """Return an object, or the one in an event and apart from it the event."""
    if not apart or not isinstance(data, dict):
        return [data]
    inner = {**data["data"]["object"], **{k: v for k, v in data["data"].items() if k != "object"}}
    return [inner, {name: said for name, said in data.items() if name != "data"}]


@register("sources", "segment_spec_examples.json")
def of_segment(unit: Unit) -> str | None:
    """A call becomes one event; a group is a party of its own beside whoever belongs to it.

    A batch is its calls, each with what the batch says for all.
    """
    data: Any = unit.data["event"] if isinstance(unit.data, dict) else unit.data
    around = {name: data[name] for name in ("context", "sentAt", "receivedAt") if name in data}
    calls = [around | call for call in data["batch"]] if "batch" in data else [data]
    return next((lost for call in calls if (lost := _lost_of_call(call))), None)


def _lost_of_call(data: object) -> str | None:
    delivery = segment_spec.read(
        json.dumps(data).encode(), received_at=NOW, secret=b"0123456789abcdef",
        key_is_personal=True,
    )  # fmt: skip
    if delivery.refused:
        return f"refused: {delivery.refused[0]!r}"
    sent = leaves(json.loads(json.dumps(data), parse_float=Decimal))
    mapped = frozenset().union(*delivery.mapped)
    kept = {path: v for at in range(delivery.rows) for path, v in delivery.unmapped(at).items()}
    return _accounted(sent, mapped, kept)


def _refused(delivery: Delivery, *objects: object) -> str | None:
    kept = [json.loads(json.loads(row.payload or '"null"')) for row in delivery.refused]
    return _unless(kept == list(objects) and delivery.rows == len(objects), "the payload refused")


def _lost(delivery: Delivery, objects: list[Any]) -> str | None:
    if delivery.refused:
        return f"refused: {delivery.refused[0]!r}"
    if len(objects) != delivery.rows:
        return f"{delivery.rows} rows of {len(objects)} objects"
    return _lost_of_all(delivery, objects)


def _lost_of_all(delivery: Delivery, objects: list[Any]) -> str | None:
    if delivery.refused:
        return f"refused: {delivery.refused[0]!r}"
    # Numbers as the library reads them: exact.
    exact = json.loads(json.dumps(objects), parse_float=Decimal)
    found = (
        _accounted(leaves(data), delivery.mapped[at], delivery.unmapped(at))
        for at, data in enumerate(exact)
    )
    return next((lost for lost in found if lost), None)


def _accounted(
    sent: Mapping[str, object], mapped: frozenset[str], kept: Mapping[str, object]
) -> str | None:
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
    lines = Counter(_properties(body))
    read = {name: len(held) for name, held in sent.items() if isinstance(held, list)}
    framed = {"BEGIN": 1, "END": 1, **read}
    if not _nested(sent) and lines != framed:
        return f"properties: {sorted((lines - Counter(framed)) + (Counter(framed) - lines))}"
    return _lost(delivery, [sent])


def _nested(sent: dict[str, object]) -> bool:
    return bool({"AGENT", "?"} & sent.keys())


def _properties(body: bytes) -> Iterator[str]:
    """Yield the names of the properties as another reader counts them: line by line."""
    quoted = soft = False
    for line in body.splitlines():
        found = None if soft or line[:1] in {b" ", b"\t"} else _PROPERTY.match(line)
        if found:
            quoted = b"QUOTED-PRINTABLE" in line.partition(b":")[0].upper()
            yield found[1].decode().upper()
        soft = quoted and line.endswith(b"=")


_PROPERTY = re.compile(rb"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9_-]+)[;:]")
