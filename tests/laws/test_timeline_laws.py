"""Laws of the timeline: facts are a monoid, tellings join, and events may come in any order."""

from __future__ import annotations

import json
from functools import reduce
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm
from ecrm_core.customers import (
    CONSENTS,
    HISTORY,
    HOMES,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
)
from ecrm_core.kernel import AnyKind, canonical_json, decode, encode
from ecrm_core.sources import Delivery, shopify, woocommerce
from ecrm_core.timeline import (
    CORRELATIONS,
    FACTS,
    INTERACTIONS,
    Facts,
    Interaction,
    retell,
)
from tests.derived import check_derived, rows
from tests.profile import size
from tests.timeline_draws import AT, MOMENTS, events

IDS = st.sampled_from(["e1", "e2", "e3"])
TOLD = events(told_at=MOMENTS, ids=IDS)
ONE = events(told_at=MOMENTS, ids=st.just("e1"))
PARTS = st.lists(events(told_at=st.none() | MOMENTS, ids=IDS), max_size=4).map(Facts.fold)


@given(PARTS, PARTS, PARTS)
def test_facts_are_a_commutative_monoid(a: Facts, b: Facts, c: Facts) -> None:
    assert a.combine(b) == b.combine(a)
    assert a.combine(b).combine(c) == a.combine(b.combine(c))
    assert a.combine(Facts()) == a == Facts().combine(a)
    assert decode(Facts, encode(a)) == a


@given(ONE, ONE, ONE)
def test_tellings_of_one_event_join_in_any_order(
    a: Interaction, b: Interaction, c: Interaction
) -> None:
    def text(told: Interaction) -> str:
        return canonical_json(encode(told))

    assert text(retell(a, b)) == text(retell(b, a))
    assert text(retell(retell(a, b), c)) == text(retell(a, retell(b, c)))
    assert retell(a, a) is a


@given(TOLD)
def test_interactions_come_back_from_json(told: Interaction) -> None:
    assert decode(Interaction, encode(told)) == told


def _state(crm: Crm) -> str:
    kinds: list[AnyKind] = [
        RECORDS, HISTORY, PROFILES, HOMES, SEARCH_KEYS, CONSENTS, INTERACTIONS, FACTS, CORRELATIONS,
    ]  # fmt: skip
    found = {kind.name: rows(crm.store, kind) for kind in kinds}
    told = {
        name: {"|".join(key): encode(value) for key, value in held.items()}
        for name, held in found.items()
    }
    for name, held in told[FACTS.name].items():
        if (
            "facts" not in held and "brands" not in held
        ):  # an order that moved on leaves empty facts behind, or none
            told[FACTS.name] = {k: v for k, v in told[FACTS.name].items() if k != name}
    return canonical_json(told)


@settings(max_examples=size(60, 2_000))
@given(st.lists(TOLD, min_size=1, max_size=5), st.randoms(use_true_random=False), st.integers(1, 5))
def test_interactions_told_with_their_time_may_come_in_any_order_and_any_batch(
    events: list[Interaction], random: Random, batch: int
) -> None:
    states = set()
    for _ in range(3):
        crm = Crm(MemoryStore())
        for at in range(0, len(events), batch):
            receipt = crm.record(events[at : at + batch])
            counted = receipt.recorded + receipt.retold + receipt.repeated + receipt.contradicted
            assert counted == receipt.interactions == len(events[at : at + batch])
        check_derived(crm.store)
        states.add(_state(crm))
        random.shuffle(events)
    assert len(states) == 1


# ---------------------------------------------------------------- webhooks of two shops

_CUSTOMER = {"id": 7, "first_name": "Ann", "email": "ann@example.com"}
_LINE = {"product_id": 11, "quantity": 1, "price": "5.00"}
_ORDER = {"id": 450, "order_number": 1, "created_at": "2026-05-01T00:00:00Z", "currency": "EUR"}


def _shopify(hour: int, parts: dict[str, Any]) -> Delivery:
    at = f"2026-05-02T{hour:02}:00:00Z"
    changed = {"updated_at": at, "financial_status": "paid", "line_items": [_LINE], **parts}
    body = json.dumps(_ORDER | changed).encode()
    return shopify.read(body, received_at=AT, topic="orders/updated")


def _woo(hour: int, parts: dict[str, Any]) -> Delivery:
    changed = {
        "id": 727, "currency": "EUR", "date_created_gmt": "2026-05-01T00:00:00",
        "date_modified_gmt": f"2026-05-02T{hour:02}:00:00", "line_items": [_LINE], **parts,
    }  # fmt: skip
    return woocommerce.read(json.dumps(changed).encode(), received_at=AT, topic="order.updated")


_SHOPIFY = st.fixed_dictionaries(
    {
        "customer": st.sampled_from([None, _CUSTOMER, _CUSTOMER | {"last_name": "Example"}]),
        "total_price": st.sampled_from(["5.00", "10.00"]),
    },
    optional={
        "cancelled_at": st.just("2026-05-02T00:00:00Z"),
        "email": st.sampled_from(["ann@example.com", ""]),
        "buyer_accepts_marketing": st.booleans(),
        "test": st.booleans(),
        "refunds": st.just([{"id": 9, "created_at": "2026-05-02T00:00:00Z", "transactions": [
            {"kind": "refund", "status": "success", "amount": "4.00", "currency": "EUR"}]}]),
    },
)  # fmt: skip
_WOO = st.fixed_dictionaries(
    {
        "customer_id": st.sampled_from([0, 25]),
        "status": st.sampled_from(["pending", "processing", "cancelled"]),
        "total": st.sampled_from(["5.00", "10.00"]),
        "billing": st.sampled_from([{}, {"first_name": "Ann", "email": "ann@example.com"}]),
    },
    optional={"refunds": st.just([{"id": 9, "total": "-4.00"}])},
)
_HOURS = st.integers(0, 4)
_WEBHOOKS = st.tuples(st.sampled_from([_shopify]), _HOURS, _SHOPIFY) | st.tuples(
    st.sampled_from([_woo]), _HOURS, _WOO
)


@settings(max_examples=size(60, 2_000))
@given(st.lists(_WEBHOOKS, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_webhooks_of_orders_may_come_in_any_order_and_twice(
    webhooks: list[Any], random: Random
) -> None:
    deliveries = [read(hour, parts) for read, hour, parts in webhooks]
    assert not any(delivery.refused for delivery in deliveries)
    states = set()
    for repeated in (1, 1, 2):
        crm = Crm(MemoryStore())
        for delivery in deliveries * repeated:
            crm.ingest(delivery)
        check_derived(crm.store)
        states.add(_state(crm))
        random.shuffle(deliveries)
    assert len(states) == 1


@given(PARTS, PARTS)
def test_the_facts_of_a_whole_are_those_of_its_parts(a: Facts, b: Facts) -> None:
    assert reduce(Facts.combine, [a, b], Facts()) == Facts.total([b, a])
