"""Runs over many subscriptions: what is set aside, shared out, late and missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve, fields

from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import ConflictError, DefinitionError
from ecrm_core.kernel import OUTBOX, Applied, ChangeSet, FixedClock, Money, Put
from ecrm_core.ports import Store
from ecrm_core.services import RunReport, SetAside
from ecrm_core.services.renewals.report import _ACTIONS, _EVENTS
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    PRESETS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTIONS,
    ActionKind,
    Plan,
    TermRule,
    UnreadSubscription,
)
from ecrm_core.testing.faults import FailingStore, SingleTenant

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip
SETTINGS = Settings(clock=FixedClock(NOW), presets={**PRESETS, "ours": PRESETS["b2c"]})


def filled(crm: Crm, count: int, preset: str = "b2c") -> list[str]:
    cells = {"brand": Stated("x", NOW, NOW)}
    crm.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    return [crm.subscribe("shop/1", PLAN, preset=preset) for _ in range(count)]


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target) as opened:
        yield Crm(opened._owner, settings=SETTINGS)


def outbox(crm: Crm) -> list[str]:
    return [row.value.key for row in crm.store.scan(OUTBOX, limit=10_000).rows]


def damage(crm: Crm, id_: str, **parts: object) -> None:
    """Write parts of a row as a careless hand would."""
    row = crm.store.get_many(UNREAD_SUBSCRIPTIONS, [(id_,)])[(id_,)].value
    stored = evolve(row, stored=row.stored | parts)
    crm.store.apply(ChangeSet(puts=(Put(UNREAD_SUBSCRIPTIONS, stored),)))


def test_a_subscription_that_cannot_be_read_is_set_aside_and_the_others_are_run(crm: Crm) -> None:
    ids = filled(crm, 4)
    damage(crm, ids[0], plan={"id": "p"})
    damage(crm, ids[2], preset="gone")
    report = crm.run_due()
    assert report.subscriptions == report.charges == 2
    assert sorted(outbox(crm)) == sorted(f"{ids[n]}/charge/0/0" for n in (1, 3))
    assert {held.subscription: held.code for held in report.aside} == {
        ids[0]: "not_readable",
        ids[2]: "unknown_name",
    }
    assert "set aside" in str(report)
    assert [action.subscription for action in crm.due(days=30)].count(ids[2]) == 0
    assert crm.run_due().aside != ()  # nothing of it changed: it is tried again


def test_many_set_aside_neither_fill_the_limit_nor_stop_a_run(crm: Crm) -> None:
    ids = filled(crm, 60)
    for id_ in ids[:50]:
        damage(crm, id_, preset="gone")
    assert crm.dry_run.run_due(limit=3).result["subscriptions"] in range(4)
    report = crm.run_due(limit=10)
    assert report.subscriptions == 10
    assert len(crm.run_due().aside) == 50


def test_a_preset_that_comes_back_is_run(crm: Crm) -> None:
    (id_,) = filled(crm, 1, preset="ours")
    poor = Crm(crm._owner, settings=evolve(SETTINGS, presets=PRESETS))
    assert poor.run_due().aside == (SetAside(subscription=id_, code="unknown_name"),)
    assert crm.run_due().charges == 1


@pytest.mark.parametrize("shares", [1, 2, 3, 7])
def test_shares_of_a_run_meet_nowhere_and_leave_nothing_out(crm: Crm, shares: int) -> None:
    filled(crm, 20)
    counts = [crm.run_due(shard=(number, shares)).charges for number in range(shares)]
    assert sum(counts) == len(outbox(crm)) == 20
    assert shares == 1 or max(counts) < 20
    assert crm.run_due().charges == 0


def test_a_share_belongs_to_one_worker_for_ever() -> None:
    rows = [UnreadSubscription(id=f"sub_{n}", customer="c", stored={}) for n in range(50)]
    held = [[row.is_of((number, 3)) for number in range(3)] for row in rows]
    assert all(sum(shares) == 1 for shares in held)
    assert [row.is_of((1, 3)) for row in rows[:8]] == [
        True, False, True, True, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("shard", [(1, 1), (-1, 2), (0, 0), (2, 2)])
def test_a_share_that_is_none_is_refused(crm: Crm, shard: tuple[int, int]) -> None:
    for verb in (crm.run_due, crm.dry_run.run_due):
        with pytest.raises(DefinitionError, match="shard"):
            verb(shard=shard)


def test_what_is_late_and_what_is_missed_is_told(crm: Crm) -> None:
    filled(crm, 1, preset="b2b")
    at = datetime(2026, 10, 20, tzinfo=UTC)  # the review, due on 1 October, and the call are late
    report = crm.run_due(now=at)
    assert (report.tasks, report.late, report.missed) == (2, 2, 0)
    assert report.lateness == at - datetime(2026, 1, 31, 9, tzinfo=UTC)
    assert "late" in str(report)
    after = crm.run_due(now=datetime(2027, 2, 20, tzinfo=UTC))
    assert after.missed == 1
    assert report.to_json()["late"] == 2
    assert report._repr_html_().startswith("<table>")


def test_every_kind_of_action_and_event_is_counted() -> None:
    counted = {field.name for field in fields(RunReport)}
    assert {kind.value for kind in ActionKind} <= _ACTIONS.keys()
    assert {*_ACTIONS.values(), *_EVENTS.values()} <= counted


def test_a_report_adds_up_what_transactions_came_to() -> None:
    one = RunReport(charges=1, lateness=timedelta(seconds=5))
    both = one.plus({"charges": 2, "lateness": 3.0, "aside": {"sub_1": "x"}})
    assert both == RunReport(
        charges=3, lateness=timedelta(seconds=5), aside=(SetAside(subscription="sub_1", code="x"),)
    )


class Beaten(FailingStore):
    """A store in which somebody else is always first, so many times."""

    def __init__(self, store: Store, times: int) -> None:
        super().__init__(store, at=0)
        self.times = times

    def apply(self, changes: ChangeSet) -> Applied:
        if self.times > 0:
            self.times -= 1
            raise ConflictError("somebody was first", retry="operation")
        return super().apply(changes)


def test_a_run_that_is_always_second_goes_on_as_long_as_the_others_get_on(crm: Crm) -> None:
    filled(crm, 3)
    beaten = Crm(SingleTenant(Beaten(crm.store, 70)), settings=SETTINGS)
    assert beaten.run_due().charges == 3


def test_a_forecast_goes_through_all_and_holds_a_page(crm: Crm) -> None:
    filled(crm, 30)
    found = crm.forecast(days=365)
    first = next(found)
    assert first.on == date(2026, 1, 31)
    assert sorted([first.key, *(action.key for action in found)]) == sorted(
        action.key for action in crm.due(days=365)
    )
    with pytest.raises(DefinitionError):
        crm.forecast(days=-1)


def test_due_actions_are_json_too(crm: Crm) -> None:
    (id_,) = filled(crm, 1)
    (row,) = crm.due().to_json()
    assert row == {
        "key": f"{id_}/charge/0/0", "at": "2026-01-31T09:00:00.000000Z", **crm.due()[0].payload,
    }  # fmt: skip


def test_unread_rows_are_written_as_they_are_read(crm: Crm) -> None:
    (id_,) = filled(crm, 1)
    before = crm.store.get_many(SUBSCRIPTIONS, [(id_,)])[(id_,)].value
    damage(crm, id_)
    assert crm.store.get_many(SUBSCRIPTIONS, [(id_,)])[(id_,)].value == before
