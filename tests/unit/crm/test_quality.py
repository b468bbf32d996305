"""The verbs of quality: a report on what is stored, and a second try for what was refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core import check
from ecrm_core.crm import Crm, Replayed
from ecrm_core.customers import FieldMap, FieldValue
from ecrm_core.errors import DefinitionError, InputError, StorageError
from ecrm_core.kernel import ChangeSet, FixedClock, Put
from ecrm_core.ports import Toolbox
from ecrm_core.quality import ALL, CORE, RuleSet, TableReport
from ecrm_core.sources import QUARANTINE, Delivery, Quarantined, generic, shopify
from ecrm_core.sources.delivery import Entry
from ecrm_core.timeline import Interaction

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
THEN = NOW - timedelta(days=30)
GOOD = FieldMap({"no": "id", "mail": "email", "name": "full_name"})
# Read by this map, rows without a number have no key.
BAD = FieldMap({"number": "id", "mail": "email", "name": "full_name"})
ROWS: list[dict[str, Any]] = [
    {"no": 1, "number": "", "mail": "ann@example.com", "name": "Ann"},
    {"no": 2, "number": "", "mail": "bo@gmial.com", "name": "Bo"},
    {"no": "", "number": "", "mail": "cho@example.com", "name": "Cho"},
    {"no": 4, "number": "4", "mail": "dan@example.com", "name": "Dan"},
]


def rows(fields: FieldMap, at: datetime = THEN) -> Delivery:
    return generic.read_rows(ROWS, fields=fields, source="list", received_at=at)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, region="KR", tz="Asia/Seoul", clock=FixedClock(NOW)) as opened:
        yield opened


def exported(crm: Crm) -> list[object]:
    """All but the quarantine, which a replay empties."""
    told = [crm.export(f"list/{no}", audit=False) for no in (1, 2, 4)]
    return [{name: part for name, part in each.items() if name != "quarantine"} for each in told]


def test_what_can_be_read_now_goes_in_as_it_would_have_then(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    replayed = crm.replay("list", fields=GOOD)
    assert (replayed.rows, replayed.read, replayed.refused, replayed.skipped) == (3, 2, 1, 0)
    assert (replayed.receipt.rows, replayed.receipt.created) == (2, 2)
    with Crm.open(region="KR", tz="Asia/Seoul", clock=FixedClock(NOW)) as other:
        other.ingest(rows(GOOD))
        assert exported(crm)[:2] == exported(other)[:2]


def test_what_is_read_leaves_the_quarantine_and_the_rest_counts_its_attempts(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    assert [row.attempts for row in crm.quarantined()] == [0, 0, 0]
    crm.replay("list", fields=GOOD)
    (left,) = crm.quarantined()
    assert (left.attempts, left.problems) == (1, (("$.no", "found no key"),))
    assert (left.place, left.received_at) == ("row 3", THEN)
    again = crm.replay("list", fields=GOOD)
    assert (again.rows, again.refused) == (1, 1)
    assert [row.attempts for row in crm.quarantined()] == [2]


def test_a_second_replay_of_what_is_in_changes_nothing(crm: Crm) -> None:
    crm.ingest(rows(GOOD))
    crm.ingest(rows(BAD))
    before = exported(crm)
    replayed = crm.replay("list", fields=GOOD)
    assert (replayed.read, replayed.receipt.duplicate) == (2, 2)
    assert exported(crm) == before


def test_what_a_source_stated_later_is_not_overruled(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    newer = [{"no": 1, "mail": "new@example.com", "name": "Ann New"}]
    crm.ingest(generic.read_rows(newer, fields=GOOD, source="list", received_at=NOW))
    crm.replay("list", fields=GOOD)
    assert crm.view("list/1").profile.value("name.full") == "Ann New"


def test_without_a_reader_rows_are_skipped_untouched(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    replayed = crm.replay()
    assert (replayed.rows, replayed.skipped) == (3, 3)
    assert [row.attempts for row in crm.quarantined()] == [0, 0, 0]


def refused(*_: object) -> Entry:
    raise InputError("not today")


def test_a_source_of_a_name_of_its_own_is_read_again_by_the_reader_of_that_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read = partial(shopify.read, source="shop_kr", brand="kr")
    tools = Toolbox().add(readers={"shop_kr": read})
    crm = Crm.open(clock=FixedClock(THEN), tools=tools)
    with monkeypatch.context() as patch:
        patch.setitem(shopify._SORTS.read, "customer", refused)
        crm.ingest(read(json.dumps({"id": 7, "email": "a@example.com"}).encode(), received_at=THEN))
    replayed = crm.replay()
    assert (replayed.read, replayed.receipt.items) == (1, 1)
    assert replayed.receipt.outcomes.total == 1
    assert crm.view("shop_kr/7").profile.value("brand") == "kr"


def test_the_reader_of_a_source_is_asked_as_it_is_now(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [{"id": 7, "email": "ann@example.com"}, {"email": "bo@example.com"}]
    with monkeypatch.context() as patch:
        patch.setitem(shopify._SORTS.read, "customer", refused)
        crm.ingest(shopify.read(json.dumps({"customers": people}).encode(), received_at=THEN))
    assert len(crm.quarantined("shopify")) == 2
    replayed = crm.replay("shopify")
    assert (replayed.read, replayed.refused) == (1, 1)
    assert crm.view("shopify/7").profile.emails[0].raw == "ann@example.com"
    (left,) = crm.quarantined("shopify")
    assert left.attempts == 1


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        ({"orders": [{"id": 1}]}, None),
        ({"order": {"id": 1}}, None),
        ({"id": 1}, "orders/create"),
        ([{"id": 1}], "orders/create"),
    ],
)
def test_a_refused_order_does_not_come_back_as_a_customer(
    crm: Crm, monkeypatch: pytest.MonkeyPatch, body: object, topic: str | None
) -> None:
    seen: list[object] = []

    def order(data: object, _: object) -> Entry:
        seen.append(data)
        raise InputError("not today")

    monkeypatch.setitem(shopify._SORTS.read, "order", order)
    crm.ingest(shopify.read(json.dumps(body).encode(), received_at=THEN, topic=topic))
    replayed = crm.replay("shopify")
    assert (replayed.refused, seen) == (1, [{"id": 1}, {"id": 1}])
    assert crm.find("shopify/1") == ()


def test_a_payload_that_was_not_kept_stays(crm: Crm) -> None:
    lost = Quarantined(id="qua_1", source="list", place="row 1", problems=(("$", "too long"),),
                       payload=None, length=2**21, received_at=THEN)  # fmt: skip
    text = Quarantined(id="qua_2", source="list", place="row 2", problems=(("$", "ragged"),),
                       payload='"a,b,c"', length=7, received_at=THEN)  # fmt: skip
    torn = Quarantined(id="qua_3", source="list", place="row 3", problems=(("$", "bytes"),),
                       payload='"\\udcff"', length=8, received_at=THEN)  # fmt: skip
    listed = Quarantined(id="qua_4", source="list", place="row 4", problems=(("$", "list"),),
                         payload="[1]", length=3, received_at=THEN)  # fmt: skip
    crm.store.apply(ChangeSet(puts=tuple(Put(QUARANTINE, q) for q in (lost, text, torn, listed))))
    assert crm.replay("list", fields=GOOD).refused == 4
    left = {row.id: row for row in crm.quarantined()}
    assert [row.attempts for row in left.values()] == [1, 1, 1, 1]
    assert left["qua_2"].problems == text.problems  # what was said about the line still stands


def test_json_objects_of_a_generic_body_are_read_again(crm: Crm) -> None:
    body = b'[{"no": 1, "mail": "ann@example.com"}, {"no": 2, "mail": "bo@example.com"}]'
    crm.ingest(generic.read(body, fields=BAD, source="list", received_at=THEN))
    assert crm.replay("list", fields=GOOD).read == 2
    assert crm.view("list/1").profile.emails[0].raw == "ann@example.com"


def test_personal_keys_need_to_be_said_and_times_take_the_shops_zone() -> None:
    fields = FieldMap({"mail": "email", "when": "updated_at"})
    row = {"mail": "ann@example.com", "when": "2026-04-01 09:00"}
    with Crm.open(tz="Asia/Seoul", secret=b"0123456789abcdef", clock=FixedClock(NOW)) as crm:
        bad = FieldMap({"id": "id", "mail": "email"})
        crm.ingest(generic.read_rows([row], fields=bad, source="list", received_at=THEN))
        with pytest.raises(DefinitionError):
            crm.replay("list", fields=fields)
        assert crm.replay("list", fields=fields, key_is_personal=True).read == 1
        (hit,) = crm.find("ann@example.com")
        (record,) = crm.view(hit.customer).group.records.values()
        assert record.cells["emails"].observed_at == datetime(2026, 4, 1, tzinfo=UTC)


def test_fields_need_the_source_they_are_for(crm: Crm) -> None:
    with pytest.raises(DefinitionError) as caught:
        crm.replay(fields=GOOD)
    assert caught.value.code == "source_needed"


def test_a_row_goes_in_and_leaves_the_quarantine_in_one_transaction(
    crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    crm.ingest(rows(BAD))
    before = crm.quarantined()

    def fail(_: object) -> None:
        raise StorageError("no")

    with monkeypatch.context() as patch:
        patch.setattr(crm.store, "apply", fail)
        with pytest.raises(StorageError):
            crm.replay("list", fields=GOOD)
    assert crm.quarantined() == before
    assert crm.find("ann@example.com") == ()


def test_progress_is_told_after_each_row_and_may_stop(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    told: list[tuple[int, int, str]] = []

    def stop(*said: FieldValue) -> bool:
        told.append(said)
        return len(told) < 2

    replayed = crm.replay("list", fields=GOOD, progress=stop)
    assert told == [(1, 3, "quarantine"), (2, 3, "quarantine")]
    assert (replayed.rows, replayed.stopped) == (2, True)
    assert len(crm.quarantined()) == 3 - replayed.read


def test_of_two_replays_at_once_each_row_goes_in_once(crm: Crm) -> None:
    crm.ingest(rows(BAD))
    others: list[Replayed] = []

    def meanwhile(*_: object) -> None:
        if not others:
            others.append(crm.replay("list", fields=GOOD))

    mine = crm.replay("list", fields=GOOD, progress=meanwhile)
    assert mine.rows == mine.read + mine.refused + mine.skipped == 3
    assert mine.read + others[0].read == 2
    assert mine.skipped + others[0].skipped > 0


def test_a_replay_is_told_in_words() -> None:
    assert str(Replayed()).startswith("0 rows = 0 read + 0 refused + 0 skipped")
    assert str(Replayed(rows=1, refused=1)).startswith("1 row = ")


# ---------------------------------------------------------------- report


def test_a_report_counts_customers_and_their_fields(crm: Crm) -> None:
    crm.ingest(rows(GOOD))
    report = crm.report()
    assert report.rows == 3
    assert report.completeness == {"emails": 3, "name.full": 3}
    bo = crm.resolve("list/2")
    assert [(held.row, held.finding.rule) for held in report.findings] == [(bo, "email_typo")]


def test_a_merged_customer_is_one_row_and_its_records_are_two(crm: Crm) -> None:
    crm.ingest(rows(GOOD))
    crm.merge("list/1", "list/2", by="anna")
    assert crm.report().rows == 2
    report = crm.report("list")
    assert report.rows == 3
    assert [held.row for held in report.findings] == ["2"]
    assert crm.report("other").rows == 0


def test_a_report_is_the_same_page_by_page(crm: Crm) -> None:
    crm.ingest(rows(GOOD))
    assert crm.report(page=1) == crm.report()
    assert len(crm.report(rules=CORE, keep=0).findings) == 0
    with pytest.raises(DefinitionError):
        crm.report(page=0)


def test_a_report_counts_the_events_that_a_source_tells_in_two_ways(crm: Crm) -> None:
    """Until a later telling settles one; of one source those of that source."""
    told = partial(Interaction, kind="review", at=THEN, told_at=THEN)
    for source, event in (("shop", "1"), ("shop", "2"), ("till", "1")):
        crm.record([told(source=source, event_id=event, text=text) for text in ("a", "b")])
    crm.record(told(source="shop", event_id="3"))
    assert (crm.report().contradicted_events, crm.report("shop").contradicted_events) == (3, 2)
    crm.record(evolve(told(source="shop", event_id="1"), told_at=NOW))
    report = crm.report()
    assert "2 events told in two ways" in str(report)
    assert TableReport.from_json(report.to_json()).contradicted_events == 2


def test_a_report_tells_how_far_it_is_and_may_stop(crm: Crm) -> None:
    crm.ingest(rows(GOOD))
    told: list[tuple[int, int, str]] = []

    def note(*said: FieldValue) -> None:
        told.append(said)

    crm.report(page=2, progress=note)
    assert told == [(2, 3, "customers"), (3, 3, "customers")]
    assert crm.report("list", page=1, progress=lambda *_: False).rows == 1


def test_time_is_that_of_the_facade(crm: Crm) -> None:
    born = FieldMap({"no": "id", "born": "birth_date"})
    row = [{"no": 1, "born": "2026-06-01"}]
    crm.ingest(generic.read_rows(row, fields=born, source="list", received_at=NOW))
    assert "birth_on_possible" in {held.rule for held in crm.report().rules}
    later = crm.report(now=NOW + timedelta(days=60))
    assert "birth_on_possible" not in {held.rule for held in later.rules}


AT = datetime(2026, 5, 1, tzinfo=UTC)


def _bad(count: int) -> Crm:
    crm = Crm.open(clock=FixedClock(AT))
    rows = [{"no": str(number), "mail": f"p{number}@mailinator.com"} for number in range(count)]
    fields = FieldMap({"no": "id", "mail": "email"})
    crm.ingest(generic.read_rows(rows, fields=fields, source="list", received_at=AT))
    return crm


def test_a_report_that_keeps_some_of_its_findings_says_so() -> None:
    report = _bad(9).report(keep=4)
    assert (len(report.findings), report.found) == (4, 18)
    assert "4 of 18 findings kept" in str(report)
    with pytest.raises(DefinitionError, match="expected all"):
        report.flagged()
    whole = _bad(9).report()
    assert len(whole.flagged()) == 9
    assert "kept" not in str(whole)


def test_a_report_that_was_stopped_says_so() -> None:
    report = _bad(3).report(page=1, progress=lambda *_: False)
    assert (report.rows, report.stopped) == (1, True)
    assert "stopped before the end" in str(report)
    assert not _bad(3).report().stopped


def test_today_is_the_day_of_the_shop() -> None:
    early = datetime(2026, 1, 1, 23, tzinfo=UTC)  # eight in the morning of 2 January in Seoul
    crm = Crm.open(tz="Asia/Seoul", clock=FixedClock(early))
    rows = [{"no": "1", "born": "2026-01-02"}]
    fields = FieldMap({"no": "id", "born": "birth_date"})
    crm.ingest(generic.read_rows(rows, fields=fields, source="list", received_at=early))
    report = crm.report()
    assert report.as_of == date(2026, 1, 2)
    assert "birth_on_possible" not in {held.rule for held in report.rules}


@pytest.mark.parametrize("wrong", [Toolbox(), [], "all"])
def test_what_is_no_rule_set_is_refused(wrong: RuleSet) -> None:
    with pytest.raises(DefinitionError, match="expected a RuleSet"):
        check([{"mail": "x"}], fields={"mail": "email"}, rules=wrong)


@pytest.mark.parametrize("wrong", ["KOREA", "", "kr", 5])
def test_what_is_no_country_is_refused(wrong: str) -> None:
    with pytest.raises(DefinitionError, match="ISO 3166-1"):
        check([{"mail": "x"}], fields={"mail": "email"}, region=wrong)


def test_a_shop_says_once_what_its_data_is_asked() -> None:
    crm = Crm.open(clock=FixedClock(AT), rules=ALL)
    assert set(crm.report().asked) == {rule.id for rule in ALL.rules}
    assert set(crm.report(rules=CORE).asked) == {rule.id for rule in CORE.rules}


def test_a_long_table_tells_how_far_it_is_and_can_be_stopped() -> None:
    rows = [{"mail": f"p{number}@example.com"} for number in range(2_500)]
    told: list[tuple[int, int, str]] = []
    report = check(rows, fields={"mail": "email"}, progress=lambda *held: told.append(held))
    assert told == [(1_000, 2_500, "rows"), (2_000, 2_500, "rows"), (2_500, 2_500, "rows")]
    assert (report.rows, report.stopped) == (2_500, False)
    short = check(rows, fields={"mail": "email"}, progress=lambda *_: False)
    assert (short.rows, short.stopped) == (1_000, True)
