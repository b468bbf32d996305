"""Shopify orders: whose they are, what happened, what is kept, and what is refused."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import ConsentState, SourceKey
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery, shopify
from ecrm_core.sources.payload import leaves
from ecrm_core.timeline import Interaction

NOW = datetime(2026, 11, 23, tzinfo=UTC)
MAY = datetime(2026, 5, 1, 1, tzinfo=UTC)
CUSTOMER: dict[str, Any] = {
    "id": 7, "first_name": "Ann", "last_name": "Example", "email": "ann@example.com",
    "note": None, "tags": "", "updated_at": "2026-04-01T00:00:00Z",
}  # fmt: skip
LINE: dict[str, Any] = {
    "product_id": 11, "sku": "S-1", "title": "Beans", "quantity": 2, "price": "5.00",
    "discount_allocations": [{"amount": "1.00"}],
}  # fmt: skip
ORDER: dict[str, Any] = {
    "id": 450, "name": "#1001", "order_number": 1001, "created_at": "2026-05-01T10:00:00+09:00",
    "updated_at": "2026-05-01T12:00:00+09:00", "currency": "EUR", "total_price": "9.00",
    "financial_status": "paid", "source_name": "web", "test": False, "customer": CUSTOMER,
    "line_items": [LINE],
}  # fmt: skip


def read(*orders: dict[str, Any], topic: str | None = None) -> Delivery:
    """Read orders, after checking that no leaf of them is lost."""
    body = json.dumps(list(orders))
    delivery = shopify.read(body.encode(), received_at=NOW, topic=topic, region="DE")
    assert delivery.refused == ()
    for at, data in enumerate(json.loads(body, parse_float=Decimal)):
        sent, mapped, kept = leaves(data), delivery.mapped[at], delivery.unmapped(at)
        assert mapped | kept.keys() == sent.keys()
        assert not mapped & kept.keys()
        assert all(sent[path] == value for path, value in kept.items())
    return delivery


def told(kind: str, **changed: object) -> Interaction:
    found = [i for i in read(ORDER | changed).interactions if i.kind == kind]
    (one,) = found
    return one


def test_an_order_is_an_interaction_with_its_lines() -> None:
    placed = told("order_placed")
    assert (placed.event_id, placed.correlation, placed.channel) == ("order/450", "450", "web")
    assert (placed.at, placed.told_at) == (MAY, MAY.replace(hour=3))
    assert placed.subject == SourceKey("shopify", "7")
    assert placed.amount == Money("9.00", "EUR")
    (line,) = placed.lines
    assert (line.product, line.sku, line.title) == ("11", "S-1", "Beans")
    assert line.quantity == Decimal(2)
    assert (line.price, line.discount) == (Money("5.00", "EUR"), Money("1.00", "EUR"))
    assert (placed.reference, placed.data["financial_status"]) == ("#1001", "paid")
    assert placed.data["unmapped"] == {
        "$.order_number": 1001, "$.customer.note": None, "$.customer.tags": "",
    }  # fmt: skip
    assert not placed.void


def test_the_till_is_a_store_and_its_own_word_is_kept() -> None:
    sold = told("order_placed", source_name="pos")
    assert (sold.channel, sold.data["channel"]) == ("store", "pos")
    assert "channel" not in told("order_placed").data


def test_the_customer_inside_states_what_she_is_and_clears_nothing() -> None:
    (record,) = read(ORDER).records
    assert record.key == SourceKey("shopify", "7")
    assert set(record.cells) == {"name.given", "name.family", "emails"}
    assert record.cells["emails"].observed_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_a_customer_without_a_time_is_as_old_as_the_order() -> None:
    bare = {key: value for key, value in CUSTOMER.items() if key != "updated_at"}
    (record,) = read(ORDER | {"customer": bare}).records
    assert record.cells["emails"].observed_at == MAY.replace(hour=3)


@pytest.mark.parametrize("customer", [None, {}, {"email": "other@example.com"}])
def test_an_order_without_a_customer_is_about_a_party_of_its_own(customer: object) -> None:
    place = {"first_name": "Ann", "last_name": "Example", "address1": "1 Main Street",
             "city": "Springfield", "country_code": "US", "phone": "(555) 555-0100"}  # fmt: skip
    guest = ORDER | {
        "customer": customer, "email": "ann@example.com", "contact_email": "ANN@example.com",
        "billing_address": place, "shipping_address": place | {"first_name": "Bob"},
    }  # fmt: skip
    delivery = read(guest)
    (record,) = delivery.records
    assert record.key == delivery.interactions[0].subject == SourceKey("shopify", "order/450")
    assert (record.value("name.given"), record.value("name.family")) == ("Ann", "Example")
    assert [point.match_form for point in record.value("emails")] == ["ann@example.com"]
    assert [point.match_form for point in record.value("phones")] == ["15555550100"]
    assert [a.recipient for a in record.value("addresses")] == ["Ann Example", "Bob Example"]


def test_a_cancellation_is_an_event_of_its_own() -> None:
    gone = told("order_cancelled", cancelled_at="2026-05-02T00:00:00Z", cancel_reason="customer")
    assert (gone.event_id, gone.correlation) == ("order/450/cancelled", "450")
    assert gone.at == datetime(2026, 5, 2, tzinfo=UTC)
    assert gone.data == {"cancel_reason": "customer"}


def refund(**changed: object) -> dict[str, Any]:
    paid = {"kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}
    return {
        "id": 9, "created_at": "2026-05-03T00:00:00Z", "note": "broken", "transactions": [paid],
        "refund_line_items": [{"quantity": 1, "line_item": LINE}], **changed,
    }  # fmt: skip


def test_a_refund_is_an_event_of_its_own() -> None:
    back = told("refund", refunds=[refund()])
    assert (back.event_id, back.correlation, back.text) == ("refund/9", "450", "broken")
    assert back.at == datetime(2026, 5, 3, tzinfo=UTC)
    assert back.amount == Money("4.00", "EUR")
    assert [(line.product, line.quantity) for line in back.lines] == [("11", Decimal(1))]


PAID = {"kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("transactions", "amount"),
    [
        ([PAID, PAID | {"amount": "1.50"}], Money("5.50", "EUR")),
        ([PAID, PAID | {"status": "failure"}], Money("4.00", "EUR")),
        ([PAID | {"kind": "void"}], None),
        ([PAID, PAID | {"currency": "USD"}], None),
        ([PAID, PAID | {"amount": "many"}], None),
        ([PAID | {"amount": Decimal}], None),
        ([], None),
        (None, None),
    ],
)
def test_what_was_paid_back_is_the_sum_of_what_succeeded(
    transactions: object, amount: Money | None
) -> None:
    held = json.loads(json.dumps(transactions, default=lambda _: {}))
    assert told("refund", refunds=[refund(transactions=held)]).amount == amount


@pytest.mark.parametrize("missing", ["id", "created_at"])
def test_a_refund_nobody_can_name_or_date_stays_unmapped(missing: str) -> None:
    part = {key: value for key, value in refund().items() if key != missing}
    assert [i.kind for i in read(ORDER | {"refunds": [part]}).interactions] == ["order_placed"]


def test_a_test_order_and_all_of_it_is_void() -> None:
    delivery = read(
        ORDER | {"test": True, "refunds": [refund()], "cancelled_at": "2026-05-02T00:00:00Z"}
    )
    assert [i.void for i in delivery.interactions] == [True] * 3


def test_an_order_is_dated_when_it_was_processed() -> None:
    placed = told("order_placed", processed_at="2020-01-01T00:00:00Z")
    assert placed.at == datetime(2020, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changed", "amount"),
    [
        ({"total_price": 9}, Money(9, "EUR")),
        ({"total_price": 9.5}, Money("9.5", "EUR")),
        ({"total_price": "nine"}, None),
        ({"total_price": True}, None),
        ({"currency": "euros"}, None),
        ({"currency": None}, None),
    ],
)
def test_money_needs_a_number_and_a_currency(
    changed: dict[str, object], amount: Money | None
) -> None:
    assert told("order_placed", **changed).amount == amount


def test_money_is_in_the_currency_the_customer_paid_in() -> None:
    both = {"shop_money": {"amount": "9.00", "currency_code": "EUR"},
            "presentment_money": {"amount": "9.90", "currency_code": "USD"}}  # fmt: skip
    placed = told("order_placed", presentment_currency="USD", total_price_set=both)
    assert placed.amount == Money("9.90", "USD")
    assert placed.lines[0].price is None  # the line does not say it in dollars


def consents(**changed: object) -> list[tuple[str, ConsentState, datetime]]:
    delivery = read(ORDER | {"email": "ann@example.com", **changed})
    return [(s.subject, s.state, s.at) for s in delivery.consents]


ASKED = {"state": "unsubscribed", "consent_updated_at": "2026-03-01T00:00:00Z"}


def test_a_box_ticked_at_the_checkout_is_a_dated_grant_and_an_empty_one_says_nothing() -> None:
    grant = ("email:ann@example.com", ConsentState.GRANTED, MAY)
    assert consents(buyer_accepts_marketing=True) == [grant]
    assert consents(buyer_accepts_marketing=False) == []
    assert consents(buyer_accepts_marketing=True, email="", contact_email=None) == []
    assert consents(buyer_accepts_marketing=True, email="nobody") == []


def test_the_consent_of_the_customer_herself_says_more_than_the_box() -> None:
    said = CUSTOMER | {"email_marketing_consent": ASKED}
    assert consents(buyer_accepts_marketing=True, customer=said) == [
        ("email:ann@example.com", ConsentState.REVOKED, datetime(2026, 3, 1, tzinfo=UTC))
    ]


@pytest.mark.parametrize(
    ("body", "records", "kept", "refused"),
    [
        ({"orders": [ORDER, ORDER]}, 2, 0, 0),
        ({"order": ORDER}, 1, 0, 0),
        ({"customers": [CUSTOMER]}, 1, 0, 0),
        ([ORDER, CUSTOMER], 2, 0, 0),
        ({"orders": [{"id": 1, "email": "a@example.com"}]}, 0, 0, 1),
        ({"id": 3, "customer_id": 7, "address1": "1 Main Street"}, 0, 0, 1),
        ({"id": 3, "line_items": [], "invoice_url": "https://example.com"}, 0, 0, 1),
        ({"to": "ann@example.com", "subject": "Welcome"}, 0, 0, 1),
        ({"draft_orders": [ORDER]}, 0, 0, 1),
        ({"count": 7}, 0, 0, 1),
    ],
)
def test_an_object_is_what_the_body_calls_it_else_what_it_looks_like(
    body: object, records: int, kept: int, refused: int
) -> None:
    delivery = shopify.read(json.dumps(body).encode(), received_at=NOW)
    counts = (len(delivery.records), len(delivery.kept), len(delivery.refused))
    assert counts == (records, kept, refused)


@pytest.mark.parametrize(
    "topic", ["cancelled", "create", "fulfilled", "paid", "partially_fulfilled", "updated"]
)
def test_each_topic_of_orders_brings_one(topic: str) -> None:
    assert read(ORDER, topic=f"orders/{topic}").interactions[0].kind == "order_placed"


def test_a_topic_and_a_body_that_contradict_each_other_are_refused() -> None:
    body = json.dumps({"customer": CUSTOMER}).encode()
    delivery = shopify.read(body, received_at=NOW, topic="orders/create")
    assert [row.problems[0] for row in delivery.refused] == [
        ("$.id", "found no id, expected the number of an order")
    ]
    with pytest.raises(DefinitionError, match="'refunds/update'"):
        shopify.read(body, received_at=NOW, topic="refunds/update")


@pytest.mark.parametrize(
    ("changed", "paths"),
    [
        ({"id": None}, ["$.id"]),
        ({"created_at": "yesterday"}, ["$.created_at"]),
        ({"customer": CUSTOMER | {"email": "x" * 600}}, ["$.customer.email"]),
        ({"note": "x" * 70_000}, ["$.note"]),
        ({"extra": "x" * 70_000}, ["$.extra"]),
        (
            {"created_at": "", "customer": CUSTOMER | {"email": "x" * 600}},
            ["$.customer.email", "$.created_at"],
        ),
    ],
)
def test_an_order_that_cannot_be_is_refused_with_every_reason(
    changed: dict[str, object], paths: list[str]
) -> None:
    body = json.dumps([ORDER | changed, ORDER]).encode()
    delivery = shopify.read(body, received_at=NOW)
    assert len(delivery.records) == 1
    (refused,) = delivery.refused
    assert [path for path, _ in refused.problems] == paths


@pytest.mark.parametrize(
    "line",
    [
        {}, {"quantity": "x", "price": None, "sku": "", "title": None},
        {"product_id": None, "sku": "s" * 300},
        LINE | {"discount_allocations": [{"amount": "1"}, {"amount": "2"}]},
        LINE | {"discount_allocations": [{"amount": "1"}, {}]},
    ],
)  # fmt: skip
def test_a_line_that_says_little_is_a_line(line: dict[str, object]) -> None:
    placed = told("order_placed", line_items=[line, 7])
    assert len(placed.lines) == 1


def test_several_discounts_of_a_line_are_added_up_and_kept() -> None:
    parts = [{"amount": "1.00"}, {"amount": "0.50"}]
    delivery = read(ORDER | {"line_items": [LINE | {"discount_allocations": parts}]})
    assert delivery.interactions[0].lines[0].discount == Money("1.50", "EUR")
    assert delivery.unmapped(0)["$.line_items[0].discount_allocations[1].amount"] == "0.50"


def test_pages_keep_each_order_with_its_events() -> None:
    orders = [ORDER | {"id": n, "refunds": [refund(id=n)] * (n % 2)} for n in range(1, 6)]
    whole = read(*orders)
    pages = list(whole.pages(2))
    assert [i for page in pages for i in page.interactions] == list(whole.interactions)
    for page in pages:
        assert {i.subject for i in page.interactions} == {r.key for r in page.records}
        assert page.unmapped(0)
    assert len({page.digest for page in pages}) == 3
