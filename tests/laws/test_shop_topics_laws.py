"""Laws of shops' topics: whatever stands in a payload, no leaf is lost and nobody else is meant."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.sources import Delivery, shopify, woocommerce
from ecrm_core.sources.payload import leaves
from tests.laws.test_sources_laws import ODD
from tests.profile import size
from tests.unit.sources import test_shopify_topics as shopify_bodies
from tests.unit.sources import test_woocommerce_topics as woo_bodies

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ORDER = shopify_bodies.ORDER | {
    "refunds": [shopify_bodies.BODIES["refund"]],
    "fulfillments": [shopify_bodies.BODIES["fulfillment"]],
}
SHOPIFY = [
    *((topic, shopify_bodies.BODIES[name]) for topic, name in shopify_bodies.BODY_OF.items()),
    *((topic, ORDER) for topic in ("orders/updated", None)),
]
WOO = [
    *((topic, woo_bodies.ORDER) for topic in woocommerce.TOPICS),
    (None, woo_bodies.REFUND),
]


@st.composite
def bent(draw: st.DrawFn, body: object) -> Any:  # noqa: ANN401
    """Draw a payload with some of its values odd, and some of its keys missing."""
    if isinstance(body, dict):
        kept = {key: value for key, value in body.items() if draw(st.integers(0, 19))}
        return {key: draw(bent(value)) for key, value in kept.items()}
    if isinstance(body, list):
        return [draw(bent(item)) for item in body]
    return body if draw(st.integers(0, 9)) else draw(ODD)


def _accounted(delivery: Delivery, body: bytes) -> None:
    """Check that the one object is refused whole, or that each of its leaves is somewhere, once."""
    assert delivery.rows == 1
    if delivery.refused:
        assert json.loads(delivery.refused[0].payload or "") == body.decode()
        assert not delivery.requests + delivery.links
        return
    sent = leaves(json.loads(body, parse_float=Decimal))
    mapped, kept = delivery.mapped[0], delivery.unmapped(0)
    assert mapped | kept.keys() == sent.keys()
    assert not mapped & kept.keys()
    assert all(sent[path] == value for path, value in kept.items())


@settings(max_examples=size(40, 5_000))
@given(st.data(), st.sampled_from(SHOPIFY), st.sampled_from([None, NOW]))
def test_no_leaf_of_a_shopify_topic_is_lost(
    data: st.DataObject, case: tuple[str | None, dict[str, Any]], sent_at: datetime | None
) -> None:
    topic, sample = case
    body = json.dumps(data.draw(bent(sample))).encode()
    delivery = shopify.read(body, received_at=NOW, topic=topic, sent_at=sent_at)
    _accounted(delivery, body)
    everybody = [asked for asked in delivery.requests if asked.subject is None]
    assert not everybody or topic == "shop/redact"
    assert not delivery.requests or topic in {
        "customers/data_request",
        "customers/redact",
        "shop/redact",
    }
    assert not delivery.links or topic == "customers/merge"


@settings(max_examples=size(25, 5_000))
@given(st.data(), st.sampled_from(WOO), st.sampled_from([None, "USD"]))
def test_no_leaf_of_a_woocommerce_topic_is_lost(
    data: st.DataObject, case: tuple[str | None, dict[str, Any]], currency: str | None
) -> None:
    topic, sample = case
    body = json.dumps(data.draw(bent(sample))).encode()
    _accounted(woocommerce.read(body, received_at=NOW, topic=topic, currency=currency), body)
