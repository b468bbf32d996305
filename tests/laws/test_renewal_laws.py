"""L7 and L16: whatever stands in the way of a run, the log is the one of a run without trouble."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.crm import Crm, Settings
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.errors import ConflictError, EcrmError, StorageUnavailable
from ecrm_core.kernel import CLAIMS, DELIVERED, OUTBOX, DeliveryPolicy, FixedClock, Kind, Money
from ecrm_core.ports import Store, Tenants
from ecrm_core.services import examine
from ecrm_core.sources import Delivery
from ecrm_core.subscriptions import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    Cancel,
    Pause,
    PaymentRefunded,
    Plan,
    Resume,
    TermRule,
    advance,
    decide_step,
    fold,
    handle,
)
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore, SingleTenant
from ecrm_core.testing.gateway import SimulatedGateway
from tests.faulty.shop import Watched
from tests.places import PLACES, handles
from tests.profile import SEED, size
from tests.subscription_draws import POLICIES, draw_command, draw_create

START = datetime(2026, 1, 31, 12, tzinfo=UTC)
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip
DAYS = (0, 28, 59, 100, 240, 275, 300, 366)
POLICY = DeliveryPolicy(attempts=1_000)


def shop(owner: Tenants) -> Crm:
    return Crm(owner, settings=Settings(clock=FixedClock(START)))


def begun(owner: Tenants, count: int) -> tuple[Crm, list[str]]:
    crm, cells = shop(owner), {"brand": Stated("x", START, START)}
    crm.ingest(Delivery(source="shop", records=(SourceRecord(SourceKey("shop", "1"), cells),)))
    presets = ("b2b", "b2c")
    ids = [crm.subscribe("shop/1", PLAN, preset=presets[n % 2], anchor_day=28 + n % 4)
           for n in range(count)]  # fmt: skip
    return crm, ids


def log(store: Store) -> dict[str, list[str]]:
    """Every state, event and effect, as text; an effect is the same wherever it has got to."""
    kinds: tuple[Kind[Any], ...] = (SUBSCRIPTIONS, SUBSCRIPTION_EVENTS)
    texts = {
        kind.name: [kind.row(row.value).body for row in store.scan(kind, limit=10_000).rows]
        for kind in kinds
    }
    keys = [row.value.key for row in store.scan(OUTBOX, limit=10_000).rows]
    keys += [row.value.emit.key for row in store.scan(CLAIMS, limit=10_000).rows]
    keys += [row.value.key for row in store.scan(DELIVERED, limit=10_000).rows]
    assert len(keys) == len(set(keys))
    return {**texts, "keys": sorted(keys)}


def played(crm: Crm, ids: list[str]) -> None:
    """Let a year pass, with commands on the way."""
    for day in DAYS:
        now = START + timedelta(days=day)
        crm.run_due(now=now)
        if day == 59:
            crm.command(ids[0], Pause(), by="ann", now=now)
            crm.command(ids[1], Cancel.at_term_end(), by="ann", now=now)
        if day == 100:
            crm.command(ids[0], Resume(), by="ann", now=now)
            crm.command(ids[2], Cancel.now(credit=True), by="ann", now=now)


@pytest.mark.parametrize("place", PLACES)
def test_l16_every_store_gives_the_same_log(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    memory, ids = begun(MemoryStore(), 4)
    played(memory, ids)
    expected = log(memory.store)
    with handles(place, request, tmp_path, count=1) as (owner,):
        crm, same = begun(owner, 4)
        assert same == ids
        played(crm, ids)
        assert log(crm.store) == expected
        events = [row.value for row in crm.store.scan(SUBSCRIPTION_EVENTS, limit=10_000).rows]
        for id_ in ids:  # L15, on what was read back
            held = crm.store.get_many(SUBSCRIPTIONS, [(id_,)])[(id_,)].value
            assert fold(row for row in events if row.subscription == id_) == held


def clean(count: int) -> dict[str, list[str]]:
    """The log of runs in which all is well."""
    crm, _ = begun(MemoryStore(), count)
    for day in DAYS:
        crm.run_due(now=START + timedelta(days=day))
    return log(crm.store)


class Life:
    """Runs, deliveries and webhooks over one store in which much goes wrong."""

    def __init__(self, rng: random.Random, count: int) -> None:
        self.rng, self.owner = rng, MemoryStore()
        self.crm, self.ids = begun(self.owner, count)
        self.commands = 0
        self.gateway = SimulatedGateway(seed=rng.randrange(99), lost=0.3, pending=0.2)
        self.now = self.before = START

    def lived(self) -> None:
        for day in DAYS:
            self.now = START + timedelta(days=day)
            for _ in range(self.rng.randint(1, 3)):
                with suppress(StorageUnavailable, ConflictError):
                    self.rng.choice(self._acts())()
            self.crm.run_due(now=self.now)
            self.before = self.now
        for hours in (1, 30, 300, 3_000):
            later = self.now + timedelta(hours=hours)
            self.crm.collect(
                self.gateway, notice=_take, task=_take, limit=9_999, policy=POLICY, now=later
            )

    def _acts(self) -> list[Callable[[], object]]:
        return [self._run, self._run_back, self._overlap, self._collect, self._webhooks]

    def _troubled(self) -> Crm:
        at = self.rng.randint(1, 30)
        fault = self.rng.choice([FailingStore, CommitThenErrorStore])
        return shop(SingleTenant(fault(self.owner.tenant("main"), at=at)))

    def _run(self) -> None:
        self._troubled().run_due(now=self.now, limit=self.rng.choice([1, 2, None]))

    def _run_back(self) -> None:
        """The clock went back, to before the last good run: what is done is done."""
        self._troubled().run_due(now=self.before - timedelta(days=self.rng.randint(0, 400)))

    def _overlap(self) -> None:
        """Another worker runs, and somebody commands, between any two calls of this one."""
        other, shard = shop(self.owner), self.rng.choice([None, (0, 2), (1, 2)])

        def meanwhile() -> None:
            other.run_due(now=self.now, limit=1, shard=shard)
            if self.rng.random() < 0.3:
                id_ = self.rng.choice(self.ids)
                refund = PaymentRefunded(charge=f"{id_}/charge/0/0", amount=Money("0.01", "EUR"))
                other.command(id_, refund, by="ann", now=self.now)
                self.commands += 1

        watched = Watched(self.owner.tenant("main"), meanwhile)
        shop(SingleTenant(watched)).run_due(now=self.now)

    def _collect(self) -> None:
        self._troubled().collect(self.gateway, limit=5, policy=POLICY, now=self.now)

    def _webhooks(self) -> None:
        for told in self.gateway.webhooks():
            self._troubled().payment(told, by="hook", now=self.now)


def _take(_: Any) -> None:  # noqa: ANN401
    """Be the host's function."""


