"""Renewals in a store: what is due is what is written, once, whoever the customer is by then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import (
    DefinitionError,
    IllegalTransition,
    InputError,
    KeyReused,
    MissingError,
    UnknownName,
)
from ecrm_core.kernel import OUTBOX, FixedClock, Money
from ecrm_core.ports import read_due, read_subscription_events
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    SUBSCRIPTIONS,
    Alignment,
    Cancel,
    Pause,
    Plan,
    Policies,
    Status,
    StubPolicy,
    TermRule,
    UndoCancel,
    fold,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(NOW)) as opened:
        cells = {"brand": Stated("x", NOW, NOW)}
        records = tuple(SourceRecord(SourceKey("shop", str(n)), cells) for n in range(3))
        opened.ingest(Delivery(source="shop", records=records))
        yield opened


def outbox(crm: Crm) -> list[str]:
    return [row.value.key for row in crm.store.scan(OUTBOX, limit=10_000).rows]


@pytest.mark.parametrize("days", [0, 1, 40, 280, 400])
def test_what_is_due_is_exactly_what_the_run_writes(crm: Crm, days: int) -> None:
    for number in range(3):
        crm.subscribe(f"shop/{number}", PLAN, preset="b2b", anchor_day=28 + number)
    at = later(days)
    due = crm.due(now=at)
    assert outbox(crm) == []
    report = crm.run_due(now=at)
    assert outbox(crm) == sorted(action.key for action in due)
    stored = {row.value.key: row.value for row in crm.store.scan(OUTBOX, limit=10_000).rows}
    assert stored == {action.key: action.emit for action in due}
    assert report.charges + report.notices + report.tasks == len(due)
    assert crm.due(now=at) == ()


def test_a_look_ahead_is_what_daily_runs_will_write(crm: Crm) -> None:
    for number in range(3):
        crm.subscribe(f"shop/{number}", PLAN, preset="b2b", anchor_day=28 + number)
    due = crm.due(days=365)
    for day in range(366):
        crm.run_due(now=later(day))
    assert sorted(outbox(crm)) == sorted(action.key for action in due)
    assert {a.kind.value for a in due} == {"charge", "task", "notice"}


def test_a_second_run_and_an_overlapping_one_do_nothing(crm: Crm) -> None:
    crm.subscribe("shop/1", PLAN)
    first = crm.dry_run.run_due(now=later(60))
    assert crm.run_due(now=later(60)).charges == 3
    assert crm.run_due(now=later(60)).subscriptions == 0
    assert crm.run_due(now=later(0)).subscriptions == 0  # a clock that went back
    assert len(first.emits) == len(outbox(crm)) == 3


def test_a_run_takes_up_as_many_as_it_is_allowed(crm: Crm) -> None:
    for _ in range(5):
        crm.subscribe("shop/1", PLAN)
    assert crm.run_due(limit=2).subscriptions == 2
    assert crm.run_due(limit=2).subscriptions == 2
    assert crm.run_due().subscriptions == 1
    assert len(outbox(crm)) == 5


def test_more_than_a_page_is_run(crm: Crm) -> None:
    for _ in range(120):
        crm.subscribe("shop/1", PLAN)
    assert crm.run_due().subscriptions == 120


def test_what_is_far_behind_is_run_to_the_end(crm: Crm) -> None:
    crm.subscribe("shop/1", evolve(PLAN, cadence="P1D", term=None))
    assert crm.run_due(now=later(1_500)).charges == 1_501


def test_the_stored_events_fold_to_the_stored_state(crm: Crm) -> None:
    id_ = crm.subscribe("shop/1", PLAN, preset="b2b", by="anna")
    crm.run_due(now=later(300))
    assert crm.command(id_, Cancel.at_term_end(), by="anna", now=later(300)) is Status.NON_RENEWING
    assert crm.command(id_, UndoCancel(), by="anna", now=later(301)) is Status.ACTIVE
    events = read_subscription_events(crm.store, [id_])
    assert fold(events) == crm.subscriptions("shop/1")[0]
    assert {row.by for row in events} == {None, "anna"}
    assert len(crm.export("shop/1")["subscription_events"]) == len(events)  # type: ignore[arg-type]
    assert crm.view("shop/1").subscriptions == crm.subscriptions("shop/1")


def test_a_merge_neither_loses_nor_doubles_a_renewal_and_its_undo_gives_it_back(crm: Crm) -> None:
    one, two = (crm.subscribe(f"shop/{n}", PLAN) for n in (1, 2))
    crm.run_due()
    undo = crm.merge("shop/1", "shop/2", by="anna")
    assert [s.id for s in crm.subscriptions("shop/2")] == sorted([one, two])
    assert crm.preview_merge("shop/0", "shop/1").linked["subscriptions"] == (0, 2)
    crm.run_due(now=later(28))
    written = crm.subscribe("shop/2", PLAN)  # under the id that was said, for ever
    crm.unmerge(undo, by="anna")
    assert [s.id for s in crm.subscriptions("shop/1")] == [one]
    assert {s.id for s in crm.subscriptions("shop/2")} == {two, written}
    crm.run_due(now=later(28))
    assert sorted(outbox(crm)) == sorted(
        [f"{id_}/charge/{cycle}/0" for id_ in (one, two) for cycle in (0, 1)]
        + [f"{written}/charge/{cycle}/0" for cycle in (0, 1)]
    )


def test_a_request_key_subscribes_and_commands_once(crm: Crm) -> None:
    id_ = crm.subscribe("shop/1", PLAN, key="s")
    assert crm.subscribe("shop/1", PLAN, key="s") == id_
    assert crm.subscribe("shop/1", PLAN) != id_
    with pytest.raises(KeyReused):
        crm.subscribe("shop/1", PLAN, key="s", anchor_day=5)
    assert crm.command(id_, Pause(), by="anna", key="p") is Status.PAUSED
    assert crm.command(id_, Pause(), by="anna", key="p") is Status.PAUSED
    with pytest.raises(KeyReused):
        crm.command(id_, UndoCancel(), by="anna", key="p")


def test_a_dry_run_is_what_is_written(crm: Crm) -> None:
    changes = crm.dry_run.subscribe("shop/1", PLAN, by="anna")
    assert crm.subscriptions("shop/1") == ()
    id_ = crm.subscribe("shop/1", PLAN, by="anna")
    assert changes.puts[0].value == crm.subscriptions("shop/1")[0]
    draft = crm.dry_run.command(id_, Pause(), by="anna")
    crm.command(id_, Pause(), by="anna")
    assert draft.puts[0].value == crm.subscriptions("shop/1")[0]


def test_what_is_not_there_or_cannot_be_is_said(crm: Crm) -> None:
    with pytest.raises(MissingError):
        crm.subscribe("shop/9", PLAN)
    with pytest.raises(MissingError):
        crm.command("sub_9", Pause(), by="anna")
    with pytest.raises(UnknownName) as caught:
        crm.subscribe("shop/1", PLAN, preset="b2")
    assert "b2b" in caught.value.near
    with pytest.raises(InputError):
        crm.command(crm.subscribe("shop/1", PLAN), Pause(), by=" ")
    with pytest.raises(IllegalTransition):
        crm.command(crm.subscribe("shop/1", PLAN), UndoCancel(), by="anna")
    for days in (-1, 10**9):
        with pytest.raises(DefinitionError):
            crm.due(days=days)
    for limit in (0, -1):
        with pytest.raises(DefinitionError):
            crm.run_due(limit=limit)


def test_a_shop_may_have_policies_of_its_own(crm: Crm) -> None:
    own = {"quiet": Policies(name="quiet")}
    settings = Settings(clock=FixedClock(NOW), presets=own, tz="Asia/Seoul")
    other = Crm(crm._owner, tenant="other", settings=settings)
    cells = {"brand": Stated("x", NOW, NOW)}
    other.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    other.subscribe("shop/1", PLAN, preset="quiet")
    assert {a.kind.value for a in other.due(days=400)} == {"charge"}
    assert other.due()[0].on == date(2026, 1, 31)
    assert other.due()[0].tz == "Asia/Seoul"
    assert outbox(crm) == []


def test_due_rows_come_by_time_and_no_further_than_asked(crm: Crm) -> None:
    ids = [crm.subscribe("shop/1", PLAN, starts_on=date(2026, 3, n)) for n in (3, 1, 2)]
    assert list(read_due(crm.store, later(0))) == []
    found = [row.value.id for row in read_due(crm.store, later(90))]
    assert found == [ids[1], ids[2], ids[0]]
    assert [row.value.id for row in read_due(crm.store, later(90), limit=2)] == found[:2]
    crm.command(ids[0], Cancel.now(), by="anna")
    assert crm.store.scan(SUBSCRIPTIONS, index="by_next").rows[-1].value.id != ids[0]


def test_effects_reach_the_host_by_their_topic(crm: Crm) -> None:
    id_ = crm.subscribe("shop/1", PLAN, preset="b2b")
    for day in (262, 273):  # 20 and 31 October
        crm.run_due(now=later(day))
    told: dict[str, list[str]] = {"charge": [], "notice": [], "task": []}
    crm.deliver(
        charge=lambda emit: told["charge"].append(str(emit.payload["amount"])),
        notice=lambda emit: told["notice"].append(emit.key),
        task=lambda emit: told["task"].append(emit.key),
        now=later(273),
    )
    assert told["charge"] == ["30.00"] * 10
    assert told["notice"] == [f"{id_}/notice/t0/term_ending"]
    assert sorted(told["task"]) == [f"{id_}/task/t0/{name}" for name in ("call", "review")]


def test_what_is_due_and_what_a_run_did_print_as_tables(crm: Crm) -> None:
    crm.subscribe("shop/1", PLAN)
    due = crm.due(days=60)
    shown = str(due)
    assert shown.splitlines()[0].split()[:2] == ["day", "what"]
    assert len(shown.splitlines()) == len(due) + 2
    assert due._repr_html_().count("<tr>") == len(due) + 1
    assert str(type(due)()) == "nothing"
    report = crm.run_due()
    assert str(report).splitlines()[-1].split()[0] == str(report.subscriptions)


def test_a_subscription_begins_with_seats_and_on_the_day_of_the_calendar(crm: Crm) -> None:
    def begin(**parts: Any) -> str:  # noqa: ANN401
        return crm.subscribe("shop/1", PLAN, key="k", **parts)

    begun = begin(quantity=3, align=Alignment.CALENDAR, stub=StubPolicy.FREE)
    assert begin(quantity=3, align=Alignment.CALENDAR, stub=StubPolicy.FREE) == begun
    (held,) = crm.subscriptions("shop/1")
    assert (held.quantity, held.billed_through) == (3, date(2026, 2, 1))
    with pytest.raises(KeyReused):
        begin()


ASKED: list[Any] = [
    lambda crm: crm.subscribe("shop/1", "pro"),
    lambda crm: crm.subscribe("shop/1", None),
    *(lambda crm, days=days: crm.due(days=days)
      for days in ("3", None, 1.5, True, float("nan"), -1)),
    lambda crm: crm.forecast(days="3"),
    *(lambda crm, limit=limit: crm.run_due(limit=limit) for limit in ("3", 0, 1.5, True)),
    *(lambda crm, shard=shard: crm.run_due(shard=shard)
      for shard in ("ab", 3, (0, "a"), (2, 2), (-1, 2), (0,), (0, 0), [0, 1])),
    lambda crm: crm.doctor(overdue="day"),
    lambda crm: crm.doctor(lately=30),
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_arguments_that_are_none_are_told_as_that(asked: Any) -> None:  # noqa: ANN401
    with Crm.open(clock=FixedClock(NOW)) as crm, pytest.raises(DefinitionError):
        asked(crm)
