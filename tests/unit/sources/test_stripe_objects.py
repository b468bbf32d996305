"""Stripe's objects: what each of them says of a customer, and when it was told."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import CLEARED, ConsentState, SourceKey
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money
from ecrm_core.sources import READERS, Delivery, stripe
from ecrm_core.timeline import KINDS_OF_EVENTS, Interaction, retell

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AT = 1_780_000_000  # 28 May 2026
ADDRESS = {"line1": "1 Main Street", "line2": None, "city": "Springfield", "state": "CA",
           "postal_code": "00001", "country": "US"}  # fmt: skip
ANN: dict[str, Any] = {
    "object": "customer", "id": "cus_1", "name": "Ann Example", "email": "ann@example.com",
    "phone": "+15555550100", "address": ADDRESS, "description": "Pays late",
    "preferred_locales": ["en", "ko"], "shipping": None, "metadata": {"shop": "7"},
}  # fmt: skip
PRICE = {"object": "price", "id": "price_1", "currency": "eur", "unit_amount": 2000,
         "product": "prod_1", "nickname": "Care"}  # fmt: skip
SUBSCRIPTION: dict[str, Any] = {
    "object": "subscription", "id": "sub_1", "customer": "cus_1", "status": "active",
    "created": AT, "start_date": AT, "currency": "eur", "cancel_at_period_end": False,
    "items": {"object": "list", "data": [
        {"id": "si_1", "quantity": 2, "price": PRICE, "current_period_start": AT,
         "current_period_end": AT + 30 * 86_400}]},
}  # fmt: skip
INVOICE: dict[str, Any] = {
    "object": "invoice", "id": "in_1", "number": "A-0001", "customer": "cus_1", "status": "open",
    "created": AT, "currency": "eur", "amount_due": 2000, "amount_paid": 0,
    "amount_remaining": 2000, "due_date": AT + 86_400,
    "status_transitions": {"finalized_at": AT + 10, "paid_at": None, "voided_at": None},
    "parent": {"subscription_details": {"subscription": "sub_1"}},
    "lines": {"data": [{"description": "Care", "quantity": 1, "amount": 2000, "currency": "eur"}]},
}  # fmt: skip
CHARGE: dict[str, Any] = {
    "object": "charge", "id": "ch_1", "customer": "cus_1", "status": "succeeded", "created": AT,
    "currency": "krw", "amount": 5000, "captured": True, "payment_intent": "pi_1",
    "receipt_number": "1234-5678",
}  # fmt: skip
REFUND: dict[str, Any] = {
    "object": "refund", "id": "re_1", "charge": "ch_1", "payment_intent": "pi_1", "created": AT,
    "currency": "krw", "amount": 2000, "status": "succeeded", "reason": "requested_by_customer",
}  # fmt: skip
INTENT: dict[str, Any] = {
    "object": "payment_intent", "id": "pi_1", "customer": "cus_1", "status": "succeeded",
    "created": AT, "currency": "krw", "amount": 5000, "amount_received": 5000,
    "latest_charge": "ch_1",
}  # fmt: skip
SESSION: dict[str, Any] = {
    "object": "checkout.session", "id": "cs_1", "customer": None, "status": "complete",
    "created": AT, "currency": "eur", "amount_total": 4000, "payment_intent": "pi_1",
    "payment_status": "paid", "consent": {"promotions": "opt_in"},
    "customer_details": {"name": "Bo Example", "email": "bo@example.com", "phone": None,
                         "address": ADDRESS},
    "line_items": {"data": [{"description": "Beans", "quantity": 2, "price": PRICE}]},
}  # fmt: skip


def read(
    data: object, *, topic: str | None = None, brand: str | None = None,
    sent_at: datetime | None = None,
) -> Delivery:  # fmt: skip
    body = json.dumps(data).encode()
    return stripe.read(body, received_at=NOW, topic=topic, brand=brand, sent_at=sent_at)


def event(type_: str, told: Mapping[str, object], *, at: int = AT, **more: object) -> Delivery:
    return read(
        {"object": "event", "id": "evt_1", "type": type_, "created": at,
         "data": {"object": told, **more}}
    )  # fmt: skip


def cells(delivery: Delivery) -> dict[str, Any]:
    (record,) = delivery.records
    return {n: c.value for n, c in record.cells.items() if not n.startswith("unmapped.")}


def only(data: Mapping[str, object]) -> Interaction:
    (told,) = read(data).interactions
    return told


# ---------------------------------------------------------------- bodies


@pytest.mark.parametrize(
    ("body", "counts"),
    [
        (ANN, (1, 0, 0, 0)),
        ([ANN, INVOICE], (1, 1, 1, 0)),
        ({"object": "list", "has_more": False, "data": [ANN, CHARGE]}, (1, 1, 1, 0)),
        ({"object": "list", "data": []}, (0, 0, 0, 0)),
        (PRICE, (0, 0, 1, 0)),
        (ADDRESS, (0, 0, 1, 0)),
        ({"object": "event", "type": "price.created", "data": {"object": PRICE}}, (0, 0, 1, 0)),
        ({"object": "event", "type": "invoice.upcoming",
          "data": {"object": {"object": "invoice", "status": "draft"}}}, (0, 0, 1, 0)),
        ({"object": "payout", "id": "po_1"}, (0, 0, 0, 1)),
        ({"object": "event", "type": "ping"}, (0, 0, 0, 1)),
        ({"object": "event", "data": {"object": {"object": "dispute"}}}, (0, 0, 0, 1)),
        ([7, ANN | {"id": None}, ANN], (1, 0, 0, 2)),
        ({"id": 1}, (0, 0, 0, 1)),
        ({}, (0, 0, 0, 1)),
    ],
)  # fmt: skip
def test_a_body_is_an_object_a_list_or_an_event_and_others_are_refused_alone(
    body: object, counts: tuple[int, ...]
) -> None:
    delivery = read(body)
    found = (len(delivery.records), len(delivery.interactions), len(delivery.kept))
    assert (*found, len(delivery.refused)) == counts


def test_an_event_is_its_object_and_what_its_envelope_says_apart() -> None:
    delivery = event("customer.updated", ANN, previous_attributes={"name": "Ann Sample"})
    assert delivery.unmapped(0)["$.previous_attributes.name"] == "Ann Sample"
    assert delivery.unmapped(1) == {
        "$.object": "event", "$.id": "evt_1", "$.type": "customer.updated", "$.created": AT,
    }  # fmt: skip


def test_an_event_whose_type_is_no_text_is_its_object() -> None:
    said = {"object": "event", "type": {}, "created": AT, "data": {"object": ANN}}
    assert [record.key for record in read(said).records] == [SourceKey("stripe", ANN["id"])]


def test_a_refused_object_says_whose_it_is() -> None:
    parties = [
        read({"object": "dispute", "customer": "cus_1"}).refused[0].party,
        event("dispute", {"object": "dispute", "customer": {"id": "cus_2"}}).refused[0].party,
        read(ANN | {"email": "x" * 600}).refused[0].party,
        read({"object": "dispute"}).refused[0].party,
    ]
    assert parties == ["cus_1", "cus_2", "cus_1", None]


def test_bytes_that_are_no_json_are_an_error_and_a_file_needs_no_field_map() -> None:
    with pytest.raises(InputError):
        stripe.read(b"{", received_at=NOW)
    body = json.dumps({"object": "list", "data": [ANN]}).encode()
    assert READERS["stripe"](body, received_at=NOW, region="US").records


def test_every_kind_it_tells_has_a_name_in_the_table() -> None:
    paid = INVOICE | {"status": "paid"}
    told = read([SUBSCRIPTION, INVOICE, paid, INVOICE | {"status": "void"}, CHARGE, REFUND, INTENT,
                 SESSION, SESSION | {"status": "expired"}]).interactions  # fmt: skip
    assert len(told) == 13
    assert {one.kind for one in told} <= KINDS_OF_EVENTS.keys()


# ---------------------------------------------------------------- customers


def test_a_customer_is_a_record() -> None:
    found = cells(event("customer.updated", ANN))
    assert (found["name.full"], found["languages"]) == ("Ann Example", ("en", "ko"))
    assert [point.match_form for point in found["emails"]] == ["ann@example.com"]
    assert [point.match_form for point in found["phones"]] == ["15555550100"]
    (address,) = found["addresses"]
    assert (address.country, address.lines, address.area) == ("US", ("1 Main Street",), "CA")
    assert found["notes"] == ("Pays late",)


def test_null_clears_and_a_missing_key_says_nothing() -> None:
    bare = dict.fromkeys(("name", "email", "phone", "description", "address"))
    found = cells(read(ANN | bare | {"preferred_locales": []}))
    assert set(found.values()) == {CLEARED}
    assert cells(read({"object": "customer", "id": "cus_1"})) == {}


def test_an_address_of_nulls_is_none_and_goods_may_go_elsewhere() -> None:
    none = dict.fromkeys(ADDRESS)
    assert cells(read(ANN | {"address": none}))["addresses"] is CLEARED
    goods = {"name": "Bo", "phone": "1", "address": ADDRESS | {"city": "Shelbyville"}}
    one, two = cells(read(ANN | {"shipping": goods}))["addresses"]
    assert (one.recipient, two.recipient, two.phone) == (None, "Bo", "1")
    (alone,) = cells(read(ANN | {"address": none, "shipping": goods}))["addresses"]
    assert alone.locality == "Shelbyville"


def test_she_is_observed_when_the_event_was_else_when_fetched_else_when_received() -> None:
    (record,) = event("customer.created", ANN).records
    assert record.cells["emails"].observed_at == datetime.fromtimestamp(AT, UTC)
    fetched = datetime(2026, 6, 1, tzinfo=UTC)
    (record,) = read(ANN, sent_at=fetched).records
    assert record.cells["emails"].observed_at.replace(microsecond=0) == fetched
    assert read(ANN).records[0].cells["emails"].clock == "receipt"


def test_within_one_second_what_can_only_come_later_is_later() -> None:
    types = ["customer.created", "customer.updated", "customer.deleted"]
    times = [event(type_, ANN).records[0].cells["emails"].observed_at for type_ in types]
    assert times == sorted(set(times))
    assert {time.replace(microsecond=0) for time in times} == {datetime.fromtimestamp(AT, UTC)}


@pytest.mark.parametrize(
    "delivery",
    [
        event("customer.deleted", ANN),
        event("customer.deleted", {"object": "customer", "id": "cus_1", "deleted": True}),
        read({"object": "customer", "id": "cus_1", "deleted": True}),
        read(ANN, topic="customer.deleted"),
    ],
)
def test_a_deletion_is_a_statement(delivery: Delivery) -> None:
    assert cells(delivery)["lifecycle"] == "deleted"
    assert delivery.records[0].key == SourceKey("stripe", "cus_1")


def test_the_brand_is_put_on_all_that_is_read() -> None:
    delivery = read([ANN, SESSION], brand="north")
    assert [record.value("brand") for record in delivery.records] == ["north", "north"]
    assert {told.brand for told in delivery.interactions} == {"north"}
    assert [said.brand for said in delivery.consents] == ["north"]


# ---------------------------------------------------------------- subscriptions


def test_a_subscription_is_one_event_told_anew() -> None:
    told = only(SUBSCRIPTION)
    assert (told.kind, told.event_id) == ("subscription_active", "subscription/sub_1")
    assert (told.subject, told.correlation) == (SourceKey("stripe", "cus_1"), "sub_1")
    assert told.amount == Money("40.00", "EUR")
    (line,) = told.lines
    assert (line.product, line.title, line.quantity) == ("prod_1", "Care", Decimal(2))
    words = {k: v for k, v in told.data.items() if k != "unmapped"}
    assert words == {"status": "active", "plan": "Care", "renews_on": "2026-06-27"}
    ended = only(SUBSCRIPTION | {"status": "canceled", "ended_at": AT + 99, "canceled_at": AT})
    assert (ended.kind, ended.event_id) == ("subscription_ended", told.event_id)
    assert retell(told, ended) is retell(ended, told) is ended


@pytest.mark.parametrize(
    ("changed", "data"),
    [
        ({"cancel_at_period_end": True}, {"ends_on": "2026-06-27"}),
        ({"cancel_at": AT}, {"ends_on": "2026-05-28"}),
        ({"status": "trialing", "trial_end": AT},
         {"renews_on": "2026-06-27", "trial_until": "2026-05-28"}),
        ({"status": "canceled", "ended_at": AT}, {}),
        ({"items": {}, "current_period_end": AT}, {"renews_on": "2026-05-28"}),
    ],
)  # fmt: skip
def test_it_says_how_long_it_runs(changed: dict[str, object], data: dict[str, object]) -> None:
    told = only(SUBSCRIPTION | changed).data
    assert {k: told[k] for k in ("ends_on", "renews_on", "trial_until") if k in told} == data


@pytest.mark.parametrize(
    ("status", "kind", "void"),
    [
        ("incomplete", "subscription_active", True),
        ("trialing", "subscription_active", False),
        ("past_due", "subscription_active", False),
        ("unpaid", "subscription_active", False),
        ("canceled", "subscription_ended", False),
        ("incomplete_expired", "subscription_ended", True),
    ],
)
def test_one_that_never_began_counts_for_nothing(status: str, kind: str, void: bool) -> None:  # noqa: FBT001
    told = only(SUBSCRIPTION | {"status": status})
    assert (told.kind, told.void) == (kind, void)


def test_statuses_of_one_second_come_in_the_order_of_life() -> None:
    types = ["customer.subscription.created", "customer.subscription.updated",
             "customer.subscription.updated", "customer.subscription.deleted"]  # fmt: skip
    lives = ["incomplete", "trialing", "active", "canceled"]
    told = [event(type_, SUBSCRIPTION | {"status": status}).interactions[0].told_at
            for type_, status in zip(types, lives, strict=True)]  # fmt: skip
    assert told == sorted(set(told), key=str)


@pytest.mark.parametrize(
    ("price", "total"),
    [
        ({"unit_amount": None, "unit_amount_decimal": "0.5"}, "0.010"),
        ({"unit_amount": 100, "currency": "krw"}, "200"),
        ({"unit_amount": 100, "currency": "kwd"}, "0.200"),
        ({"unit_amount": 100, "currency": "isk"}, "2.00"),
        ({"unit_amount": 100, "currency": "mga"}, "200"),
        ({"unit_amount": None, "unit_amount_decimal": None}, None),
    ],
)
def test_amounts_are_exact_in_every_currency(price: dict[str, object], total: str | None) -> None:
    item = {"quantity": 2, "price": PRICE | price}
    found = only(SUBSCRIPTION | {"items": {"data": [item]}}).amount
    assert (found and found.amount) == (Decimal(total) if total else None)


def test_a_currency_that_is_none_refuses_the_object_alone() -> None:
    delivery = read([CHARGE | {"currency": "xyz"}, CHARGE])
    assert (len(delivery.refused), len(delivery.interactions)) == (1, 1)


# ---------------------------------------------------------------- invoices


def test_an_invoice_is_a_matter_that_is_issued_and_then_closed() -> None:
    issued = only(INVOICE)
    assert (issued.kind, issued.reference, issued.correlation) == (
        "invoice_issued",
        "A-0001",
        "in_1",
    )
    assert (issued.amount, issued.at) == (
        Money("20.00", "EUR"),
        datetime.fromtimestamp(AT + 10, UTC),
    )
    assert (issued.data["subscription"], issued.data["due_on"]) == ("sub_1", "2026-05-29")
    assert [(line.title, line.price) for line in issued.lines] == [("Care", Money("20.00", "EUR"))]
    changed = {"finalized_at": AT, "paid_at": AT + 60}
    _, paid = read(INVOICE | {"status": "paid", "amount_paid": 2000,
                              "status_transitions": changed}).interactions  # fmt: skip
    assert (paid.kind, paid.event_id) == ("invoice_paid", "invoice/in_1/paid")
    assert (paid.amount, paid.correlation) == (Money("20.00", "EUR"), "in_1")
    assert paid.at == datetime.fromtimestamp(AT + 60, UTC)


@pytest.mark.parametrize(
    ("status", "kinds"),
    [
        ("open", ["invoice_issued"]),
        ("paid", ["invoice_issued", "invoice_paid"]),
        ("void", ["invoice_issued", "invoice_voided"]),
        ("uncollectible", ["invoice_issued", "invoice_voided"]),
    ],
)
def test_its_status_says_what_has_happened(status: str, kinds: list[str]) -> None:
    told = read(INVOICE | {"status": status}).interactions
    assert [one.kind for one in told] == kinds
    assert not any(one.void for one in told)


def test_a_draft_and_a_test_count_for_nothing() -> None:
    assert only(INVOICE | {"status": "draft"}).void
    assert only(INVOICE | {"livemode": False}).void
    assert not only(INVOICE | {"livemode": True}).void


# ---------------------------------------------------------------- payments


def test_a_payment_is_one_event_whether_the_charge_or_the_intent_tells_it() -> None:
    charge, intent = only(CHARGE), only(INTENT)
    assert charge.event_id == intent.event_id == "charge/ch_1"
    assert charge.kind == intent.kind == "payment_received"
    assert charge.amount == intent.amount == Money("5000", "KRW")
    assert charge.correlation == intent.correlation == "pi_1"
    assert charge.reference == "1234-5678"
    later = event("payment_intent.succeeded", INTENT, at=AT + 60).interactions[0]
    for told in (intent, later):
        assert retell(charge, told) is retell(told, charge) is charge


@pytest.mark.parametrize(
    ("data", "event_id", "kind", "void"),
    [
        (CHARGE | {"status": "failed", "failure_code": "card_declined"}, "charge/ch_1",
         "payment_failed", False),
        (CHARGE | {"status": "pending"}, "charge/ch_1", "payment_received", True),
        (CHARGE | {"captured": False}, "charge/ch_1", "payment_received", True),
        (INTENT | {"status": "processing"}, "payment_intent/pi_1", "payment_received", True),
        (INTENT | {"status": "succeeded", "latest_charge": None}, "payment_intent/pi_1",
         "payment_received", True),
        (INTENT | {"status": "requires_payment_method",
                   "last_payment_error": {"charge": "ch_0", "code": "card_declined"}},
         "charge/ch_0", "payment_failed", False),
        (INTENT | {"latest_charge": CHARGE}, "charge/ch_1", "payment_received", False),
    ],
)  # fmt: skip
def test_what_came_of_a_payment(
    data: dict[str, object], event_id: str, kind: str, void: bool  # noqa: FBT001
) -> None:  # fmt: skip
    told = only(data)
    assert (told.event_id, told.kind, told.void) == (event_id, kind, void)


def test_part_of_a_charge_may_be_captured() -> None:
    assert only(CHARGE | {"amount_captured": 3000}).amount == Money("3000", "KRW")


def test_a_refund_says_to_which_payment_it_belongs_not_whose_it_is() -> None:
    alone = only(REFUND)
    assert (alone.kind, alone.event_id, alone.subject) == ("refund", "refund/re_1", None)
    assert (alone.amount, alone.correlation) == (Money("2000", "KRW"), "pi_1")
    _, within = read(CHARGE | {"refunds": {"data": [REFUND, {}]}}).interactions
    assert (within.event_id, within.correlation) == (alone.event_id, alone.correlation)
    assert within.subject == SourceKey("stripe", "cus_1")
    assert only(REFUND | {"payment_intent": None}).correlation == "ch_1"
    assert only(REFUND | {"status": "failed"}).void


def test_who_pays_without_being_a_customer_is_a_party_of_the_payment() -> None:
    details = {"name": "Bo Example", "email": "bo@example.com", "phone": None, "address": None}
    bare = CHARGE | {"customer": None}
    delivery = read(bare | {"billing_details": details})
    (record,) = delivery.records
    assert record.key == delivery.interactions[0].subject == SourceKey("stripe", "payment/pi_1")
    assert delivery.guests == {record.key: datetime.fromtimestamp(AT, UTC)}
    assert cells(delivery)["name.full"] == "Bo Example"
    nobody = read(bare | {"billing_details": dict.fromkeys(details)})
    assert (nobody.records, nobody.interactions[0].subject) == ((), None)


# ---------------------------------------------------------------- checkouts


def test_a_checkout_session_is_a_cart_that_is_completed() -> None:
    delivery = event("checkout.session.completed", SESSION, at=AT + 60)
    begun, done = delivery.interactions
    assert (begun.kind, begun.correlation) == ("checkout_started", "cs_1")
    assert (begun.amount, begun.at) == (Money("40.00", "EUR"), datetime.fromtimestamp(AT, UTC))
    assert [(line.title, line.quantity) for line in begun.lines] == [("Beans", Decimal(2))]
    assert (done.kind, done.correlation) == ("cart_completed", "cs_1")
    assert done.at == datetime.fromtimestamp(AT + 60, UTC)
    again = event("checkout.session.async_payment_succeeded", SESSION, at=AT + 99)
    assert (
        retell(done, again.interactions[1]).at == retell(again.interactions[1], done).at == done.at
    )
    assert again.consents == delivery.consents  # one statement, however often it is told


def test_its_guest_is_that_of_the_payment_and_says_what_she_ticked() -> None:
    delivery = read(SESSION)
    (record,), (said,) = delivery.records, delivery.consents
    assert record.key == SourceKey("stripe", "payment/pi_1")
    assert delivery.guests.keys() == {record.key}
    assert (said.state, said.channel, said.purpose) == (
        ConsentState.GRANTED, "email", "marketing",
    )  # fmt: skip
    assert "bo@example.com" in said.subject
    assert read(SESSION | {"consent": {"promotions": None}}).consents == ()
    unread = SESSION["customer_details"] | {"email": "no address"}
    assert read(SESSION | {"customer_details": unread}).consents == ()


def test_a_customer_there_is_herself_and_no_guest() -> None:
    delivery = read(SESSION | {"customer": "cus_1"})
    assert delivery.records[0].key == SourceKey("stripe", "cus_1")
    assert not delivery.guests
    nobody = read(SESSION | {"customer_details": None})
    assert (nobody.records, nobody.interactions[0].subject) == ((), None)


def test_one_that_expired_is_closed() -> None:
    begun, gone = read(SESSION | {"status": "expired", "expires_at": AT + 9}).interactions
    assert (gone.kind, gone.at) == ("cart_emptied", datetime.fromtimestamp(AT + 9, UTC))
    assert begun.kind == "checkout_started"
    (alone,) = read(SESSION | {"status": "open"}).interactions
    assert alone.kind == "checkout_started"


def test_times_that_are_none_stay_as_they_came() -> None:
    odd = CHARGE | {"created": 10**20}
    told = only(odd)
    assert (told.undated, told.told_at) == (True, None)
    assert told.data["unmapped"] == {"$.object": "charge", "$.created": 10**20, "$.currency": "krw"}


def test_days_are_those_of_utc() -> None:
    assert date.fromisoformat(str(only(INVOICE).data["due_on"])) == date(2026, 5, 29)


@pytest.mark.parametrize(
    ("data", "path"),
    [
        (INTENT | {"status": "processing"}, "$.latest_charge"),
        (REFUND, "$.charge"),
        (CHARGE | {"refunds": {"data": [REFUND]}}, "$.refunds.data[0].payment_intent"),
    ],
)
def test_what_no_event_goes_by_is_kept(data: dict[str, object], path: str) -> None:
    assert path in read(data).unmapped(0)
