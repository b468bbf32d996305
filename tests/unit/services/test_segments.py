"""Segments of a store: every customer counted once, whatever ids she has, and what is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import (
    Attribute,
    AttributeSchema,
    AttributeType,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
)
from ecrm_core.errors import InputError, MissingError, SegmentSyntaxError
from ecrm_core.kernel import CustomerId, FixedClock, Kind, Money
from ecrm_core.segmentation import Segment, compile_record
from ecrm_core.services.segment_rows import needs_of
from ecrm_core.sources import Delivery
from ecrm_core.timeline import Interaction

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
ANN, BOB, EVE = (SourceKey("shop", name) for name in ("ann", "bob", "eve"))


def arrive(crm: Crm, key: SourceKey, **fields: object) -> None:
    stated = {"emails": (parse_email(f"{key.external_id}@example.com"),), **fields}
    cells = {name: Stated(value, NOON, NOON) for name, value in stated.items()}
    crm.ingest(Delivery(source="shop", records=(SourceRecord(key, cells),)))


def order(key: SourceKey, name: str, amount: int, days: int) -> Interaction:
    return Interaction(
        source="shop", event_id=name, kind="order_placed", at=NOON - timedelta(days=days),
        subject=key, amount=Money(Decimal(amount), "EUR"),
    )  # fmt: skip


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    plan = AttributeSchema({"plan": Attribute(AttributeType.CHOICE, choices=("gold", "tin"))})
    clock = FixedClock(NOON)
    with Crm.open(target, currency="EUR", tz="Asia/Seoul", clock=clock, attributes=plan) as crm:
        arrive(crm, ANN, tags=("vip",), **{"attributes.plan": "gold"})
        arrive(crm, BOB)
        arrive(crm, EVE, tags=("vip",))
        crm.record([order(ANN, "1", 60, 10), order(BOB, "2", 70, 100), order(BOB, "3", 5, 1)])
        yield crm


def who(crm: Crm, query: str, as_of: datetime | None = None) -> set[str]:
    names = {crm.resolve(key): key.external_id for key in (EVE, BOB, ANN)}
    return {names[member] for member in crm.segment(query, as_of=as_of).members}


QUERIES = [
    ("customer_tags CONTAINS 'vip'", {"ann", "eve"}),
    ("NOT customer_tags CONTAINS 'vip'", {"bob"}),
    ("attributes.plan = 'gold'", {"ann"}),
    ("number_of_orders = 0", {"eve"}),
    ("amount_spent BETWEEN 60 AND 70 OR number_of_orders > 1", {"ann", "bob"}),
    ("orders MATCHES (date >= -30d, count >= 1)", {"ann", "bob"}),
    ("orders MATCHES (total > 50, date < -30d)", {"bob"}),
    ("last_order_date >= -1d AND customer_emails CONTAINS 'bob@example.com'", {"bob"}),
    ("number_of_orders > 100", set()),
]


@pytest.mark.parametrize(("query", "expected"), QUERIES)
def test_members_are_those_the_rule_holds_of(crm: Crm, query: str, expected: set[str]) -> None:
    assert who(crm, query) == expected
    found = crm.segment(query)
    assert list(found.members) == sorted(found.members)
    assert (found.count, len(found)) == (len(expected), len(expected))


def test_a_merged_customer_counts_once_with_all_her_orders(crm: Crm) -> None:
    """Segments 4.4."""
    undo = crm.merge(crm.resolve(ANN), crm.resolve(BOB), by="desk")
    found = crm.segment("orders MATCHES (count = 3) AND number_of_orders = 3")
    assert found.members == (crm.resolve(ANN),)
    assert found.why(BOB).member
    assert crm.segment("number_of_orders >= 0").count == 2
    crm.unmerge(undo, by="desk")
    assert who(crm, "number_of_orders = 2") == {"bob"}


def test_at_an_instant_past_orders_are_as_they_stood(crm: Crm) -> None:
    """Segments 3.7, 7.3."""
    then = NOON - timedelta(days=50)
    assert who(crm, "number_of_orders = 1 AND last_order_date <= today", then) == {"bob"}
    found = crm.segment("customer_tags CONTAINS 'vip' AND number_of_orders = 0", as_of=then)
    assert [d.code for d in found.diagnostics] == ["current_value"]
    assert "customer_tags" in str(found)
    assert crm.segment("customer_tags CONTAINS 'vip'").diagnostics == ()


def test_consent_is_heard_as_may_contact_hears_it(crm: Crm) -> None:
    """Segments 2.7."""
    assert who(crm, "email_consent = 'none'") == {"ann", "bob", "eve"}
    crm.consent("ann@example.com", "granted", channel="email", purpose="marketing")
    crm.consent("bob@example.com", "revoked", channel="email", purpose="marketing")
    crm.consent("eve@example.com", "granted", channel="email", purpose="marketing")
    crm.refuse_contact(EVE, purpose="marketing", by="desk")
    assert who(crm, "email_subscription_status = 'SUBSCRIBED'") == {"ann"}
    assert who(crm, "email_consent = 'denied'") == {"bob", "eve"}
    assert who(crm, "sms_subscription_status = 'NOT_SUBSCRIBED'") == {"ann", "bob"}
    for key in (ANN, BOB, EVE):
        allowed = crm.may_contact(key, "email", "marketing").yes
        assert crm.segment("email_consent = 'granted'").why(key).member is allowed


def test_the_refusal_of_one_holder_of_an_address_is_heard_by_the_other(crm: Crm) -> None:
    """Segments 2.7."""
    shared = parse_email("both@example.com")
    arrive(crm, ANN, emails=(shared,))
    arrive(crm, BOB, emails=(shared,))
    crm.consent("both@example.com", "granted", channel="email", purpose="marketing")
    crm.refuse_contact(BOB, purpose="marketing", by="desk")
    assert crm.may_contact(ANN, "email", "marketing").yes is False
    assert who(crm, "email_consent = 'granted'") == set()


def test_more_than_a_page_of_customers_is_asked() -> None:
    with Crm.open(clock=FixedClock(NOON)) as crm:
        cells = {"tags": Stated(("vip",), NOON, NOON)}
        records = tuple(SourceRecord(SourceKey("shop", str(n)), cells) for n in range(1_001))
        crm.ingest(Delivery(source="shop", records=records))
        assert crm.segment("customer_tags CONTAINS 'vip'").count == 1_001


def test_only_what_a_rule_names_is_loaded(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    read: set[str] = set()

    def watched(name: str) -> Callable[..., object]:
        asked = getattr(crm.store, name)

        def ask(kind: Kind[object], *args: object, **options: object) -> object:
            read.add(kind.name)
            return asked(kind, *args, **options)

        return ask

    for name in ("get_many", "find_many", "scan"):
        monkeypatch.setattr(type(crm.store), name, staticmethod(watched(name)))
    crm.segment("customer_tags CONTAINS 'vip'")
    assert read == {"profile", "home"}
    crm.segment("number_of_orders = 1")
    assert read == {"profile", "home", "facts"}
    crm.segment("orders MATCHES ()")
    assert read == {"profile", "home", "facts", "interaction"}


def test_rows_hold_all_that_any_rule_asks(crm: Crm) -> None:
    crm.consent("ann@example.com", "granted", channel="email", purpose="marketing")
    crm.merge(crm.resolve(ANN), crm.resolve(BOB), by="desk")
    rows = dict(crm.segment_rows())
    schema = crm.segment_schema()
    assert set(rows) == {crm.resolve(ANN), crm.resolve(EVE)}
    for query in [*(query for query, _ in QUERIES), "email_consent = 'granted'"]:
        holds = compile_record(Segment.parse(query).rule, schema, as_of=NOON, tz="Asia/Seoul")
        told = sorted(id_ for id_, row in rows.items() if holds(row))
        assert told == list(crm.segment(query).members), query


def test_rows_of_some_customers_at_an_instant(crm: Crm) -> None:
    ann = crm.resolve(ANN)
    [(id_, row)] = crm.segment_rows(
        [ann, ann, crm.resolve(SourceKey("shop", "ann")), CustomerId("home_none")]
    )
    assert (id_, row.fields["number_of_orders"]) == (ann, 1)
    [(_, before)] = crm.segment_rows([ann], as_of=NOON - timedelta(days=20))
    assert before.fields["number_of_orders"] == 0
    with pytest.raises(InputError):
        crm.segment_rows(as_of=NOON.replace(tzinfo=None))


def test_needs_are_found_in_the_rule() -> None:
    needs = needs_of(Segment.parse("sms_consent = 'none' OR abandoned_checkout_date IS NULL"))
    assert (needs.facts, needs.interactions, needs.channels) == (False, True, ("sms",))


# ---------------------------------------------------------------- the answer


def test_why_and_why_not_are_told_of_any_customer(crm: Crm) -> None:
    found = crm.segment("amount_spent > 65 AND number_of_orders >= 2")
    assert crm.resolve(BOB) in found
    assert str(found.why("shop/ann")) == (
        "not in: amount_spent is 60, asked for: > 65; number_of_orders is 1, asked for: >= 2"
    )
    inside = found.why(BOB)
    assert inside
    assert inside.sentences() == (
        "amount_spent is 75, as asked: > 65",
        "number_of_orders is 2, as asked: >= 2",
    )
    with pytest.raises(MissingError):
        found.why("shop/nobody")


def test_the_answer_shows_counts_and_no_person(crm: Crm) -> None:
    found = crm.segment(Segment.parse("customer_emails CONTAINS 'ann@example.com'"))
    assert str(found) == "1 customer as of 2026-11-23T12:00+00:00"
    shown = f"{found!r} {found} {found._repr_html_()} {found.why(ANN)!r} {found.why(ANN)}"
    assert "example" not in shown
    assert crm.resolve(ANN) in found._repr_html_()
    assert found.why(ANN).sentences(masked=False) == (
        "customer_emails is ann@example.com, as asked: CONTAINS 'ann@example.com'",
    )
    assert (found.as_of, found.segment.id[:4]) == (NOON, "seg_")


def test_warnings_and_older_spellings_come_with_the_answer(crm: Crm) -> None:
    found = crm.segment("last_order_date != -1d AND orders(id: 'x') = false")
    assert {d.code for d in found.diagnostics} == {"deprecated", "missing_gets_in"}
    assert "AND last_order_date IS NOT NULL" in str(found)
    assert all("line 1" in warning for warning in found.warnings)


def test_a_query_that_does_not_fit_is_refused_before_anything_is_read(crm: Crm) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        crm.segment("custmer_tags CONTAINS 'a' AND attributes.plan = 'silver'")
    assert [d.code for d in caught.value.diagnostics] == ["unknown_name", "unknown_value"]
    with pytest.raises(SegmentSyntaxError) as caught:
        crm.segment("custmer_tags CONTAINS 'a' AND number_of_orders == 1")
    assert [d.code for d in caught.value.diagnostics] == ["unknown_name", "operator_expected"]
    assert crm.segment_schema().currency == "EUR"
