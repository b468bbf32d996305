"""Value: what a decision is expected to save orders the queue."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve

from ecrm_core.customers import (
    Address,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    parse_email,
    unify,
)
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import CustomerId
from ecrm_core.merging import Holdings, Proof, ReviewCosts, decision_value, stake_of
from ecrm_core.timeline import Facts, Interaction

AT = datetime(2026, 5, 1, tzinfo=UTC)
NOBODY = Holdings()
BUYER = Holdings(orders=2, interactions=3, subscriptions=1, addresses=frozenset({"email:a"}))


def test_two_of_whom_nothing_is_known_have_the_cost_of_being_apart() -> None:
    assert stake_of([NOBODY, NOBODY]) == ReviewCosts().apart


@pytest.mark.parametrize(
    ("more", "cost"),
    [
        (Holdings(subscriptions=2), 10_000),
        (Holdings(orders=1), 2_000),
        (Holdings(orders=3), 4_000),
        (Holdings(orders=4), 6_000),
        (Holdings(interactions=100), 3_500),
        (Holdings(addresses=frozenset({"email:a"})), 0),
    ],
)
def test_what_hangs_on_a_customer_raises_the_stake(more: Holdings, cost: int) -> None:
    assert stake_of([NOBODY, more]) == stake_of([more, NOBODY]) == 2_000 + cost


def test_an_address_of_several_gets_mail_once_too_often_for_each_but_the_first() -> None:
    mailed = evolve(NOBODY, addresses=frozenset({"email:a", "post:b"}))
    assert stake_of([mailed, mailed]) == 2_000 + 2 * 3_000
    assert stake_of([mailed, mailed, mailed]) == 2_000 + 4 * 3_000


def test_the_value_is_the_likelihood_times_the_stake_without_the_look() -> None:
    assert decision_value(Decimal("0.5"), 9_000) == 3_500
    assert decision_value(Decimal("0.001"), 2_000) == -998
    assert decision_value(Decimal(1), 9_000, costs=ReviewCosts(look=0)) == 9_000


def test_a_claim_counts_by_its_proof_where_the_model_says_less() -> None:
    values = [decision_value(None, 10_000, proof=proof) for proof in Proof]
    assert values == [4_000, 8_000, 8_900]
    assert decision_value(Decimal("0.7"), 10_000, proof=Proof.TYPED) == 6_000
    assert decision_value(None, 10_000) == -1_000


@pytest.mark.parametrize("wrong", [Decimal("-0.1"), Decimal("1.1"), Decimal("NaN")])
def test_a_likelihood_outside_0_to_1_is_refused(wrong: Decimal) -> None:
    with pytest.raises(DefinitionError, match="expected 0 to 1") as refused:
        decision_value(wrong, 1_000)
    assert refused.value.code == "probability"


def test_holdings_are_read_from_profile_and_facts_and_show_no_address() -> None:
    key = SourceKey("shop", "1")
    values = {
        "emails": (parse_email("ann@example.com"),),
        "addresses": (Address(country="KR", lines=("Main 1",)), Address(country="KR")),
    }
    record = SourceRecord(key, {name: Stated(value, AT, AT) for name, value in values.items()})
    profile = unify([record], (), SurvivorshipPolicy(), id=CustomerId("cus_1"))
    facts = [
        Facts.of(Interaction(source="shop", event_id=str(n), kind=kind, at=AT, subject=key))
        for n, kind in enumerate(["order_placed", "order_placed", "page_seen"])
    ]
    held = Holdings.of(profile, facts, subscriptions=1)
    assert (held.orders, held.interactions, held.subscriptions) == (2, 3, 1)
    assert len(held.addresses) == 2
    assert "ann" not in repr(held)
    assert "main" not in repr(held).lower()
