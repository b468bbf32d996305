"""The doctor: each thing that may be wrong with a subscription is found, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.cli import main
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.kernel import ChangeSet, DeliveryPolicy, Emit, FixedClock, Kind, Money, Put
from ecrm_core.services import TROUBLES
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    PRESETS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTION_EVENTS,
    UNREAD_SUBSCRIPTIONS,
    Cancel,
    NoticeRule,
    Pause,
    Plan,
    RelativeTo,
    Reschedule,
    TermRule,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip
LATER = NOW + timedelta(days=60)


@pytest.fixture(params=["memory", "sqlite"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Crm]:
    target = None if request.param == "memory" else tmp_path / "shop.db"
    with Crm.open(target, clock=FixedClock(LATER)) as opened:
        cells = {"brand": Stated("x", NOW, NOW)}
        records = (SourceRecord(SourceKey("shop", "1"), cells),)
        opened.ingest(Delivery(source="shop", records=records))
        for day in range(3):
            opened.subscribe("shop/1", PLAN, preset="b2b", now=NOW + timedelta(days=day))
        opened.run_due()
        yield opened


def ids(crm: Crm) -> list[str]:
    return [held.id for held in crm.subscriptions("shop/1")]


def put(crm: Crm, kind: Kind[Any], key: tuple[str, ...], **parts: object) -> None:
    row = crm.store.get_many(kind, [key])[key].value
    value = evolve(row, stored=row.stored | parts)
    if kind is UNREAD_SUBSCRIPTIONS and "next_action_at" in parts:
        value = evolve(value, next_action_at=None)
        value.stored.pop("next_action_at")
    crm.store.apply(ChangeSet(puts=(Put(kind, value),)))


def damage(crm: Crm) -> None:
    put(crm, UNREAD_SUBSCRIPTIONS, (ids(crm)[0],), anchor={"on": "32 May"})


def rename(crm: Crm) -> None:
    put(crm, UNREAD_SUBSCRIPTIONS, (ids(crm)[0],), preset="gone")


def forget(crm: Crm) -> None:
    put(crm, UNREAD_SUBSCRIPTIONS, (ids(crm)[0],), next_action_at=None)


def tamper(crm: Crm) -> None:
    put(crm, UNREAD_SUBSCRIPTIONS, (ids(crm)[0],), billed_through="2026-12-24")


def fail(crm: Crm) -> None:
    def refuse(_: Emit) -> None:
        raise ConnectionError

    crm.deliver(charge=refuse, limit=1, policy=DeliveryPolicy(attempts=1))


def nothing(crm: Crm) -> None:
    crm.command(ids(crm)[0], Pause(), by="ann")
    crm.command(ids(crm)[1], Cancel.now(), by="ann")


def as_before(crm: Crm) -> None:
    """Keep the pieces of the latest period alone, as rows did before two were kept."""
    key = (ids(crm)[0],)
    slices = crm.store.get_many(UNREAD_SUBSCRIPTIONS, [key])[key].value.stored["slices"]
    assert len(slices) == 2
    put(crm, UNREAD_SUBSCRIPTIONS, key, slices=slices[1:])


CASES: list[tuple[Callable[[Crm], None], dict[str, int]]] = [
    (nothing, {}),
    (as_before, {}),
    (damage, {"unreadable": 1}),
    (rename, {"no_preset": 1, "events_differ": 1}),
    (forget, {"no_next_action": 1, "events_differ": 1}),
    (tamper, {"events_differ": 1}),
    (fail, {"stuck": 1}),
]


@pytest.mark.parametrize(("harm", "found"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_each_trouble_is_found_and_counted(
    crm: Crm, harm: Callable[[Crm], None], found: dict[str, int]
) -> None:
    harm(crm)
    health = crm.doctor()
    assert dict(health.counts) == found
    assert {trouble.code for trouble in health.troubles} == found.keys()
    assert health.well is not bool(found)
    assert health.subscriptions == 3


def test_a_charge_that_begins_where_none_ended_is_a_gap(crm: Crm) -> None:
    key = (ids(crm)[1], f"{3:09d}")
    row = crm.store.get_many(UNREAD_SUBSCRIPTION_EVENTS, [key])[key].value
    assert row.stored["kind"] == "charged"
    event = row.stored["event"]
    piece = event["piece"] | {"part": event["piece"]["part"] | {"start": "2026-03-03"}}
    moved = evolve(row, stored=row.stored | {"event": event | {"piece": piece}})
    fresh = evolve(UNREAD_SUBSCRIPTION_EVENTS, insert_only=False)
    crm.store.apply(ChangeSet(puts=(Put(fresh, moved),)))
    health = crm.doctor()
    assert dict(health.counts) in ({"gap": 1}, {"gap": 1, "events_differ": 1})
    assert health.troubles[0].detail == "2026-03-03"


def test_what_waits_too_long_and_what_was_missed_is_told(crm: Crm) -> None:
    then = datetime(2026, 12, 24, tzinfo=UTC)
    assert dict(crm.doctor(now=then).counts) == {"overdue": 3}
    assert crm.doctor(now=then, overdue=timedelta(days=3_650)).well
    crm.run_due(now=then)
    assert dict(crm.doctor(now=then, lately=timedelta(days=90)).counts) == {"missed": 9}
    # The tasks were for a day that is long past, the notices for the last day to cancel.
    assert dict(crm.doctor(now=then).counts) == {"missed": 3}
    assert crm.doctor(now=then, lately=timedelta(days=20)).well


def test_policies_that_make_something_due_sooner_are_told_of_and_heard() -> None:
    sooner = NoticeRule(name="sooner", relative_to=RelativeTo.CHARGE, aim="P9D", latest="P1D")
    other = evolve(PRESETS["b2b"], notices=(*PRESETS["b2b"].notices, sooner))
    store, clock = MemoryStore(), FixedClock(NOW)
    crm = Crm(store, settings=Settings(clock=clock))
    cells = {"brand": Stated("x", NOW, NOW)}
    crm.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    id_ = crm.subscribe("shop/1", PLAN, preset="b2b")
    crm.run_due()
    changed = Crm(store, settings=Settings(clock=clock, presets={"b2b": other}))
    coming = changed.due(days=30)[0]
    assert (coming.rule, changed.run_due(now=coming.at).notices) == ("sooner", 0)
    assert dict(changed.doctor().counts) == {"policies_changed": 1}
    for _ in range(2):
        changed.command(id_, Reschedule(), by="ann")
    assert changed.doctor().well
    assert crm.doctor().well  # what comes later only is looked at in time
    assert changed.run_due(now=coming.at).notices == 1


def test_health_is_a_table_json_and_a_page(crm: Crm) -> None:
    assert "nothing is wrong" in str(crm.doctor())
    rename(crm)
    health = crm.doctor()
    assert TROUBLES["no_preset"] in str(health)
    assert health.to_json()["counts"] == dict(health.counts)
    assert health.to_html().startswith("<!doctype html>")
    assert TROUBLES["no_preset"] in health.to_html()
    assert health.to_json()["statuses"] == {"active": 3}


def test_the_command_ends_with_1_where_somebody_should_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, page = tmp_path / "shop.db", tmp_path / "page.html"
    with Crm.open(store) as crm:
        cells = {"brand": Stated("x", NOW, NOW)}
        records = (SourceRecord(SourceKey("shop", "1"), cells),)
        crm.ingest(Delivery(source="shop", records=records))
        crm.subscribe("shop/1", PLAN, now=NOW)
    assert main(["doctor", str(store), "--html", str(page)]) == 1
    assert "overdue" in capsys.readouterr().out
    assert "overdue" in page.read_text("utf-8")
    assert main(["doctor", str(store), "--html", str(store)]) == 2
    with Crm.open(store) as crm:
        crm.run_due()
    assert main(["doctor", str(store), "--json"]) in {0, 1}
    assert '"subscriptions": 1' in capsys.readouterr().out


def test_every_code_has_a_meaning_and_rows_stay_as_they_are(crm: Crm) -> None:
    before = [row.version for row in crm.store.scan(SUBSCRIPTIONS).rows]
    crm.doctor()
    assert [row.version for row in crm.store.scan(SUBSCRIPTIONS).rows] == before
    assert set(TROUBLES) >= {code for _, found in CASES for code in found}
