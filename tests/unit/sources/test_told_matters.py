"""What Stripe and a Segment collector tell, taken in: whose it is, and what is open."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core import Crm
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.sources import segment_spec, stripe

NOW = datetime(2026, 11, 23, tzinfo=UTC)
AT = 1_780_000_000
INVOICE: dict[str, Any] = {
    "object": "invoice", "id": "in_1", "number": "A-0001", "customer": "cus_1", "status": "open",
    "currency": "eur", "amount_due": 500, "status_transitions": {"finalized_at": AT},
}  # fmt: skip
CHARGE: dict[str, Any] = {
    "object": "charge", "id": "ch_1", "customer": "cus_1", "status": "succeeded", "created": AT,
    "currency": "eur", "amount": 500, "payment_intent": "pi_1",
}  # fmt: skip
REFUND: dict[str, Any] = {
    "object": "refund", "id": "re_1", "payment_intent": "pi_1", "created": AT + 9,
    "currency": "eur", "amount": 200, "status": "succeeded",
}  # fmt: skip
ANN = {"object": "customer", "id": "cus_1", "name": "Ann Example"}
RUNS = {"object": "subscription", "id": "sub_1", "customer": "cus_1", "status": "active",
        "start_date": AT}  # fmt: skip
PAID = INVOICE | {
    "status": "paid", "amount_paid": 500,
    "status_transitions": {"finalized_at": AT, "paid_at": AT},
}  # fmt: skip


def told(crm: Crm, *objects: dict[str, Any]) -> None:
    for number, one in enumerate(objects):
        event = {"object": "event", "id": f"evt_{number}", "type": "x.updated", "created": AT,
                 "data": {"object": one}}  # fmt: skip
        crm.ingest(stripe.read(json.dumps(event).encode(), received_at=NOW))


@pytest.mark.parametrize("backwards", [False, True])
def test_an_invoice_is_open_until_it_is_paid_within_one_second_too(backwards: bool) -> None:  # noqa: FBT001
    crm = Crm.open(clock=FixedClock(NOW))
    told(crm, ANN, RUNS, INVOICE)
    assert _open(crm) == {"invoice/in_1", "subscription/sub_1"}
    told(crm, *([PAID, INVOICE] if backwards else [INVOICE, PAID]))
    assert _open(crm) == {"subscription/sub_1"}
    told(crm, RUNS | {"status": "canceled", "ended_at": AT + 1})
    assert _open(crm) == set()


def _open(crm: Crm, customer: str = "stripe/cus_1") -> set[str]:
    matters = crm.facts(customer).open_matters()
    return {f"{matter.kind.value}/{matter.correlation}" for matter in matters}


@pytest.mark.parametrize("first", [CHARGE, REFUND])
def test_a_refund_is_hers_whose_payment_it_was(first: dict[str, Any]) -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    told(crm, ANN, first, CHARGE, REFUND)
    found = crm.timeline("stripe/cus_1")
    assert [(one.kind, one.amount) for one in found] == [
        ("refund", Money("2.00", "EUR")), ("payment_received", Money("5.00", "EUR")),
    ]  # fmt: skip


def _called(crm: Crm, calls: Iterable[dict[str, Any]]) -> None:
    for number, call in enumerate(calls):
        said = {"messageId": f"m-{number}", "timestamp": f"2026-05-01T12:00:0{number}Z", **call}
        crm.ingest(segment_spec.read(json.dumps(said).encode(), received_at=NOW))


def test_what_a_visitor_did_is_hers_once_she_says_who_she_is() -> None:
    crm = Crm.open(clock=FixedClock(NOW))
    visitor, both = {"anonymousId": "v-1"}, {"anonymousId": "v-1", "userId": "7"}
    order = {"order_id": "O-1", "total": 5, "currency": "EUR"}
    _called(crm, [
        {"type": "page", "name": "Home", **visitor},
        {"type": "track", "event": "Checkout Started", "properties": order, **visitor},
        {"type": "identify", "traits": {"name": "Ann Example"}, **both},
        {"type": "track", "event": "Order Completed", "properties": order, "userId": "7"},
    ])  # fmt: skip
    kinds = {one.kind for one in crm.timeline("segment/7")}
    assert kinds >= {"page_viewed", "checkout_started", "order_placed"}
    assert crm.resolve("segment/v-1") == crm.resolve("segment/7")
    facts = crm.facts("segment/7")
    assert (facts.order_count, _open(crm, "segment/7")) == (1, set())
