"""What the store knows of a customer, as the row a segment asks, at an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import (
    Address,
    ConsentState,
    ConsentStatement,
    Profile,
    Sourced,
    SourceKey,
    SourceRecord,
    Stated,
    Verdict,
    decide_contact,
    decide_contact_at_any,
    parse_email,
    parse_phone,
)
from ecrm_core.kernel import CustomerId, Money
from ecrm_core.segmentation import (
    FieldType,
    Loaded,
    Row,
    SchemaField,
    account_made_at,
    check,
    customer_row,
    customer_schema,
    parse_query,
)
from ecrm_core.segmentation.evaluate import evaluate
from ecrm_core.timeline import Facts, Interaction, OrderLine

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCHEMA = customer_schema(currency="EUR")


def profile(**values: object) -> Profile:
    key = SourceKey("shop", "1")
    fields = {
        name.replace("__", "."): tuple(
            Sourced(value, key, NOON, "newest")
            for value in (stated if isinstance(stated, tuple) else (stated,))
        )
        for name, stated in values.items()
    }
    return Profile(id=CustomerId("cus_1"), fields=fields)


def event(kind: str, days: float, *, order: str | None = None, **parts: object) -> Interaction:
    given: dict[str, Any] = dict(parts)
    name = f"{kind}-{days}-{order}"
    at = NOON - timedelta(days=days)
    return Interaction(source="shop", event_id=name, kind=kind, at=at, correlation=order, **given)


def eur(amount: int | str) -> Money:
    return Money(Decimal(amount), "EUR")


COFFEE = OrderLine(product="p1", category="coffee", quantity=Decimal(2), price=eur(10))
TOLD = (
    event("order_placed", 100, order="A", amount=eur(100), lines=(COFFEE,), channel="web"),
    event("refund", 50, order="A", amount=eur(30)),
    event("order_placed", 40, order="B", amount=eur(200)),
    event("order_cancelled", 20, order="B"),
    event("order_placed", 10, order="C", amount=eur(50), lines=(OrderLine(product="p2"),)),
    event("order_placed", 5, order="T", amount=eur(999), void=True),
    event("email_opened", 3, order="77"),
    event("checkout_abandoned", 8),
    event("checkout_abandoned", 2),
)


def row(as_of: datetime = NOON, told: tuple[Interaction, ...] = TOLD) -> Row:
    loaded = Loaded(profile=profile(), facts=Facts.fold(told), interactions=told)
    return customer_row(loaded, as_of=as_of, currency="EUR")


def holds(query: str, asked: Row, as_of: datetime = NOON) -> bool:
    rule = parse_query(query).rule
    assert [d for d in check(rule, SCHEMA) if d.severity == "error"] == []
    return evaluate(rule, asked, schema=SCHEMA, as_of=as_of)


ORDERS = [
    "number_of_orders = 2",
    "amount_spent = 120",
    "first_order_date = -100d AND last_order_date = -10d",
    "orders MATCHES (count = 2, sum(total) = 150, sum(refunded) = 30)",
    "orders_placed MATCHES (count = 2, sum_amount = 150, min(amount) > 0)",
    "orders MATCHES (id = 'A', channel = 'web', quantity = 2, date = -100d)",
    "orders NOT MATCHES (id = 'B') AND orders NOT MATCHES (id = 'T')",
    "lines MATCHES (category = 'coffee', quantity = 2, price = 10, order_id = 'A')",
    "products_purchased MATCHES (id = 'p2', date > -30d)",
    "products_purchased MATCHES (count = 2)",
    "interactions MATCHES (kind = 'refund', amount = 30)",
    "interactions NOT MATCHES (date = -5d)",
    "shopify_email.opened MATCHES (activity_id = 77) AND shopify_email.clicked NOT MATCHES ()",
    "abandoned_checkout_date = -2d",
]


@pytest.mark.parametrize("query", ORDERS)
def test_orders_count_without_tests_and_cancellations(query: str) -> None:
    """Segments 4.4."""
    assert holds(query, row())


@pytest.mark.parametrize(
    ("days", "orders", "spent", "last"),
    [(5, 2, 120, 10), (15, 1, 70, 100), (30, 2, 270, 40), (45, 1, 70, 100), (60, 1, 100, 100)],
)
def test_at_an_instant_past_things_are_as_they_stood(
    days: int, orders: int, spent: int, last: int
) -> None:
    """Segments 3.7."""
    then = NOON - timedelta(days=days)
    asked = row(then)
    assert holds(f"number_of_orders = {orders} AND amount_spent = {spent}", asked, then)
    assert holds(f"last_order_date = -{last - days}d", asked, then)
    assert holds(f"orders MATCHES (count = {orders})", asked, then)


def test_rows_and_facts_of_orders_agree_at_every_instant() -> None:
    for days in range(-1, 120):
        then = NOON - timedelta(days=days)
        asked = row(then)
        count = asked.fields["number_of_orders"]
        assert len(asked.relations["orders"]) == count
        net = sum(
            o["total"].amount - o["refunded"].amount  # type: ignore[attr-defined]
            for o in asked.relations["orders"]
        )
        assert asked.fields["amount_spent"] == eur(net)


def test_who_never_ordered_spent_nothing_and_another_currency_is_no_amount() -> None:
    """Segments 2.4."""
    assert holds("amount_spent = 0 AND number_of_orders = 0", row(told=()))
    assert holds("last_order_date IS NULL AND abandoned_checkout_date IS NULL", row(told=()))
    won = (event("order_placed", 1, amount=Money(Decimal(9000), "KRW")),)
    assert holds("amount_spent IS NULL AND number_of_orders = 1", row(told=won))
    assert customer_row(Loaded(profile=profile()), as_of=NOON).fields["amount_spent"] is None


PROFILE = profile(
    name__full="Ada Kim",
    name__given="Ada",
    name__family="Kim",
    organisation__legal="Kim Ltd",
    emails=(parse_email("Ada@Example.com"), parse_email("a@example.kr")),
    phones=(parse_phone("+82 2-0000-1234"),),
    tags=("vip", "new"),
    languages=("ko", "en"),
    address__country="US",
    address__area="CA",
    address__locality="Los Angeles",
    addresses=(
        Address(country="KR"),
        Address(country="US", area="New York", area_code="NY", locality="New York"),
    ),
    birth_on=date(1990, 5, 1),
    lifecycle="customer",
    brand="main",
    attributes__plan="gold",
)
FIELDS = [
    "customer_id = 'cus_1' AND customer_name = 'Ada Kim' AND organisation = 'Kim Ltd'",
    "first_name = 'Ada' AND last_name = 'Kim' AND brand = 'main' AND lifecycle = 'customer'",
    "customer_emails CONTAINS 'Ada@example.com' AND customer_emails CONTAINS 'a@example.kr'",
    "customer_email_domain = 'example.com'",
    "customer_phones CONTAINS '+82200001234'",
    "customer_tags CONTAINS 'new' AND customer_language = 'ko'",
    "customer_countries CONTAINS 'US' AND customer_countries CONTAINS 'KR'",
    "customer_regions CONTAINS 'CA' AND customer_regions CONTAINS 'US-CA'",
    "customer_cities CONTAINS 'US-CA-LosAngeles' AND customer_cities CONTAINS 'Los Angeles'",
    "customer_regions CONTAINS 'US-NY' AND customer_regions CONTAINS 'US-NewYork'",
    "customer_cities CONTAINS 'US-NY-NewYork' AND customer_cities CONTAINS 'New York'",
    "birth_date = 1990-05-01 AND metafields.facts.birth_date = 1990-05-01",
]


@pytest.mark.parametrize("query", FIELDS)
def test_a_profile_becomes_fields(query: str) -> None:
    assert holds(query, customer_row(Loaded(profile=PROFILE), as_of=NOON))


def counted(held: SchemaField) -> bool:
    """Of these fields there is always a number, if it is nought."""
    return not held.nullable and held.type in {FieldType.INTEGER, FieldType.NUMBER}


def test_a_bare_profile_has_every_field_missing_or_empty() -> None:
    found = customer_row(Loaded(profile=profile()), as_of=NOON).fields
    stated = {name for name, value in found.items() if value not in {None, ()}}
    counts = {held.name for held in SCHEMA.fields.values() if counted(held)}
    assert stated == {"customer_id"} | counts
    odd = profile(emails=(parse_email("no mail"),))
    assert customer_row(Loaded(profile=odd), as_of=NOON).fields["customer_email_domain"] is None


def record(name: str, value: object) -> SourceRecord:
    return SourceRecord(SourceKey("shop", "1"), {f"unmapped.$.{name}": Stated(value, NOON, NOON)})


ACCOUNTS = [
    ([record("created_at", "2020-01-02T00:00:00+09:00")], datetime(2020, 1, 1, 15, tzinfo=UTC)),
    ([record("date_created_gmt", "2020-01-02T00:00:00")], datetime(2020, 1, 2, tzinfo=UTC)),
    ([record("date_created", "2020-01-02T00:00:00"), record("created_at", "yesterday"),
      record("created_at", 5)], None),
    ([record("created_at", "2020-01-02T00:00:00Z"), record("created_at", "2019-05-06T00:00:00Z")],
     datetime(2019, 5, 6, tzinfo=UTC)),
]  # fmt: skip


@pytest.mark.parametrize(("records", "made"), ACCOUNTS, ids=range(len(ACCOUNTS)))
def test_the_account_is_as_old_as_the_oldest_a_shop_says_it_made(
    records: list[SourceRecord], made: datetime | None
) -> None:
    assert account_made_at(records) == made
    row = customer_row(Loaded(profile=profile(), added_at=made), as_of=NOON)
    assert row.fields["customer_added_date"] == made


# ---------------------------------------------------------------- consent


def verdict(*states: ConsentState, expires_at: datetime | None = None) -> Verdict:
    said = [
        ConsentStatement(
            subject="email:a@example.com", channel="email", purpose="marketing", state=state,
            at=NOON - timedelta(days=1), source="shop", expires_at=expires_at,
        )
        for state in states
    ]  # fmt: skip
    return decide_contact(said, channel="email", purpose="marketing", at=NOON)


NOTHING = verdict()
GRANTED = verdict(ConsentState.GRANTED)
REVOKED = verdict(ConsentState.REVOKED)
PENDING = verdict(ConsentState.PENDING)
EXPIRED = verdict(ConsentState.GRANTED, expires_at=NOON)
CONSENTS = [
    ([], "none", "NOT_SUBSCRIBED"),
    ([NOTHING], "none", "NOT_SUBSCRIBED"),
    ([GRANTED], "granted", "SUBSCRIBED"),
    ([REVOKED], "denied", "UNSUBSCRIBED"),
    ([PENDING], "pending", "PENDING"),
    ([EXPIRED], "expired", "NOT_SUBSCRIBED"),
    ([NOTHING, REVOKED, GRANTED], "granted", "SUBSCRIBED"),
    ([PENDING, REVOKED], "denied", "UNSUBSCRIBED"),
    ([EXPIRED, PENDING, NOTHING], "pending", "PENDING"),
]


@pytest.mark.parametrize(("each", "consent", "status"), CONSENTS)
def test_consent_is_one_word_never_missing(each: list[Verdict], consent: str, status: str) -> None:
    """Segments 2.7."""
    found = decide_contact_at_any(each, channel="email", purpose="marketing")
    loaded = Loaded(profile=profile(), consents={"email": found})
    asked = customer_row(loaded, as_of=NOON)
    query = f"email_consent = '{consent}' AND email_subscription_status = '{status}'"
    assert holds(query, asked)
