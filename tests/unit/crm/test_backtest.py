"""Asked of an earlier instant, the store answers what it would have answered then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.segmentation import CustomerField, FieldType, SchemaField, Thresholds, rfm_fields
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction, OrderLine

START = datetime(2026, 9, 1, 9, tzinfo=UTC)
ADA = SourceKey("shop", "ada")


def event(
    day: float, kind: str, *, order: str | None = None, eur: int | None = None,
    lines: tuple[OrderLine, ...] = (), void: bool = False,
) -> tuple[float, Interaction]:  # fmt: skip
    amount = None if eur is None else Money(Decimal(eur), "EUR")
    return day, Interaction(
        source="shop", event_id=f"{kind} {day}", kind=kind, at=START + timedelta(days=day),
        subject=ADA, correlation=order, amount=amount, lines=lines, void=void,
    )  # fmt: skip


BEANS = OrderLine(product="beans", category="coffee", quantity=Decimal(2))
STORY: list[tuple[float, Interaction | str]] = [
    event(1, "order_placed", order="A", eur=100, lines=(BEANS,)),
    (3, "granted"),
    event(5, "email_opened", order="mail 1"),
    event(10, "refund", order="A", eur=40),
    event(20, "order_placed", order="B", eur=250),
    (25, "revoked"),
    event(28, "checkout_abandoned"),
    event(30, "order_cancelled", order="B"),
    event(40, "order_placed", order="C", eur=70),
    event(60, "order_placed", order="T", eur=999, void=True),
    (70, "granted"),
]
QUERIES = [
    "number_of_orders = 1", "number_of_orders = 2", "amount_spent > 60", "amount_spent > 200",
    "last_order_date >= -7d", "last_order_date < -30d", "first_order_date = -19d",
    "abandoned_checkout_date >= -3d", "email_consent = 'granted'", "email_consent != 'none'",
    "email_subscription_status = 'UNSUBSCRIBED'", "orders MATCHES (total > 200)",
    "orders MATCHES (refunded > 0)", "orders MATCHES (count >= 2)",
    "orders MATCHES (date >= -15d, sum(total) > 90)", "orders NOT MATCHES (date >= -2w)",
    "lines MATCHES (category = 'coffee', count = 1)", "interactions MATCHES (count >= 5)",
    "shopify_email.opened MATCHES (date >= -1m)", "orders MATCHES (max(date) < -10d)",
]  # fmt: skip
DAYS = [0, 1, 2, 3, 4.5, 9, 10, 11, 19, 20, 24, 25, 26, 29, 30, 31, 39, 40, 50, 60, 69, 70, 71, 100]


def tell(crm: Crm, day: float, what: Interaction | str) -> None:
    if isinstance(what, Interaction):
        crm.record(what)
        return
    crm.consent("ada@example.com", what, channel="email", purpose="marketing",
                now=START + timedelta(days=day))  # fmt: skip


@pytest.fixture(scope="module")
def told() -> Iterator[tuple[Crm, dict[tuple[float, str], bool]]]:
    """A store filled as time goes on, and what it said each time."""
    clock = FixedClock(START + timedelta(days=200))
    with Crm.open(clock=clock, currency="EUR", tz="Asia/Seoul") as crm:
        emails = Stated((parse_email("ada@example.com"),), START, START)
        crm.ingest(Delivery(source="shop", records=(SourceRecord(ADA, {"emails": emails}),)))
        waiting, said = list(STORY), {}
        for day in DAYS:
            while waiting and waiting[0][0] <= day:
                tell(crm, *waiting.pop(0))
            for query in QUERIES:
                said[day, query] = bool(crm.segment(query, as_of=START + timedelta(days=day)).count)
        assert not waiting
        yield crm, said


@pytest.mark.parametrize("query", QUERIES)
def test_the_past_is_as_it_was_told_then(
    told: tuple[Crm, dict[tuple[float, str], bool]], query: str
) -> None:
    """Segments 3.7."""
    crm, said = told
    then = [said[day, query] for day in DAYS]
    now = [bool(crm.segment(query, as_of=START + timedelta(days=day)).count) for day in DAYS]
    assert now == then
    assert len(set(then)) == 2, "the story moves her in or out"


def test_of_what_has_no_history_a_warning_says_so(
    told: tuple[Crm, dict[tuple[float, str], bool]],
) -> None:
    """Segments 7.3."""
    crm, _ = told
    found = crm.segment("customer_tags CONTAINS 'vip' OR number_of_orders > 0", as_of=START)
    (remark,) = found.diagnostics
    assert (remark.code, remark.severity) == ("current_value", "warning")
    assert "customer_tags" in remark.message
    assert "number_of_orders" not in remark.message


def test_a_field_of_what_is_known_as_it_stood_needs_no_warning(
    told: tuple[Crm, dict[tuple[float, str], bool]],
) -> None:
    """Segments 7.3."""
    crm, _ = told
    cuts = Thresholds(recency=(30,), frequency=(2,), monetary=(50,))
    fields = rfm_fields(cuts, currency="EUR")
    assert crm.segment("rfm.recency >= 1", fields=fields, as_of=START).diagnostics == ()
    present = CustomerField(
        field=SchemaField(name="points", type=FieldType.INTEGER), read=lambda *_: 1
    )
    (remark,) = crm.segment("points > 0", fields=[present], as_of=START).diagnostics
    assert remark.code == "current_value"
