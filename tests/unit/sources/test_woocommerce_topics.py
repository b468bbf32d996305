"""WooCommerce's other topics: deletions, restorations, refunds alone, things, and the ping."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import SourceKey
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery, woocommerce
from ecrm_core.sources.payload import leaves
from ecrm_core.timeline import Facts, Interaction, retell

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SENT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ORDER: dict[str, Any] = {
    "id": 723, "number": "R-723", "status": "processing", "currency": "USD", "total": "15.00",
    "date_created_gmt": "2026-05-01T01:00:00", "date_modified_gmt": "2026-05-01T03:00:00",
    "customer_id": 25, "billing": {"first_name": "Ann"}, "line_items": [],
    "refunds": [{"id": 726, "reason": "", "total": "-10.00"}],
}  # fmt: skip
UP = "https://shop.example.com/wp-json/wc/v3/orders/723"
REFUND: dict[str, Any] = {
    "id": 726, "date_created": "2026-05-02T10:00:00", "date_created_gmt": "2026-05-02T01:00:00",
    "amount": "10.00", "reason": "too small", "refunded_by": 1, "refunded_payment": False,
    "line_items": [{"id": 1, "name": "Beans", "product_id": 11, "quantity": -2, "sku": "S-1",
                    "subtotal": "-12.00", "total": "-10.00"}],
    "_links": {"self": [{"href": f"{UP}/refunds/726"}], "up": [{"href": UP}]},
}  # fmt: skip


def read(data: object, topic: str | None = None, **said: Any) -> Delivery:  # noqa: ANN401
    """Read an object, after checking that no leaf of it is lost."""
    body = json.dumps(data)
    delivery = woocommerce.read(body.encode(), received_at=NOW, topic=topic, **said)
    assert delivery.refused == ()
    sent = leaves(json.loads(body, parse_float=Decimal))
    mapped, kept = delivery.mapped[0], delivery.unmapped(0)
    assert mapped | kept.keys() == sent.keys()
    assert not mapped & kept.keys()
    assert all(sent[path] == value for path, value in kept.items())
    return delivery


def told(data: object, topic: str | None = None, **said: Any) -> Interaction:  # noqa: ANN401
    (one,) = read(data, topic, **said).interactions
    return one


def test_a_deleted_customer_is_a_statement() -> None:
    (record,) = read({"id": 25}, "customer.deleted", sent_at=SENT).records
    cell = record.cells["lifecycle"]
    assert (record.key.external_id, cell.value, cell.observed_at) == ("25", "deleted", SENT)
    (record,) = read({"id": 25}, "customer.deleted").records
    assert record.cells["lifecycle"].clock == "receipt"


def counted(*events: Interaction) -> int:
    """Return how many orders count once these are told, in whichever order."""
    held: dict[str, Interaction] = {}
    for event in events:
        before = held.get(event.event_id)
        held[event.event_id] = retell(before, event) if before else event
    return Facts.fold(held.values()).order_count


@pytest.mark.parametrize("sent_at", [None, SENT])
def test_an_order_that_was_deleted_and_restored_counts_again(sent_at: datetime | None) -> None:
    placed = read(ORDER, "order.updated").interactions
    gone = told({"id": 723}, "order.deleted", sent_at=sent_at)
    back = read(ORDER, "order.restored", sent_at=sent_at and NOW).interactions
    assert counted(*placed) == 1
    assert counted(*placed, gone) == counted(gone, *placed) == 0
    assert counted(*placed, gone, *back) == counted(*back, gone, *placed) == 1


def test_a_refund_alone_is_told_with_the_shops_currency() -> None:
    back = told(REFUND, currency="USD")
    assert (back.event_id, back.kind, back.correlation) == ("refund/726", "refund", "723")
    assert (back.amount, back.subject) == (Money("10.00", "USD"), None)
    assert (back.at, back.undated) == (datetime(2026, 5, 2, 1, tzinfo=UTC), False)
    assert back.text == "too small"
    (line,) = back.lines
    assert (line.quantity, line.price, line.discount) == (
        Decimal(2), Money("6.00", "USD"), Money("2.00", "USD"),
    )  # fmt: skip
    (inside,) = [e for e in read(ORDER).interactions if e.kind == "refund"]
    assert retell(inside, back) == retell(back, inside) == back


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, {}),
        ({"amount": "ten"}, {"currency": "USD"}),
        ({"_links": {"up": [{"href": f"{UP}/refunds"}, {}]}}, {"currency": "USD"}),
        ({"_links": {}}, {"currency": "USD"}),
        ({"date_created_gmt": None}, {"currency": "USD"}),
    ],
)
def test_a_refund_of_which_too_little_is_known_is_kept_and_nothing_is_guessed(
    changed: dict[str, Any], said: dict[str, Any]
) -> None:
    delivery = read(REFUND | changed, **said)
    assert (delivery.interactions, len(delivery.kept)) == ((), 1)


def test_the_parent_names_the_order_and_a_zone_makes_a_local_time_certain() -> None:
    data = REFUND | {"parent_id": 724, "date_created_gmt": None}
    back = told(data, currency="USD", tz="Asia/Seoul")
    assert (back.correlation, back.at) == ("724", datetime(2026, 5, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "topic", [topic for topic in woocommerce.TOPICS if topic.startswith(("coupon", "product"))]
)
def test_things_are_about_nobody_and_kept(topic: str) -> None:
    delivery = read({"id": 87, "name": "Beans", "sku": "S-1"}, topic)
    assert (delivery.records, delivery.interactions) == ((), ())
    assert delivery.kept == ({"$.id": 87, "$.name": "Beans", "$.sku": "S-1"},)


def test_the_ping_of_a_new_webhook_is_known_and_nothing_to_read() -> None:
    assert woocommerce.is_ping(b"webhook_id=7")
    for body in (b"", b"webhook_id=", b"webhook_id=7&x=1", b'{"webhook_id": 7}', b"webhook_id=7\n"):
        assert not woocommerce.is_ping(body)
    with pytest.raises(InputError):
        woocommerce.read(b"webhook_id=7", received_at=NOW)


@pytest.mark.parametrize("topic", ["customer.deleted", "order.deleted", "order.restored"])
def test_an_object_that_does_not_say_which_it_is_is_refused_alone(topic: str) -> None:
    delivery = woocommerce.read(b'{"id": 0}', received_at=NOW, topic=topic)
    assert [row.problems[0][0] for row in delivery.refused] == ["$.id"]


def test_a_brand_is_on_all_that_a_shop_says() -> None:
    delivery = read(ORDER, brand="Beans & Co", source="shop_kr")
    assert delivery.records[0].value("brand") == "Beans & Co"
    assert {event.brand for event in delivery.interactions} == {"Beans & Co"}
    assert delivery.records[0].key == SourceKey("shop_kr", "25")
    assert delivery.interactions[0].reference == "R-723"


def test_a_currency_that_is_none_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(DefinitionError):
        read(REFUND, currency="dollars")
