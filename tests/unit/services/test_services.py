"""Services: what is loaded is enough for the answer, and no more is written than is new."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import (
    HISTORY,
    ConsentState,
    ConsentStatement,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
)
from ecrm_core.errors import InputError, KeyReused, MissingError
from ecrm_core.kernel import FixedClock, RequestKey, encode
from ecrm_core.services import commit, prepare_ingest
from ecrm_core.sources import Delivery, quarantine
from ecrm_core.testing.faults import FailingStore
from tests.derived import POLICY, check_derived

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
OLD = parse_email("anna@example.con")
ANNA = "shop/1"


def stating(hours: int, key: str = ANNA, **values: object) -> SourceRecord:
    at = NOW - timedelta(hours=hours)
    cells = {name.replace("_", "."): Stated(value, at, at) for name, value in values.items()}
    return SourceRecord(SourceKey.parse(key), cells)


def delivered(*records: SourceRecord) -> Delivery:
    return Delivery(source="shop", records=records)


@pytest.fixture
def crm() -> Crm:
    crm = Crm(MemoryStore(), settings=Settings(clock=FixedClock(NOW)))
    crm.ingest(delivered(stating(9, name_given="Anna", name_family="Kim", emails=(OLD,))))
    return crm


# ---------------------------------------------------------------- corrections are found


def test_a_customer_is_found_by_what_was_corrected(crm: Crm) -> None:
    crm.correct(ANNA, "emails", "anna@example.com", replaces="anna@example.con", by="ada")
    crm.correct(ANNA, "name.family", "Lim", by="ada")
    home = crm.resolve(ANNA)
    for query in ("anna@example.com", "Lim Anna", "Anna Lim", "Kim Anna"):
        assert [hit.customer for hit in crm.find(query)] == [home], query


def test_a_refusal_is_heard_at_the_corrected_address(crm: Crm) -> None:
    crm.correct(ANNA, "emails", "anna@example.com", replaces="anna@example.con", by="ada")
    crm.consent("anna@example.com", "granted", channel="email", purpose="marketing")
    crm.refuse_contact(ANNA, by="her")
    verdict = crm.may_contact_address("anna@example.com", "email", "marketing")
    assert [reason.code for reason in verdict.reasons] == ["person_refused"]


def test_what_is_found_by_a_ruling_stays_found_when_the_source_speaks_again(crm: Crm) -> None:
    crm.correct(ANNA, "emails", "anna@example.com", by="ada")
    crm.ingest(delivered(stating(1, emails=())))
    check_derived(crm.store)
    assert crm.find("anna@example.com")
    assert not crm.find("anna@example.con")


def test_a_ruling_is_found_under_the_customer_it_stays_with(crm: Crm) -> None:
    crm.ingest(delivered(stating(9, "shop/2", name_full="A. Kim")))
    undo = crm.merge("shop/2", ANNA, by="ada")
    crm.correct(ANNA, "emails", "anna@example.com", by="ada")
    check_derived(crm.store)
    crm.unmerge(undo, by="ada")
    check_derived(crm.store)
    assert [hit.customer for hit in crm.find("anna@example.com")] == [crm.resolve("shop/2")]


def test_a_ruling_that_is_pinned_at_the_same_instant_is_another_ruling(crm: Crm) -> None:
    first = crm.correct(ANNA, "brand", "north", by="ada")
    pinned = crm.correct(ANNA, "brand", "north", by="ada", pin=True)
    assert first != pinned
    assert [c.pin for c in crm.view(ANNA).group.corrections if c.id == pinned] == [True]


# ---------------------------------------------------------------- the export is complete


def test_consents_at_former_and_corrected_addresses_are_exported(crm: Crm) -> None:
    crm.ingest(delivered(stating(1, emails=(parse_email("later@example.com"),))))
    crm.correct(ANNA, "emails", "anna@example.com", by="ada")
    addresses = ["anna@example.com", "anna@example.con", "later@example.com"]
    for address in addresses:
        crm.consent(address, "granted", channel="email", purpose="marketing")
    subjects = [said.subject for said in crm.view(ANNA).consents]
    assert sorted(subjects) == [f"email:{address}" for address in addresses]


# ---------------------------------------------------------------- late statements


def test_a_late_statement_heard_again_is_a_duplicate_and_writes_nothing(crm: Crm) -> None:
    crm.ingest(delivered(stating(5, brand="north")))
    late = delivered(stating(8, brand="south"))
    first = crm.ingest(late)
    assert (first.superseded, first.duplicate) == (1, 0)
    assert crm.dry_run.ingest(late).puts == ()
    again = crm.ingest(late)
    assert (again.accepted, again.duplicate) == (0, 1)


def test_a_late_statement_twice_in_one_delivery_is_one_row(crm: Crm) -> None:
    late = stating(8, brand="south")
    receipt = crm.ingest(delivered(stating(5, brand="north"), late, late))
    assert (receipt.updated, receipt.superseded, receipt.duplicate) == (1, 1, 1)
    assert len(crm.store.scan(HISTORY).rows) == 1


# ---------------------------------------------------------------- request keys


def test_a_delivery_made_by_hand_is_told_from_another_under_one_key(crm: Crm) -> None:
    first = crm.ingest(delivered(stating(1, brand="north")), key="event-1")
    assert crm.ingest(delivered(stating(0, brand="north")), key="event-1") == evolve(
        first, replayed=True
    )
    with pytest.raises(KeyReused):
        crm.ingest(delivered(stating(1, brand="south")), key="event-1")


def test_a_replay_is_answered_by_one_look_at_the_store(crm: Crm) -> None:
    delivery = delivered(stating(1, brand="north"))
    crm.ingest(delivery, key="event-1")
    store = FailingStore(crm.store, at=2)
    key = RequestKey.of("event-1", ["ingest", "shop", delivery.digest], NOW)
    assert commit(store, lambda: prepare_ingest(store, delivery, policy=POLICY), key=key).replayed
    assert store.calls == 1


# ---------------------------------------------------------------- merges and their undoing


def test_only_what_was_ruled_while_both_were_one_is_listed_as_staying(crm: Crm) -> None:
    crm.ingest(delivered(stating(9, "shop/2", name_full="A. Kim")))
    crm.correct("shop/2", "brand", "before", by="ada")
    undo = crm.merge("shop/2", ANNA, by="ada")
    meanwhile = crm.correct("shop/2", "brand", "meanwhile", by="ada")
    assert crm.unmerge(undo, by="ada").stayed == (meanwhile,)


def test_what_the_person_refused_before_a_merge_is_heard_after_it(crm: Crm) -> None:
    crm.ingest(delivered(stating(9, "shop/2", name_full="A. Kim")))
    crm.consent("anna@example.con", "granted", channel="email", purpose="marketing")
    crm.refuse_contact("shop/2", by="her")
    assert crm.may_contact(ANNA, "email", "marketing")
    crm.merge(ANNA, "shop/2", by="ada")
    verdict = crm.may_contact(ANNA, "email", "marketing")
    assert [reason.code for reason in verdict.reasons] == ["person_refused"]


# ---------------------------------------------------------------- finding


def test_a_whole_name_comes_before_the_beginning_of_one(crm: Crm) -> None:
    longer = [stating(9, f"shop/{n}", name_full=f"Anna Kim{n}") for n in range(10, 20)]
    crm.ingest(delivered(*longer))
    hits = crm.find("Anna Kim", limit=3)
    assert [hit.exact for hit in hits] == [True, False, False]
    assert hits[0].customer == crm.resolve(ANNA)


# ---------------------------------------------------------------- what is known is not written


def test_what_is_known_already_is_neither_written_nor_counted(crm: Crm) -> None:
    said = ConsentStatement(
        subject="email:anna@example.con", channel="email", purpose="marketing",
        state=ConsentState.GRANTED, at=NOW, source="shop",
    )  # fmt: skip
    bad = quarantine("shop", "row 1", {}, error=InputError("found no key"), received_at=NOW)
    delivery = Delivery(source="shop", consents=(said,), refused=(bad,))
    assert crm.ingest(delivery).statements == 1
    assert crm.dry_run.ingest(delivery).puts == ()
    assert crm.ingest(delivery).statements == 0


def test_a_preview_counts_what_hangs_on_both(crm: Crm) -> None:
    crm.ingest(delivered(*(stating(9, f"shop/{n}", brand="x") for n in (2, 3))))
    crm.merge("shop/2", "shop/3", by="ada")
    crm.correct("shop/2", "brand", "y", by="ada")
    crm.refuse_contact("shop/2", by="her")
    linked = crm.preview_merge(ANNA, "shop/2").linked
    assert {name: counts for name, counts in linked.items() if any(counts)} == {
        "records": (1, 2), "corrections": (0, 1), "merges": (0, 1),
        "consents about the person": (0, 2),
    }  # fmt: skip
    other = crm.preview_merge("shop/2", ANNA).linked
    assert other == {name: (two, one) for name, (one, two) in linked.items()}


def test_an_export_tells_what_was_stated_once_and_which_merges_were_undone(crm: Crm) -> None:
    crm.ingest(delivered(stating(1, name_family="Lim"), stating(9, "shop/2", brand="x")))
    crm.unmerge(crm.merge(ANNA, "shop/2", by="ada"), by="ada")
    view, exported = crm.view(ANNA), crm.export(ANNA)
    assert [row.value for row in view.history] == ["Kim"]
    assert exported["history"] == [encode(row) for row in view.history]
    assert [edge.active for edge in view.merges] == [False]
    assert exported["merges"] == [encode(edge) for edge in view.merges]
    assert "merges" not in crm.export(ANNA, audit=False)


# ---------------------------------------------------------------- what errors say


@pytest.mark.parametrize("key", ["list/anna@example.com", "list/Anna Kim", "anna@example.com/1"])
def test_an_error_about_a_key_masks_what_looks_like_a_person(crm: Crm, key: str) -> None:
    with pytest.raises(MissingError) as caught:
        crm.view(key)
    assert "nna" not in str(caught.value) + repr(caught.value.facts)
    with pytest.raises(MissingError, match="'shop/17-a'"):
        crm.view("shop/17-a")


def test_an_error_about_a_request_key_does_not_hold_it(crm: Crm) -> None:
    crm.correct(ANNA, "tags", "a", by="ada", key="mail of anna")
    with pytest.raises(KeyReused) as caught:
        crm.correct(ANNA, "tags", "b", by="ada", key="mail of anna")
    assert "anna" not in str(caught.value) + repr(caught.value.facts)
