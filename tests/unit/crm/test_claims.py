"""Claims: who says to be whom, how well it is proven, and what that comes to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecrm_core import Crm
from ecrm_core.customers import (
    HOMES,
    ContactPoint,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    parse_email,
    parse_phone,
)
from ecrm_core.errors import InputError, KeyReused, MissingError, UnknownName
from ecrm_core.kernel import CustomerId, FixedClock
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    AutoMerge,
    Claim,
    ClaimAnswer,
    ClaimedPair,
    Proof,
    Zone,
)
from ecrm_core.services import all_claimed, read_claims
from ecrm_core.sources import Delivery, shopify, woocommerce
from ecrm_core.timeline import Interaction

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
SITE: dict[str, Any] = {"source": "site", "by": "site"}


def record(key: str, *contacts: ContactPoint, **values: str) -> SourceRecord:
    held: dict[str, Any] = dict(values)
    for contact in contacts:
        name = f"{contact.kind.value}s"
        held[name] = (*held.get(name, ()), contact)
    return SourceRecord(SourceKey.parse(key), {n: Stated(v, AT, AT) for n, v in held.items()})


def stated(crm: Crm, *records: SourceRecord) -> None:
    for one in records:
        crm.ingest(Delivery(source=one.key.source, records=(one,)))


def ids(crm: Crm, *keys: str) -> set[str]:
    return {home_id(crm.store.tenant, SourceKey.parse(key)) for key in keys}


def pairs(crm: Crm, key: str) -> list[ClaimedPair]:
    return list(read_claims(crm.store, [home_id(crm.store.tenant, SourceKey.parse(key))]))


def pointed(crm: Crm, key: str) -> list[set[str]]:
    return [{pair.left, pair.right} for pair in pairs(crm, key)]


ANN = record("shop/ann", parse_email("ann@example.com"))
BO = record("shop/bo", parse_email("bo@example.com"))


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(AT)) as opened:
        yield opened


# ---------------------------------------------------------------- an anonymous visitor


def test_a_visitor_who_logs_in_is_a_pair_and_nobody_is_merged(crm: Crm) -> None:
    stated(crm, ANN)
    assert crm.claim("web/v1", "shop/ann", proof="logged_in", **SITE) == 1
    (pair,) = pairs(crm, "shop/ann")
    assert {pair.left, pair.right} == ids(crm, "web/v1", "shop/ann")
    assert (pair.proof, pair.source, pair.at, pair.clear) == (Proof.LOGGED_IN, "site", AT, True)
    assert crm.resolve("web/v1") != crm.resolve("shop/ann")


def test_earlier_visits_come_with_a_merge_and_leave_with_its_undo(crm: Crm) -> None:
    stated(crm, ANN)
    visits = [
        Interaction(source="web", event_id=str(day), kind="visit", at=AT - timedelta(days=day),
                    subject=SourceKey("web", "v1"))
        for day in (1, 2)
    ]  # fmt: skip
    crm.record(visits)
    crm.claim("web/v1", "shop/ann", proof="logged_in", **SITE)
    before = crm.export("shop/ann", audit=False)
    undo = crm.merge("shop/ann", "web/v1", by="anna")
    assert [told.event_id for told in crm.view("shop/ann").timeline] == ["1", "2"]
    assert pairs(crm, "shop/ann") == []
    assert [answer.settled for answer in crm.claims("shop/ann")] == [True]
    crm.unmerge(undo, by="anna")
    assert crm.view("shop/ann").timeline == ()
    assert len(crm.view("web/v1").timeline) == 2
    assert crm.export("shop/ann", audit=False) == before


def test_a_claim_may_come_before_the_customer_it_is_about(crm: Crm) -> None:
    crm.claim("web/v1", "shop/ann", proof="logged_in", **SITE)
    assert pairs(crm, "web/v1") == []
    stated(crm, ANN)
    assert pointed(crm, "web/v1") == [ids(crm, "web/v1", "shop/ann")]


def test_an_unknown_claimant_becomes_a_customer_with_nothing_known_of_her(crm: Crm) -> None:
    crm.claim("web/v1", "shop/ann", proof="typed", **SITE)
    assert crm.view("web/v1").profile.fields == {}
    stated(crm, record("web/v1", parse_email("v@example.com")))
    assert len(crm.view("web/v1").aliases) == 1


def test_the_best_proof_speaks_for_two(crm: Crm) -> None:
    stated(crm, ANN)
    for proof in ("typed", "logged_in", "clicked"):
        crm.claim("web/v1", "shop/ann", proof=proof, **SITE)
    (pair,) = pairs(crm, "web/v1")
    assert pair.proof is Proof.LOGGED_IN
    assert len(crm.claims("shop/ann")) == 3


def test_proofs_are_ordered() -> None:
    assert sorted(Proof, key=lambda proof: proof.strength) == [
        Proof.TYPED, Proof.CLICKED, Proof.LOGGED_IN
    ]  # fmt: skip
    assert [proof.strong for proof in Proof] == [False, True, True]


# ---------------------------------------------------------------- addresses


def test_the_holder_of_an_address_is_looked_up_when_the_claim_is_read(crm: Crm) -> None:
    crm.claim_address("web/v1", "Ann+news@Example.com", proof="clicked", **SITE)
    assert pairs(crm, "web/v1") == []
    stated(crm, ANN)
    assert pointed(crm, "web/v1") == [ids(crm, "web/v1", "shop/ann")]
    assert pointed(crm, "shop/ann") == [ids(crm, "web/v1", "shop/ann")]


def test_who_claims_an_address_she_states_herself_is_no_holder_of_her_own(crm: Crm) -> None:
    stated(crm, ANN, record("web/v1", parse_email("ann@example.com")))
    crm.claim_address("web/v1", "ann@example.com", proof="clicked", **SITE)
    assert [pair.clear for pair in pairs(crm, "web/v1")] == [True]
    assert [answer.settled for answer in crm.claims("web/v1")] == [False]


def test_an_address_of_several_is_ambiguous(crm: Crm) -> None:
    stated(crm, ANN, record("shop/anne", parse_email("ann@example.com")))
    crm.claim_address("web/v1", "ann@example.com", proof="logged_in", **SITE)
    found = pairs(crm, "web/v1")
    assert len(found) == 2
    assert [(pair.ambiguous, pair.clear) for pair in found] == [(True, False)] * 2
    crm.merge("shop/ann", "shop/anne", by="anna")
    assert [pair.clear for pair in pairs(crm, "web/v1")] == [True]


def test_an_address_of_too_many_is_ambiguous(crm: Crm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ecrm_core.services.claims._HOLDERS", 1)
    stated(crm, ANN, record("shop/anne", parse_email("ann@example.com")))
    crm.claim_address("web/v1", "ann@example.com", proof="logged_in", **SITE)
    assert [pair.ambiguous for pair in pairs(crm, "web/v1")] == [True]


@pytest.mark.parametrize(("many", "expected"), [(10, 10), (11, 0)])
def test_an_address_of_more_than_ten_customers_proposes_nobody(
    crm: Crm, many: int, expected: int
) -> None:
    holders = [record(f"office/{at}", parse_email("info@example.com")) for at in range(many)]
    stated(crm, *holders)
    crm.claim_address("web/v1", "info@example.com", proof="clicked", **SITE)
    assert len(pairs(crm, "web/v1")) == expected
    assert len(crm.claims("web/v1")[0].customers) == many


RELAY = "x1@privaterelay.appleid.com"


def test_a_relay_address_claims_nobody(crm: Crm) -> None:
    stated(crm, record("shop/ann", parse_email(RELAY)))
    with pytest.raises(InputError) as caught:
        crm.claim_address("web/v1", RELAY, proof="logged_in", **SITE)
    assert caught.value.code == "relay_address"
    assert RELAY not in str(caught.value)


def test_a_relay_address_in_a_claim_that_was_written_elsewhere_points_at_nobody(crm: Crm) -> None:
    from ecrm_core.customers import SurvivorshipPolicy
    from ecrm_core.merging import decide_claims

    stated(crm, ANN, record("shop/ann", parse_email(RELAY)))
    claim = Claim.of(CustomerId(crm.resolve("shop/ann")), f"email:{RELAY}", proof="logged_in",
                     source="site", at=AT)  # fmt: skip
    crm.store.apply(decide_claims([claim], policy=SurvivorshipPolicy()))
    assert pairs(crm, "shop/ann") == []


def test_a_phone_that_only_relays_to_its_holder_points_at_nobody(crm: Crm) -> None:
    from attrs import evolve

    virtual = evolve(parse_phone("+82 2-0000-0001"), relay=True)
    stated(crm, record("shop/ann", virtual))
    crm.claim_address("web/v1", "+82 2-0000-0001", channel="sms", proof="clicked", **SITE)
    assert pairs(crm, "web/v1") == []
    stated(crm, record("shop/bo", parse_phone("+82 2-0000-0001")))
    assert pointed(crm, "web/v1") == [ids(crm, "web/v1", "shop/bo")]


# ---------------------------------------------------------------- guest orders

GUEST = (
    b'{"id": 7, "email": "Ann@example.com", "currency": "EUR", "total_price": "9.00",'
    b' "created_at": "2026-04-01T09:00:00Z", "updated_at": "2026-04-0%dT09:00:00Z"}'
)


def guest(day: int = 1, number: int = 7) -> Delivery:
    payload = (GUEST % day).replace(b'"id": 7', b'"id": %d' % number)
    return shopify.read(payload, topic="orders/updated", received_at=AT)


def test_a_guest_order_with_somebodys_address_is_a_claim_and_no_merge(crm: Crm) -> None:
    stated(crm, ANN)
    assert crm.ingest(guest()).claims == 1
    (pair,) = pairs(crm, "shop/ann")
    assert {pair.left, pair.right} == ids(crm, "shop/ann", "shopify/order/7")
    assert (pair.proof, pair.at.day, pair.clear) == (Proof.TYPED, 1, True)
    assert crm.resolve("shopify/order/7") != crm.resolve("shop/ann")


def test_a_guest_who_types_name_and_address_is_joined_where_a_policy_names_that_proof(
    crm: Crm,
) -> None:
    crm.ingest(shopify.read(
        b'[{"id": 1, "email": "ann@example.com", "first_name": "Ann", "last_name": "Reed"}]',
        received_at=AT,
    ))  # fmt: skip
    named = b'{"billing_address": {"first_name": "Ann", "last_name": "Reed"}, '
    crm.ingest(shopify.read(
        named + (GUEST % 1)[1:], topic="orders/updated", received_at=AT
    ))  # fmt: skip
    sure = AutoMerge(zone=Zone.CERTAIN)
    assert crm.run_matching(auto=sure, full=True).merged == 0
    assert crm.review_counts().waiting["certain"] == 1
    typed = AutoMerge(zone=Zone.CERTAIN, proof=Proof.TYPED)
    assert crm.run_matching(auto=typed, full=True).merged == 1
    assert crm.resolve("shopify/order/7") == crm.resolve("shopify/1")
    assert crm.run_matching(auto=sure, full=True).undone == 1


def test_an_order_told_again_claims_nothing_new(crm: Crm) -> None:
    crm.ingest(guest())
    assert crm.ingest(guest(day=2)).claims == 0
    assert len(crm.store.scan(CUSTOMER_CLAIMS).rows) == 1


def test_guests_of_a_list_claim_page_by_page(crm: Crm) -> None:
    each = [(GUEST % 1).replace(b'"id": 7', b'"id": %d' % number) for number in (7, 8, 9)]
    orders = b"[" + b",".join(each) + b"]"
    read = shopify.read(orders, topic="orders/updated", received_at=AT)
    assert [crm.ingest(page).claims for page in read.pages(2)] == [2, 1]


def test_guests_of_one_address_do_not_hold_it(crm: Crm) -> None:
    crm.ingest(guest(number=7))
    crm.ingest(guest(number=8))
    assert pairs(crm, "shopify/order/7") == []
    stated(crm, ANN)
    assert pointed(crm, "shopify/order/7") == [ids(crm, "shopify/order/7", "shop/ann")]
    assert len(pairs(crm, "shop/ann")) == 2


def test_an_order_with_an_account_claims_nothing(crm: Crm) -> None:
    payload = (GUEST % 1).replace(b'"id": 7', b'"id": 7, "customer": {"id": 5}')
    read = shopify.read(payload, topic="orders/updated", received_at=AT)
    assert (crm.ingest(read).claims, read.guests) == (0, {})


def test_a_guest_of_a_woocommerce_shop_claims_too(crm: Crm) -> None:
    payload = (
        b'{"id": 7, "customer_id": 0, "status": "processing", "currency": "EUR", "total": "9.00",'
        b' "date_created_gmt": "2026-04-01T09:00:00", "billing": {"email": "ann@example.com"}}'
    )
    read = woocommerce.read(payload, topic="order.updated", received_at=AT)
    assert crm.ingest(read).claims == 1


def test_a_guests_relay_address_claims_nothing(crm: Crm) -> None:
    payload = (GUEST % 1).replace(b"Ann@example.com", RELAY.encode())
    read = shopify.read(payload, topic="orders/updated", received_at=AT)
    assert crm.ingest(read).claims == 0


# ---------------------------------------------------------------- conflicts


def test_one_device_that_proved_to_be_two_is_a_conflict(crm: Crm) -> None:
    stated(crm, ANN, BO)
    crm.claim("web/tablet", "shop/ann", proof="logged_in", **SITE)
    assert crm.claim_conflicts() == ()
    crm.claim("web/tablet", "shop/bo", proof="clicked", **SITE)
    (conflict,) = crm.claim_conflicts()
    assert (conflict.what, conflict.claimant) == ("claimant", *ids(crm, "web/tablet"))
    assert set(conflict.customers) == ids(crm, "shop/ann", "shop/bo")
    assert conflict.reason.code == "proved_twice"
    for key in ("web/tablet", "shop/ann", "shop/bo"):
        assert crm.view(key).claim_conflicts == (conflict,)
    assert [pair.clear for pair in pairs(crm, "web/tablet")] == [False, False]


def test_a_conflict_ends_when_the_two_are_one(crm: Crm) -> None:
    stated(crm, ANN, BO)
    for key in ("shop/ann", "shop/bo"):
        crm.claim("web/tablet", key, proof="logged_in", **SITE)
    crm.merge("shop/ann", "shop/bo", by="anna")
    assert crm.claim_conflicts() == ()
    assert [pair.clear for pair in pairs(crm, "web/tablet")] == [True]


def test_a_conflict_stays_when_the_device_is_merged_with_one_of_them(crm: Crm) -> None:
    stated(crm, ANN, BO)
    for key in ("shop/ann", "shop/bo"):
        crm.claim("web/tablet", key, proof="logged_in", **SITE)
    crm.merge("shop/ann", "web/tablet", by="anna")
    assert len(crm.claim_conflicts()) == 1
    assert [pair.conflicting for pair in pairs(crm, "shop/bo")] == [True]


def test_an_address_typed_does_not_put_a_login_in_doubt(crm: Crm) -> None:
    stated(crm, ANN, BO)
    crm.claim("web/v1", "shop/ann", proof="logged_in", **SITE)
    crm.claim_address("web/v1", "bo@example.com", proof="typed", **SITE)
    clear = {pair.proof: pair.clear for pair in pairs(crm, "web/v1")}
    assert clear == {Proof.LOGGED_IN: True, Proof.TYPED: False}
    assert crm.claim_conflicts() == ()


def test_one_national_id_on_two_customers_is_a_conflict_that_does_not_tell_it(crm: Crm) -> None:
    stated(crm, record("shop/a", national_id="900101-1234567"),
           record("till/b", national_id="900101 1234567"))  # fmt: skip
    (conflict,) = crm.claim_conflicts()
    assert (conflict.what, set(conflict.customers)) == ("national_id", ids(crm, "shop/a", "till/b"))
    shown = f"{conflict!r} {conflict} {conflict.reason} {conflict._repr_html_()}"
    assert "900101" not in shown
    crm.merge("shop/a", "till/b", by="anna")
    assert crm.claim_conflicts() == ()


# ---------------------------------------------------------------- the verbs


def test_what_runs_merged_changes_no_pair(crm: Crm) -> None:
    from ecrm_core.customers import SurvivorshipPolicy
    from ecrm_core.merging import Cause, decide_merge
    from ecrm_core.services import group_of

    stated(crm, ANN, BO, record("shop/anne", parse_email("ann@example.com")))
    crm.claim_address("web/v1", "ann@example.com", proof="logged_in", **SITE)
    before = pairs(crm, "web/v1")
    sides = [group_of(crm.store, key) for key in ("shop/ann", "shop/anne")]
    changes = decide_merge(*sides, tenant="main", by="run", at=AT, cause=Cause.AUTO, model="m",
                           policy=SurvivorshipPolicy())  # fmt: skip
    crm.store.apply(changes)
    assert pairs(crm, "web/v1") == before
    assert [answer.ambiguous for answer in crm.claims("web/v1")] == [False]


def test_all_pairs_are_those_of_each(crm: Crm) -> None:
    stated(crm, ANN, BO)
    crm.claim("web/v1", "shop/ann", proof="logged_in", **SITE)
    crm.ingest(guest())
    found = {pair.claim for page in all_claimed(crm.store) for pair in page}
    assert found == {pair.claim for pair in pairs(crm, "shop/ann")}
    assert len(found) == 2


def test_a_claim_said_twice_is_one_and_a_key_makes_it_harmless(crm: Crm) -> None:
    assert [crm.claim("web/v1", "shop/ann", proof="typed", **SITE) for _ in range(2)] == [1, 0]
    assert [crm.claim("web/v1", "shop/bo", proof="typed", key="k", **SITE) for _ in "ab"] == [1, 1]
    with pytest.raises(KeyReused):
        crm.claim("web/v1", "shop/cy", proof="typed", key="k", **SITE)


def test_the_dry_run_of_a_claim_writes_nothing(crm: Crm) -> None:
    changes = crm.dry_run.claim("web/v1", "shop/ann", proof="typed", **SITE)
    assert {put.kind for put in changes.puts} >= {CUSTOMER_CLAIMS, HOMES}
    crm.dry_run.claim_address("web/v1", "ann@example.com", proof="typed", **SITE)
    assert crm.store.scan(CUSTOMER_CLAIMS).rows == ()


def test_what_cannot_be_claimed_is_said(crm: Crm) -> None:
    stated(crm, ANN)
    with pytest.raises(UnknownName):
        crm.claim("web/v1", "shop/ann", proof="sworn", **SITE)
    with pytest.raises(InputError) as caught:
        crm.claim("shop/ann", "shop/ann", proof="typed", **SITE)
    assert caught.value.code == "claim_on_oneself"
    with pytest.raises(MissingError):
        crm.claim("web/v1", "cus_nobody", proof="typed", **SITE)
    with pytest.raises(MissingError):
        crm.claim("cus_nobody", "shop/ann", proof="typed", **SITE)
    with pytest.raises(InputError):
        crm.claim_address("web/v1", "no address", proof="typed", **SITE)


def test_claims_show_no_address(crm: Crm) -> None:
    crm.claim_address("web/v1", "ann@example.com", proof="typed", **SITE)
    (answer,) = crm.claims("web/v1")
    assert isinstance(answer, ClaimAnswer)
    assert "ann" not in repr(answer)
    assert answer.claim.reveal()["claimed"] == "email:ann@example.com"
    assert "email:ann@example.com" in str(crm.export("web/v1")["claims"])