@pytest.mark.long
def test_l7_crashes_overlaps_downtime_and_clocks_change_nothing() -> None:
    rng = random.Random(SEED)
    for _ in range(size(12, 2_000)):
        count = rng.randint(2, 5)
        life = Life(rng, count)
        life.lived()
        found, expected = log(life.crm.store), clean(count)
        assert found["keys"] == expected["keys"]
        told = "".join(found["subscription_event"])
        assert told.count('"kind":"refund_recorded"') == life.commands  # none was overwritten
        due = [key for key in found["keys"] if "/charge/" in key]
        assert sorted(life.gateway.charged) == due  # each once: its money moved, and no other's
        assert all(not held.unpaid for held in life.crm.subscriptions("shop/1"))
        assert life.crm.doctor(now=life.now).well


@pytest.mark.parametrize("shares", [1, 3])
def test_a_dry_run_is_what_each_share_writes(shares: int) -> None:
    crm, _ = begun(MemoryStore(), 9)
    for number in range(shares):
        draft = crm.dry_run.run_due(limit=100, shard=(number, shares))
        before = {row.value.key for row in crm.store.scan(OUTBOX, limit=1_000).rows}
        report = crm.run_due(shard=(number, shares))
        after = {row.value.key for row in crm.store.scan(OUTBOX, limit=1_000).rows}
        assert after - before == {emit.key for emit in draft.emits}
        assert report.charges == draft.result["charges"]


def test_the_doctor_finds_nothing_wrong_with_any_history() -> None:
    rng, presets = random.Random(SEED), {"all": POLICIES}
    for _ in range(size(25, 3_000)):
        store, now = MemoryStore().tenant("main"), START
        create = evolve(draw_create(rng), preset="all")
        with suppress(EcrmError):
            step = handle(None, create, now, POLICIES)
            store.apply(decide_step(step))
            for _ in range(rng.randint(1, 12)):
                now += timedelta(days=rng.choice([0, 1, 9, 40, 200]), hours=rng.randint(0, 23))
                row = store.get_many(SUBSCRIPTIONS, [(create.id,)])[(create.id,)]
                step = advance(row.value, now, POLICIES)
                with suppress(EcrmError):
                    step = handle(row.value, draw_command(rng, row.value, now), now, POLICIES)
                store.apply(decide_step(step, version=row.version))
            day = timedelta(days=1)
            found = examine(store, presets=presets, now=now, overdue=day, lately=day)
            assert found.counts.keys() <= {"held", "missed", "waits"}, (create, found)
