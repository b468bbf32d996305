"""Saved segments: who enters and leaves, when and why, and that nobody is asked for nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.errors import (
    DefinitionError,
    InputError,
    MissingError,
    PluginError,
    RefusedError,
    SegmentSyntaxError,
    UnknownName,
)
from ecrm_core.kernel import AUDIT, DELIVERED, OUTBOX, Emit, FixedClock, Money
from ecrm_core.ports import Toolbox
from ecrm_core.segmentation import (
    MEMBERSHIPS,
    SEGMENT_MARKS,
    SEGMENT_RECHECKS,
    SEGMENT_REFRESH,
    CustomerField,
    FieldType,
    Loaded,
    SchemaField,
    Segment,
    compile_record,
)
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import Cancel, Plan, TermRule
from ecrm_core.timeline import Interaction
from tests.derived import rows
from tests.faulty.shop import Late
from tests.histories.ledger import Around

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECRET = b"kept for ever by the shop"
ANN, BOB, EVE = (SourceKey("shop", name) for name in ("ann", "bob", "eve"))
VIP = "customer_tags CONTAINS 'vip'"


def arrive(crm: Crm, key: SourceKey, *, now: datetime = NOON, **fields: object) -> None:
    stated = {"emails": (parse_email(f"{key.external_id}@example.com"),), **fields}
    cells = {name: Stated(value, now, now) for name, value in stated.items()}
    crm.ingest(Delivery(source="shop", records=(SourceRecord(key, cells),)), now=now)


def order(key: SourceKey, name: str, *, days: int, kind: str = "order_placed") -> Interaction:
    return Interaction(
        source="shop", event_id=name, kind=kind, at=NOON - timedelta(days=days),
        subject=key, amount=Money(Decimal(60), "EUR"),
    )  # fmt: skip


def opened(target: Path | None = None, tools: Toolbox | None = None) -> Crm:
    clock = FixedClock(NOON)
    return Crm.open(
        target, currency="EUR", tz="Asia/Seoul", clock=clock, secret=SECRET, tools=tools
    )


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    with opened(None if request.param == "memory" else tmp_path / "shop.db") as crm:
        arrive(crm, ANN, tags=("vip",))
        arrive(crm, BOB)
        arrive(crm, EVE)
        crm.record([order(ANN, "1", days=2), order(BOB, "2", days=29)])
        yield crm


def who(crm: Crm, name: str) -> set[str]:
    names = {crm.resolve(key): key.external_id for key in (EVE, BOB, ANN)}
    return {names[member] for member in crm.segment_members(name).members}


def told(crm: Crm, now: datetime = NOON) -> list[tuple[str, object, object]]:
    """What the outbox hands over of moves: topic, name, cause."""
    found: list[Emit] = []
    topics = ("segment_entered", "segment_left", "segment_moved")
    crm.deliver(others=dict.fromkeys(topics, found.append), now=now)
    return sorted((emit.topic, emit.payload["name"], emit.payload["cause"]) for emit in found)


# ---------------------------------------------------------------- rules


def test_a_saved_rule_is_listed_and_may_be_named_by_queries(crm: Crm) -> None:
    id_ = crm.save_segment("vip", VIP, by="ann", key="k")
    assert crm.save_segment("vip", VIP, by="ann", key="k") == id_
    (saved,) = crm.saved_segments()
    assert (saved.name, saved.id, saved.by, saved.at) == ("vip", id_, "ann", NOON)
    assert str(saved) == f"vip: {VIP}"
    assert "CONTAINS" not in repr(saved)
    assert crm.segment("IN SEGMENT 'vip' AND number_of_orders = 1").members == (crm.resolve(ANN),)
    assert list(crm.segment_schema().segments) == ["vip"]


def test_before_the_first_refresh_nobody_is_in_it_and_it_says_so(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    found = crm.segment_members("vip")
    assert (found.count, found.as_of, found.complete) == (0, None, False)
    assert str(found) == "vip: not asked yet"
    crm.refresh_segments()
    found = crm.segment_members("vip")
    assert str(found) == "vip: 1 customer as of 2026-11-23T12:00+00:00"
    assert crm.resolve(ANN) in found
    assert len(found) == 1
    crm.save_segment("vip", "number_of_orders = 0", by="ann")
    changed = crm.segment_members("vip")
    assert not changed.complete
    assert str(changed).endswith("+00:00; not everybody was asked the rule as it is now")


def test_a_rule_that_does_not_fit_is_refused(crm: Crm) -> None:
    with pytest.raises(SegmentSyntaxError):
        crm.save_segment("vip", "custmer_tags CONTAINS 'vip'", by="ann")
    with pytest.raises(SegmentSyntaxError) as caught:
        crm.save_segment("vip", "last_order_date < :day", by="ann")
    assert caught.value.code == "unbound"
    with pytest.raises(DefinitionError):
        crm.save_segment("  ", VIP, by="ann")
    assert crm.saved_segments() == ()


def test_segments_in_a_circle_are_named_and_refused(crm: Crm) -> None:
    crm.save_segment("a", VIP, by="ann")
    crm.save_segment("b", "NOT IN SEGMENT 'a'", by="ann")
    crm.save_segment("c", "IN SEGMENT 'b'", by="ann")
    with pytest.raises(SegmentSyntaxError, match="c -> b -> a -> c") as caught:
        crm.save_segment("a", "IN SEGMENT 'c'", by="ann")
    assert caught.value.code == "segment_cycle"
    with pytest.raises(SegmentSyntaxError, match="d -> d"):
        crm.save_segment("d", "IN SEGMENT 'd'", by="ann")


WRONG: dict[str, Callable[[Crm], object]] = {
    "a query": lambda crm: crm.save_segment("vip", 3, by="ada"),  # type: ignore[arg-type]
    "a name": lambda crm: crm.save_segment(None, VIP, by="ada"),  # type: ignore[arg-type]
    "a name to drop": lambda crm: crm.drop_segment(None, by="ada"),  # type: ignore[arg-type]
    "a name to change": lambda crm: crm.rename_segment(3, "b", by="ada"),  # type: ignore[arg-type]
    "a name to look up": lambda crm: crm.segment_members(None),  # type: ignore[arg-type]
    "a scoring": lambda crm: crm.rfm(scoring=3),  # type: ignore[arg-type]
    "a rule": lambda crm: crm.segment_schema().with_segments(
        {"a": Segment.parse(VIP)},  # type: ignore[dict-item]
    ),
    "a rule to compile": lambda crm: compile_record(
        Segment.parse(VIP), crm.segment_schema(), as_of=NOON,  # type: ignore[arg-type]
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_is_no_query_name_or_rule_is_told_as_that(crm: Crm, what: str) -> None:
    with pytest.raises((DefinitionError, InputError), match=r"found \w+.*, expected"):
        WRONG[what](crm)


def test_a_name_is_one_in_either_spelling_of_its_accents(crm: Crm) -> None:
    crm.save_segment("é", VIP, by="ann")
    crm.save_segment("over", "IN SEGMENT 'é'", by="ann")
    crm.refresh_segments()
    assert who(crm, "e\u0301") == {"ann"}
    (own, over) = crm.diff_segment("e\u0301", VIP)
    assert (own.name, own.staying, over.staying) == ("é", 1, 1)
    with pytest.raises(RefusedError, match="1 saved segments name this one"):
        crm.drop_segment("e\u0301", by="ann")
    crm.rename_segment("e\u0301", "e", by="ann")
    assert str(crm.saved_segments()[1]) == "over: IN SEGMENT 'e'"


def test_renaming_moves_nobody_and_rules_that_name_it_follow(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT (IN SEGMENT 'vip' OR number_of_orders = 9)", by="ann")
    crm.refresh_segments()
    id_ = crm.rename_segment("vip", "best", by="bo")
    assert {held.name: held.id for held in crm.saved_segments()}["best"] == id_
    assert crm.refresh_segments().evaluated == 0
    assert (who(crm, "best"), who(crm, "rest")) == ({"ann"}, {"bob", "eve"})
    with pytest.raises(RefusedError) as caught:
        crm.rename_segment("best", "rest", by="bo")
    assert caught.value.code == "segment_name"
    with pytest.raises(UnknownName, match="did you mean 'best'"):
        crm.rename_segment("bets", "x", by="bo")


def test_a_segment_that_others_name_is_not_dropped(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT IN SEGMENT 'vip'", by="ann")
    with pytest.raises(RefusedError) as caught:
        crm.drop_segment("vip", by="ann")
    assert (caught.value.code, caught.value.facts["segments"]) == ("segment_in_use", ["rest"])


def test_members_of_a_dropped_segment_leave_and_a_new_one_of_the_name_begins_anew(
    crm: Crm,
) -> None:
    before = crm.save_segment("vip", VIP, by="ann")
    crm.refresh_segments()
    crm.drop_segment("vip", by="ann")
    assert crm.save_segment("vip", VIP, by="ann") != before
    crm.refresh_segments(page=1)
    assert told(crm) == [
        ("segment_entered", "vip", "definition"), ("segment_entered", "vip", "definition"),
        ("segment_left", "vip", "dropped"),
    ]  # fmt: skip
    assert {held.segment for held in rows(crm.store, MEMBERSHIPS).values()} != {before}


def test_an_emptied_rule_empties_the_segment_and_those_that_name_it_follow(crm: Crm) -> None:
    """Segments 8.4."""
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT IN SEGMENT 'vip'", by="ann")
    crm.refresh_segments()
    crm.save_segment("vip", " ", by="ann")
    crm.refresh_segments()
    assert (who(crm, "vip"), who(crm, "rest")) == (set(), {"ann", "bob", "eve"})


def test_a_difference_is_seen_before_it_is_saved(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT IN SEGMENT 'vip'", by="ann")
    pages: list[int] = []
    own, other = crm.diff_segment(
        "vip", "number_of_orders = 1 AND last_order_date < -7d",
        progress=lambda done, *_: pages.append(done),
    )  # fmt: skip
    assert (own.entering, own.leaving, own.staying) == (
        (crm.resolve(BOB),), (crm.resolve(ANN),), 0,
    )  # fmt: skip
    assert str(other) == "rest: 1 would enter, 1 leave, 1 stay"
    assert pages == [3]
    assert [str(d) for d in crm.diff_segment("new", "number_of_orders = 0")] == [
        "new: 1 would enter, 0 leave, 0 stay"
    ]
    assert who(crm, "vip") == set()
    with pytest.raises(SegmentSyntaxError, match="rest -> vip -> rest"):
        crm.diff_segment("vip", "IN SEGMENT 'rest'")


# ---------------------------------------------------------------- who moves, and why


def test_who_changes_is_asked_and_nobody_else(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.refresh_segments()
    assert told(crm) == [("segment_entered", "vip", "definition")]
    crm.correct(BOB, "tags", "vip", by="ann")
    done = crm.refresh_segments()
    assert (done.customers, done.evaluated, done.entered, done.left) == (1, 1, 1, 0)
    assert told(crm) == [("segment_entered", "vip", "data")]
    assert crm.refresh_segments().customers == 0


def test_time_alone_moves_who_is_due_and_asks_nobody_before(crm: Crm) -> None:
    crm.save_segment("quiet", "last_order_date < -30d", by="ann")
    crm.refresh_segments()
    assert who(crm, "quiet") == set()
    assert crm.refresh_segments(now=NOON + timedelta(hours=26)).evaluated == 0
    done = crm.refresh_segments(now=NOON + timedelta(hours=28))  # the 25th has begun in Seoul
    assert (done.evaluated, done.entered) == (1, 1)
    assert who(crm, "quiet") == {"bob"}
    assert told(crm, NOON + timedelta(days=3)) == [("segment_entered", "quiet", "time")]
    crm.refresh_segments(now=NOON + timedelta(days=30))
    assert who(crm, "quiet") == {"ann", "bob"}


def test_what_is_dated_later_moves_her_when_its_time_comes(crm: Crm) -> None:
    crm.save_segment("buyers", "number_of_orders > 0", by="ann")
    crm.save_segment("granted", "email_consent = 'granted'", by="ann")
    crm.record([order(EVE, "9", days=-3)])
    crm.consent("eve@example.com", "granted", channel="email", purpose="marketing",
                now=NOON + timedelta(days=1), expires_at=NOON + timedelta(days=2))  # fmt: skip
    seen = []
    for days in range(5):
        crm.refresh_segments(now=NOON + timedelta(days=days))
        seen.append(("eve" in who(crm, "buyers"), who(crm, "granted")))
    assert seen == [
        (False, set()), (False, {"eve"}), (False, set()), (True, set()), (True, set()),
    ]  # fmt: skip


def test_an_earlier_instant_than_the_last_is_taken_for_that_one(crm: Crm) -> None:
    crm.save_segment("quiet", "last_order_date < -30d", by="ann")
    later = NOON + timedelta(days=3)
    crm.refresh_segments(now=later)
    assert crm.refresh_segments(now=NOON).as_of == later
    assert who(crm, "quiet") == {"bob"}


def test_a_refresh_goes_on_from_the_instant_of_one_that_was_stopped(crm: Crm) -> None:
    """Segments 8.1."""
    crm.save_segment("lately", "last_order_date >= -7d", by="ann")
    crm.refresh_segments()
    crm.save_segment("lately", "last_order_date > -8d", by="ann")
    later = NOON + timedelta(days=30)
    crm.refresh_segments(page=1, progress=lambda *_: False, now=later)  # perhaps ANN has left
    found = crm.refresh_segments()
    assert found.as_of == crm.segment_members("lately").as_of == later
    assert who(crm, "lately") == set()


def test_a_changed_rule_asks_everybody_that_rule_and_those_that_name_it(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT IN SEGMENT 'vip'", by="ann")
    crm.save_segment("other", "number_of_orders = 0", by="ann")
    crm.refresh_segments()
    crm.save_segment("vip", "number_of_orders > 0", by="ann")
    done = crm.refresh_segments()
    assert (done.evaluated, done.entered, done.left) == (6, 1, 1)
    assert (who(crm, "vip"), who(crm, "rest")) == ({"ann", "bob"}, {"eve"})


def test_another_zone_asks_everybody_anew(tmp_path: Path) -> None:
    for zone, expected in (("Asia/Seoul", 1), ("UTC", 1), ("UTC", 0)):
        with Crm.open(tmp_path / "shop.db", tz=zone, clock=FixedClock(NOON)) as crm:
            if not crm.saved_segments():
                arrive(crm, ANN)
                crm.save_segment("new", "last_order_date >= today", by="ann")
            assert crm.refresh_segments().evaluated == expected


def test_a_merge_moves_without_setting_anything_off(crm: Crm) -> None:
    """Segments 8.2."""
    crm.save_segment("both", f"{VIP} AND number_of_orders > 1", by="ann")
    crm.save_segment("one", "number_of_orders = 1", by="ann")
    crm.refresh_segments()
    told(crm)
    undo = crm.merge(ANN, BOB, by="ann")
    assert crm.preview_merge(ANN, EVE).linked["memberships"] == (2, 0)
    crm.refresh_segments()
    assert crm.segment_members("both").members == (crm.resolve(ANN),)
    assert told(crm) == [
        ("segment_moved", "both", "merged"), ("segment_moved", "one", "merged"),
        ("segment_moved", "one", "merged"),
    ]  # fmt: skip
    crm.unmerge(undo, by="ann")
    crm.refresh_segments()
    assert told(crm) == [
        ("segment_moved", "both", "unmerged"), ("segment_moved", "one", "unmerged"),
        ("segment_moved", "one", "unmerged"),
    ]  # fmt: skip
    assert who(crm, "one") == {"ann", "bob"}


@pytest.mark.parametrize("full", [True, False])
def test_a_merge_sets_nothing_off_where_everybody_is_asked_anew(crm: Crm, *, full: bool) -> None:
    """Segments 8.2."""
    crm.save_segment("many", "number_of_orders >= 2", by="ann")
    crm.refresh_segments()
    crm.merge(ANN, BOB, by="ann")
    if not full:
        crm.save_segment("many", "number_of_orders > 1", by="ann")
    crm.refresh_segments(full=full)
    assert who(crm, "many") == {"ann"}
    assert told(crm) == [("segment_moved", "many", "merged")]


@pytest.mark.parametrize("page", [1, 500])
@pytest.mark.parametrize("late", [ANN, BOB, EVE])
def test_a_merge_is_told_as_one_wherever_its_marks_stand(
    crm: Crm, late: SourceKey, page: int
) -> None:
    """Segments 8.2."""
    root, *others = {ANN: (BOB, EVE), BOB: (EVE, ANN), EVE: (ANN, BOB)}[late]
    crm.record([order(root, "3", days=1), order(others[0], "4", days=1)])
    crm.record([order(others[0], "5", days=1), order(root, "6", days=1)])
    crm.save_segment("many", "number_of_orders >= 5", by="ann")
    crm.merge(root, late, by="ann")
    crm.refresh_segments()
    told(crm)
    crm.record(order(late, "7", days=1, kind="email_opened"))
    crm.merge(root, others[0], by="ann")
    crm.refresh_segments(page=page)
    assert told(crm) == [("segment_moved", "many", "merged")]


def test_a_refusal_is_heard_at_the_others_who_hold_the_address(crm: Crm) -> None:
    shared = (parse_email("both@example.com"),)
    arrive(crm, ANN, emails=shared, now=NOON + timedelta(minutes=1))
    arrive(crm, BOB, emails=shared, now=NOON + timedelta(minutes=1))
    crm.consent("both@example.com", "granted", channel="email", purpose="marketing")
    crm.save_segment("granted", "email_consent = 'granted'", by="ann")
    crm.refresh_segments()
    assert who(crm, "granted") == {"ann", "bob"}
    crm.refuse_contact(BOB, purpose="marketing", by="her")
    crm.refresh_segments()
    assert who(crm, "granted") == set()
    arrive(crm, BOB, now=NOON + timedelta(minutes=2))  # she holds another address now
    crm.refresh_segments()
    assert who(crm, "granted") == {"ann"}


def test_subscriptions_are_asked_as_they_stand(crm: Crm) -> None:
    plan = Plan(id="gold", price=Money("9.90", "EUR"), cadence="P1M", term=TermRule(initial="P3M"))
    crm.save_segment("gold", "subscriptions MATCHES (plan = 'gold', status = 'active')", by="ann")
    crm.save_segment("soon", "subscriptions MATCHES (next_renewal <= +100d)", by="ann")
    crm.refresh_segments()
    held = crm.subscribe(BOB, plan)
    crm.refresh_segments()
    assert (who(crm, "gold"), who(crm, "soon")) == ({"bob"}, {"bob"})
    crm.command(held, Cancel.at_term_end(), by="bob")
    crm.refresh_segments()
    assert (who(crm, "gold"), who(crm, "soon")) == (set(), set())
    found = crm.segment("subscriptions MATCHES (ends IS NOT NULL)", as_of=NOON - timedelta(1))
    assert [remark.code for remark in found.diagnostics] == ["current_value"]


def test_kinds_of_interactions_and_what_they_belong_to_are_asked(crm: Crm) -> None:
    ticket = Interaction(source="desk", event_id="t", kind="ticket_opened", at=NOON,
                         subject=EVE, correlation="T-1")  # fmt: skip
    crm.record([ticket])
    assert crm.segment("interactions MATCHES (kind = 'ticket_opened', id = 'T-1')").count == 1


def test_an_event_told_anew_moves_her_though_her_facts_stay(crm: Crm) -> None:
    def ticket(number: str, told_at: datetime) -> Interaction:
        return Interaction(source="desk", event_id="t", kind="ticket_opened", at=NOON,
                           subject=EVE, correlation=number, told_at=told_at)  # fmt: skip

    crm.record([ticket("T-1", NOON)])
    crm.save_segment("open", "interactions MATCHES (id = 'T-1')", by="ann")
    crm.refresh_segments()
    assert who(crm, "open") == {"eve"}
    crm.record([ticket("T-2", NOON + timedelta(minutes=1))])
    crm.refresh_segments()
    assert who(crm, "open") == set()


def test_what_happens_under_an_id_she_went_by_moves_her(crm: Crm) -> None:
    crm.merge(ANN, EVE, by="ann")
    crm.save_segment("two", "number_of_orders = 2", by="ann")
    crm.refresh_segments()
    crm.record([order(EVE, "9", days=1)])
    crm.refresh_segments()
    assert crm.segment_members("two").members == (crm.resolve(ANN),)


def test_a_change_while_a_refresh_is_at_work_is_not_lost() -> None:
    crm, told = opened(), list[str]()
    arrive(crm, ANN)
    crm.save_segment("vip", VIP, by="ann")
    crm.refresh_segments()
    crm.correct(ANN, "brand", "a", by="ann")
    late = Late(crm.store, lambda: crm.correct(ANN, "tags", "vip", by="ann"), told)
    done = Crm(Around(late), settings=opened()._settings).refresh_segments()
    assert (told, done.entered) == (["operation"], 1)
    assert crm.segment_members("vip").count == 1


def test_a_rule_saved_while_a_refresh_is_at_work_is_asked_by_it() -> None:
    crm, told = opened(), list[str]()
    arrive(crm, ANN, tags=("vip",))
    crm.save_segment("vip", "number_of_orders > 0", by="ann")
    late = Late(crm.store, lambda: crm.save_segment("vip", VIP, by="ann"), told)
    Crm(Around(late), settings=opened()._settings).refresh_segments()
    assert told == ["operation"]
    assert crm.segment_members("vip").count == 1


def test_the_first_segment_saved_while_a_customer_comes_in_misses_nobody() -> None:
    crm, told = opened(), list[str]()
    arrive(crm, ANN)

    def meanwhile() -> None:
        crm.save_segment("vip", VIP, by="ann")
        crm.refresh_segments()

    late = Crm(Around(Late(crm.store, meanwhile, told)), settings=opened()._settings)
    late.correct(ANN, "tags", "vip", by="ann")
    assert told == ["operation"]
    assert crm.refresh_segments().entered == 1


# ---------------------------------------------------------------- work


def test_a_refresh_that_was_stopped_goes_on(crm: Crm) -> None:
    crm.save_segment("all", "number_of_orders >= 0", by="ann")
    seen: list[tuple[int, int, str]] = []

    def stop(done: int, total: int, stage: str) -> bool:
        seen.append((done, total, stage))
        return False

    assert crm.refresh_segments(page=1, progress=stop).stopped
    assert seen == [(1, 3, "segments")]
    assert len(rows(crm.store, MEMBERSHIPS)) == 1
    assert crm.segment_members("all").as_of is None
    done = crm.refresh_segments(page=1)
    assert (done.stopped, done.evaluated, done.entered) == (False, 2, 2)


def test_a_rule_that_changes_while_a_sweep_is_stopped_is_asked_of_everybody(crm: Crm) -> None:
    crm.save_segment("all", "number_of_orders >= 0", by="ann")
    crm.refresh_segments(page=1, progress=lambda *_: False)
    crm.save_segment("some", "number_of_orders <= 1", by="ann")
    crm.refresh_segments(page=1)
    assert who(crm, "all") == who(crm, "some") == {"ann", "bob", "eve"}


def test_without_effects_nothing_is_told(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann", effects=False)
    crm.refresh_segments()
    crm.drop_segment("vip", by="ann")
    crm.refresh_segments()
    assert rows(crm.store, OUTBOX) == {}


def test_while_no_segment_is_saved_nothing_is_marked(crm: Crm) -> None:
    assert rows(crm.store, SEGMENT_MARKS) == {}
    crm.save_segment("vip", VIP, by="ann")
    crm.correct(BOB, "tags", "x", by="ann")
    assert [key for key, _ in rows(crm.store, SEGMENT_MARKS)] == [crm.resolve(BOB)]
    crm.drop_segment("vip", by="ann")
    crm.correct(EVE, "tags", "x", by="ann")
    crm.refresh_segments()
    assert rows(crm.store, SEGMENT_MARKS) == {}


def test_a_full_refresh_asks_everybody_and_comes_to_the_same(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.refresh_segments()
    done = crm.refresh_segments(full=True, by="night")
    assert (done.evaluated, done.entered, done.left) == (3, 0, 0)
    assert {"night"} <= {entry.by for entry in rows(crm.store, AUDIT).values()}


def test_a_dry_run_shows_the_first_page(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.refresh_segments()
    crm.correct(BOB, "tags", "vip", by="ann")
    assert crm.dry_run.refresh_segments().result["entered"] == 1
    assert crm.dry_run.drop_segment("vip", by="ann").drops
    assert crm.dry_run.rename_segment("vip", "x", by="ann").puts
    assert who(crm, "vip") == {"ann"}


def test_why_and_memberships_are_told_of_one_customer(crm: Crm) -> None:
    crm.save_segment("vip", VIP, by="ann")
    crm.save_segment("rest", "NOT IN SEGMENT 'vip'", by="ann")
    crm.refresh_segments()
    assert list(crm.memberships(BOB)) == ["rest"]
    held = crm.memberships(ANN)["vip"]
    assert (held.number, held.since, held.cause.value) == (1, NOON, "definition")
    assert str(crm.why_member("rest", ANN)).startswith("not in: customer_tags is vip")
    assert crm.why_member("vip", ANN).member
    with pytest.raises(UnknownName):
        crm.why_member("vap", ANN)
    with pytest.raises(MissingError):
        crm.memberships("shop/nobody")


def test_when_she_is_asked_again_may_tell_her_birthday_and_no_repr_shows_it(crm: Crm) -> None:
    arrive(crm, ANN, birth_on=date(1987, 12, 9))
    crm.save_segment("birthday", "anniversary(birth_date) = today", by="ann")
    crm.refresh_segments()
    (again,) = rows(crm.store, SEGMENT_RECHECKS).values()
    assert again.first == datetime(2026, 12, 8, 15, tzinfo=UTC)
    assert "2026" not in repr(again)


def test_fields_of_the_shop_are_asked_by_every_refresh_and_one_that_is_gone_is_named() -> None:
    def hour(_: Loaded, as_of: datetime) -> int:
        return as_of.hour

    field = CustomerField(field=SchemaField(name="hour", type=FieldType.INTEGER), read=hour)
    crm = opened(tools=Toolbox().add(field))
    arrive(crm, ANN)
    crm.save_segment("noon", "hour = 12", by="ann")
    crm.save_segment("named", "IN SEGMENT 'noon'", by="ann")
    assert crm.refresh_segments().entered == 2
    assert crm.refresh_segments(now=NOON + timedelta(hours=1)).left == 2
    crm.refresh_segments(now=NOON + timedelta(hours=24))
    gone = Crm(crm._owner, settings=opened()._settings)
    done = gone.refresh_segments(now=NOON + timedelta(hours=25))
    assert (done.misfits, done.left) == (("named", "noon"), 0)
    assert "misfits" in str(done)
    assert "named, noon" in str(done)
    assert crm.refresh_segments(now=NOON + timedelta(hours=26)).left == 2


def test_a_field_that_fails_is_told_by_its_name() -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    field = CustomerField(field=SchemaField(name="odd", type=FieldType.INTEGER), read=fail)
    crm = opened(tools=Toolbox().add(field))
    arrive(crm, ANN)
    crm.save_segment("odd", Segment.parse("odd = 1"), by="ann")
    with pytest.raises(PluginError, match="'odd'"):
        crm.refresh_segments()


def test_an_erased_customer_leaves_nothing_behind(crm: Crm) -> None:
    crm.save_segment("ann", "last_order_date >= -9d AND email_consent != 'denied'", by="a")
    crm.refresh_segments()
    told(crm)
    crm.correct(ANN, "tags", "x", by="ann")
    id_ = crm.resolve(ANN)
    taken = crm.erase(ANN, by="ann", reason="asked").rows
    assert taken["membership"] == taken["segment_mark"] == taken["segment_recheck"] == 1
    for kind in (MEMBERSHIPS, SEGMENT_MARKS, SEGMENT_RECHECKS, OUTBOX, DELIVERED, SEGMENT_REFRESH):
        assert id_ not in str(rows(crm.store, kind))
    crm.refresh_segments()
    assert told(crm) == []


def test_when_the_shop_made_the_account_is_asked_of_what_it_stated(crm: Crm) -> None:
    old: dict[str, Any] = {"unmapped.$.created_at": "2020-01-01T00:00:00Z"}
    new: dict[str, Any] = {"unmapped.$.created_at": "2025-05-01T00:30:00+09:00"}
    arrive(crm, ANN, **new)
    crm.save_segment("old", "customer_added_date < -1y", by="ann")
    crm.refresh_segments()
    assert crm.segment("customer_added_date = 2025-05-01").members == (crm.resolve(ANN),)
    later = NOON + timedelta(days=1)
    arrive(crm, BOB, now=later, **old)
    crm.refresh_segments(now=later)
    assert set(crm.segment_members("old").members) == {crm.resolve(ANN), crm.resolve(BOB)}
