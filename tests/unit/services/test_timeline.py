"""The timeline in the facade: recorded once, seen under every id, whole in the export."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import ConflictError, DefinitionError, InputError, KeyReused, MissingError
from ecrm_core.kernel import Money
from ecrm_core.ports import Store
from ecrm_core.services.timeline import happened
from ecrm_core.sources import Delivery
from ecrm_core.testing.faults import FailingStore
from ecrm_core.timeline import Facts, Interaction
from tests.derived import check_derived

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
ANN, BOB = SourceKey("shop", "1"), SourceKey("shop", "2")


def event(number: int, subject: SourceKey = ANN, **parts: object) -> Interaction:
    given: dict[str, Any] = {"kind": "order_placed", "amount": Money("10.00", "EUR"), **parts}
    at = AT + timedelta(days=number)
    return Interaction(source="shop", event_id=f"e{number}", at=at, subject=subject, **given)


def arrive(crm: Crm, *keys: SourceKey) -> None:
    records = tuple(SourceRecord(key, {"name.full": Stated("Ann", AT, AT)}) for key in keys)
    crm.ingest(Delivery(source="shop", records=records))


@pytest.fixture
def crm() -> Iterator[Crm]:
    with Crm.open() as crm:
        arrive(crm, ANN, BOB)
        yield crm
        check_derived(crm.store)


def days(told: Iterable[Interaction]) -> list[int]:
    return [(one.at - AT).days for one in told]


def test_the_newest_come_first_and_as_many_as_are_asked_for(crm: Crm) -> None:
    crm.record(event(n) for n in (3, 1, 2))
    assert days(crm.timeline(ANN)) == [3, 2, 1]
    assert days(crm.timeline(str(ANN), limit=2)) == [3, 2]
    assert not crm.timeline(BOB)
    with pytest.raises(DefinitionError):
        crm.timeline(ANN, limit=0)
    with pytest.raises(MissingError):
        crm.timeline("shop/9")


def test_more_than_a_page_comes_whole(crm: Crm) -> None:
    crm.record(event(n) for n in range(1_203))
    assert days(crm.timeline(ANN, limit=None)) == list(range(1_202, -1, -1))
    assert len(crm.view(ANN).timeline) == 100
    assert len(crm.export(ANN)["timeline"]) == 1_203  # type: ignore[arg-type]
    assert crm.facts(ANN).order_count == crm.view(ANN).facts.order_count == 1_203


def test_one_is_enough_and_the_receipt_counts(crm: Crm) -> None:
    receipt = crm.record(event(1))
    assert (receipt.interactions, receipt.recorded, receipt.rows) == (1, 1, 0)
    receipt = crm.record([event(1), event(1, text="other")])
    assert (receipt.repeated, receipt.contradicted) == (1, 1)
    assert "interactions: 2 = 0 recorded + 0 retold + 1 repeated + 1 contradicted" in str(receipt)


def test_what_is_no_interaction_is_refused_by_its_place(crm: Crm) -> None:
    with pytest.raises(InputError) as caught:
        crm.record([event(1), "e2"])  # type: ignore[list-item]
    assert (caught.value.code, caught.value.path) == ("not_value", "$[1]")
    assert not crm.timeline(ANN)


def test_a_dry_run_writes_nothing(crm: Crm) -> None:
    changes = crm.dry_run.record(event(1))
    assert changes.result["recorded"] == 1
    assert not crm.timeline(ANN)


def test_a_request_key_records_once(crm: Crm) -> None:
    first = crm.record(event(1), key="k")
    again = crm.record(event(1), key="k")
    assert (first.replayed, again.replayed, again.recorded) == (False, True, 1)
    with pytest.raises(KeyReused):
        crm.record(event(2), key="k")


def test_a_merged_customer_has_the_timelines_of_all_her_ids_and_gives_them_back(crm: Crm) -> None:
    crm.record([event(1), event(2, BOB), event(3), event(4, BOB)])
    before = [crm.export(key, audit=False) for key in (ANN, BOB)]
    assert crm.preview_merge(ANN, BOB).linked["interactions"] == (2, 2)
    undo = crm.merge(ANN, BOB, by="an agent")
    assert days(crm.timeline(BOB)) == days(crm.view(ANN).timeline) == [4, 3, 2, 1]
    assert days(crm.timeline(BOB, limit=3)) == [4, 3, 2]
    assert crm.facts(ANN).spend == {"EUR": Money("40.00", "EUR")}
    assert crm.facts(ANN) == crm.view(BOB).facts
    crm.unmerge(undo, by="an agent")
    assert [crm.export(key, audit=False) for key in (ANN, BOB)] == before


def test_a_page_goes_on_where_the_one_before_ended(crm: Crm) -> None:
    crm.record([event(n, ANN if n % 2 else BOB, brand="north" if n < 4 else None, text=f"no {n}")
                for n in range(8)])  # fmt: skip
    crm.merge(ANN, BOB, by="an agent")
    first = crm.timeline(ANN, limit=3)
    second = crm.timeline(BOB, limit=3, after=first.following)
    third = crm.timeline(ANN, limit=3, after=second.following)
    assert [days(page) for page in (first, second, third)] == [[7, 6, 5], [4, 3, 2], [1, 0]]
    assert third.following is None
    assert crm.timeline(ANN, limit=8).following is None
    asked = crm.timeline(
        ANN, since=AT + timedelta(days=2), until=AT + timedelta(days=6), limit=2,
        after=first.following, sources=["shop"], kinds="order_placed",
    )  # fmt: skip
    assert (days(asked), asked.following is None) == ([4, 3], False)
    assert days(crm.timeline(ANN, brand="north", text="NO 3")) == [3]
    assert (crm.facts(BOB, brand="north").order_count, crm.facts(BOB).order_count) == (4, 8)
    with pytest.raises(DefinitionError):
        crm.timeline(ANN, after="x")


def test_what_comes_before_its_record_is_hers_when_it_comes(crm: Crm) -> None:
    late = SourceKey("shop", "9")
    crm.record(event(1, late))
    arrive(crm, late)
    assert days(crm.timeline(late)) == [1]


def test_the_export_tells_everything_of_an_event(crm: Crm) -> None:
    crm.record(event(1, kind="product_registered", amount=None, data={"serial": "S-1"}))
    exported = json.loads(json.dumps(crm.export(ANN)))
    (told,) = exported["timeline"]
    assert told["data"] == {"serial": "S-1"}
    assert exported["facts"]["kinds"]["product_registered"]["count"] == 1


def test_a_delivery_brings_its_interactions_in_the_same_transaction(crm: Crm) -> None:
    delivery = Delivery(source="shop", interactions=(event(1), event(2)))
    assert delivery.digest != Delivery(source="shop", interactions=(event(1),)).digest
    assert crm.dry_run.ingest(delivery).result["recorded"] == 2
    assert crm.ingest(delivery, key="hook").recorded == 2
    assert crm.ingest(delivery, key="hook").replayed


ORDER: dict[str, Any] = {
    "id": 1, "order_number": 1, "line_items": [], "created_at": "2026-05-01T00:00:00Z",
    "currency": "EUR", "total_price": "5.00", "customer": {"id": 7, "first_name": "Ann"},
}  # fmt: skip


def test_a_file_of_orders_goes_in_page_by_page_and_twice_makes_no_difference(
    crm: Crm, tmp_path: Path
) -> None:
    path = tmp_path / "orders.json"
    path.write_text(json.dumps({"orders": [ORDER | {"id": n} for n in range(1, 8)]}))
    receipt = crm.ingest_file(path, source="shopify", page=3)
    assert (receipt.rows, receipt.interactions, receipt.recorded) == (7, 7, 7)
    again = crm.ingest_file(path, source="shopify", page=3)
    assert (again.recorded, again.repeated) == (0, 7)
    assert crm.facts("shopify/7").spend == {"EUR": Money("35.00", "EUR")}


class _Busy(FailingStore):
    """A store in which something is recorded before each of the first calls."""

    def __init__(self, store: Store, crm: Crm, *, times: int) -> None:
        super().__init__(store, at=0)
        self._crm, self._times = crm, times

    def _count(self) -> None:
        self.calls += 1
        if self.calls <= self._times:
            self._crm.record(event(self.calls))


@pytest.mark.parametrize("times", [1, 2, 3, 4])
def test_facts_and_timeline_are_of_one_moment(crm: Crm, times: int) -> None:
    homes = [crm.resolve(ANN)]
    facts, timeline = happened(_Busy(crm.store, crm, times=times), homes, limit=None)
    assert facts == Facts.fold(timeline)
    assert len(timeline) >= 1


def test_a_timeline_that_never_rests_is_a_conflict(crm: Crm) -> None:
    with pytest.raises(ConflictError):
        happened(_Busy(crm.store, crm, times=99), [crm.resolve(ANN)], limit=None)
