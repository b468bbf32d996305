"""The verbs of matching: proposals, and judgements on them."""

import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import DefinitionError, KeyReused, MissingError, RefusedError, UnknownName
from ecrm_core.kernel import FixedClock
from ecrm_core.matching import JUDGEMENTS
from ecrm_core.sources import Delivery

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def record(key: str, given: str, family: str, mail: str | None = None) -> SourceRecord:
    values: dict[str, Any] = {"name.given": given, "name.family": family}
    if mail:
        values["emails"] = (parse_email(mail),)
    cells = {name: Stated(value, AT, AT) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", key), cells)


RECORDS = [
    record("1", "Ann", "Example", "ann81@example.com"),
    record("2", "Ann", "Exmaple", "ann81@example.com"),
    record("3", "Anne", "Example", "ann81@example.com"),
    record("4", "Bo", "Park", "bo@example.com"),
    record("5", "Cy", "Lee", "x1@privaterelay.appleid.com"),
    record("6", "Di", "Kim", "x1@privaterelay.appleid.com"),
]


@pytest.fixture
def crm() -> Crm:
    crm = Crm.open(clock=FixedClock(AT))
    crm.ingest(Delivery(source="shop", records=tuple(RECORDS)))
    return crm


def ids(crm: Crm, *keys: str) -> set[str]:
    return {crm.resolve(f"shop/{key}") for key in keys}


def found(crm: Crm, key: str) -> set[str]:
    return {match.customer for match in crm.matches(f"shop/{key}")}


def test_duplicates_are_proposed_in_customer_ids(crm: Crm) -> None:
    (group,) = crm.duplicates().groups
    assert set(group) == ids(crm, "1", "2", "3")


def test_the_reasons_of_a_proposal_name_fields_and_no_values(crm: Crm) -> None:
    result = crm.duplicates()
    pair = result.pairs[0]
    told = [str(reason) for reason in result.reasons(pair.left, pair.right)]
    assert told[0].startswith("email: equal")
    assert "ann" not in "".join(told).lower()


def test_a_proposal_changes_nothing(crm: Crm) -> None:
    crm.duplicates()
    crm.matches("shop/1")
    assert len({crm.resolve(f"shop/{key}") for key in "123456"}) == 6


def test_an_empty_store_has_no_duplicates() -> None:
    assert Crm.open().duplicates().groups == ()


def test_matches_of_a_customer_are_the_others(crm: Crm) -> None:
    assert found(crm, "1") == ids(crm, "2", "3")
    assert found(crm, "4") == set()


def test_matches_of_a_record_that_is_new(crm: Crm) -> None:
    new = record("77", "Bo", "Park", "bo@example.com")
    (match,) = crm.matches(new)
    assert {match.customer} == ids(crm, "4")


def test_a_record_that_is_stored_is_not_its_own_duplicate(crm: Crm) -> None:
    assert {match.customer for match in crm.matches(RECORDS[0])} == ids(crm, "2", "3")


def test_a_relay_address_proposes_nobody(crm: Crm) -> None:
    assert found(crm, "5") == set()
    assert not any(set(group) & ids(crm, "5", "6") for group in crm.duplicates().groups)


def test_merged_customers_do_not_appear(crm: Crm) -> None:
    loser = crm.resolve("shop/2")
    crm.merge("shop/1", "shop/2", by="anna")
    assert loser not in crm.duplicates().ids
    assert found(crm, "3") == ids(crm, "1")
    assert found(crm, "1") == ids(crm, "3")


def test_different_customers_are_proposed_no_more(crm: Crm) -> None:
    crm.judge("shop/1", "shop/2", "different", by="anna")
    assert found(crm, "1") == ids(crm, "3")
    assert not any(ids(crm, "1", "2") <= set(group) for group in crm.duplicates().groups)


def test_a_judgement_holds_by_way_of_those_judged_the_same(crm: Crm) -> None:
    crm.judge("shop/1", "shop/2", "different", by="anna")
    crm.judge("shop/2", "shop/3", "same", by="anna")
    assert found(crm, "1") == set()
    (group,) = crm.duplicates().groups
    assert set(group) == ids(crm, "2", "3")


def test_a_judgement_holds_after_a_merge(crm: Crm) -> None:
    crm.judge("shop/1", "shop/2", "different", by="anna")
    crm.merge("shop/3", "shop/2", by="anna")
    assert found(crm, "1") == set()
    assert crm.duplicates().groups == ()


def test_unsure_takes_a_verdict_back(crm: Crm) -> None:
    crm.judge("shop/1", "shop/2", "different", by="anna")
    crm.judge("shop/2", "shop/1", "unsure", by="bob", now=AT.replace(hour=10))
    assert found(crm, "1") == ids(crm, "2", "3")


def test_judgements_are_kept_and_never_rewritten(crm: Crm) -> None:
    first = crm.judge("shop/1", "shop/2", "different", by="anna", reason="twins")
    second = crm.judge("shop/1", "shop/2", "same", by="bob", now=AT.replace(hour=10))
    kept = crm.store.get_many(JUDGEMENTS, [(first.judgement,), (second.judgement,)])
    assert kept[first.judgement,].value.reason == "twins"
    assert {row.value.by for row in kept.values()} == {"anna", "bob"}


def test_a_request_key_makes_a_repetition_harmless(crm: Crm) -> None:
    first = crm.judge("shop/1", "shop/2", "same", by="anna", key="k")
    assert crm.judge("shop/1", "shop/2", "same", by="anna", key="k") == first
    with pytest.raises(KeyReused):
        crm.judge("shop/1", "shop/2", "different", by="anna", key="k")


def test_the_dry_run_of_a_judgement_writes_nothing(crm: Crm) -> None:
    changes = crm.dry_run.judge("shop/1", "shop/2", "same", by="anna")
    assert changes.puts[0].kind == JUDGEMENTS
    assert crm.store.scan(JUDGEMENTS).rows == ()


def test_one_customer_is_not_judged_against_herself(crm: Crm) -> None:
    crm.merge("shop/1", "shop/2", by="anna")
    with pytest.raises(RefusedError, match="one customer") as caught:
        crm.judge("shop/1", "shop/2", "different", by="anna")
    assert caught.value.code == "same_customer"


def test_what_is_unknown_is_said(crm: Crm) -> None:
    with pytest.raises(MissingError):
        crm.judge("shop/1", "shop/99", "same", by="anna")
    with pytest.raises(MissingError):
        crm.matches("shop/99")
    with pytest.raises(UnknownName):
        crm.judge("shop/1", "shop/2", "perhaps", by="anna")
    with pytest.raises(DefinitionError):
        crm.matches("shop/1", limit=0)


def test_progress_is_told(crm: Crm) -> None:
    told: list[str] = []
    crm.duplicates(progress=lambda done, total, stage: told.append(f"{done}/{total} {stage}"))
    assert told[-1] == "4/4 clustering"


def test_a_facade_loads_no_numpy_before_it_compares() -> None:
    import subprocess

    probe = "import sys; from ecrm_core import Crm; Crm.open(); print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, check=True, text=True)
    assert run.stdout.strip() == "False"
