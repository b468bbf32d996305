"""Whatever fails and whoever works beside, each effect is delivered, and one at a time."""

from __future__ import annotations

import itertools
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import CLAIMS, DELIVERED, OUTBOX, ChangeSet, DeliveryPolicy, Emit
from ecrm_core.ports import Store
from ecrm_core.services import deliver
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore
from tests.faulty.shop import Watched
from tests.handing.worker import DIED, LEASE, Told, Worker
from tests.house import ROOT
from tests.places import PLACES, SHARED, handles, open_target, target
from tests.profile import SEED, size

NOW = datetime(2026, 5, 1, tzinfo=UTC)
POLICY = DeliveryPolicy(attempts=100)
TICK = timedelta(microseconds=1)
DYING = 20
"""Of the threads' handings over each so manyth ends its thread."""


def _emits(keys: Sequence[int]) -> tuple[Emit, ...]:
    return tuple(Emit(key=f"k{key:05}", topic="notice", at=NOW) for key in keys)


class _Dying(BaseException):
    """The process ends here."""


@pytest.mark.long
def test_every_effect_is_delivered_whatever_fails_on_the_way() -> None:
    rng = random.Random(SEED)
    for _ in range(size(100, 5_000)):
        _one_life(rng)


def _one_life(rng: random.Random) -> None:
    """Go through failures of store, host and process; then one run in which all is well."""
    store, at = MemoryStore().tenant("main"), NOW
    keys = range(rng.randint(1, 6))
    store.apply(ChangeSet(emits=_emits(keys)))
    for _ in range(rng.randint(1, 6)):
        _troubled_run(store, at, rng)
        at += timedelta(minutes=rng.choice([0, 1, 5, 60]))
        store.apply(ChangeSet(emits=_emits(rng.sample(keys, len(keys) // 2))))
    before = {row.value.key for row in store.scan(DELIVERED).rows}
    after, final = at + timedelta(days=2), Counter[str]()
    deliver(
        store,
        {"notice": lambda e: final.update([e.key])},
        clock=lambda: after,
        policy=POLICY,
    )
    assert before | final.keys() == {emit.key for emit in _emits(keys)}
    assert not before & final.keys(), "a delivered effect is never handed out again"
    assert max(final.values(), default=1) == 1
    assert not store.scan(OUTBOX).rows + store.scan(CLAIMS).rows


def _troubled_run(store: Store, at: datetime, rng: random.Random) -> None:
    def host(_: Emit) -> None:
        match rng.randrange(6):
            case 0:
                raise OSError("away")
            case 1:
                raise _Dying

    broken = rng.choice([FailingStore, CommitThenErrorStore])(store, at=rng.randint(1, 8))
    with suppress(StorageUnavailable, _Dying):
        deliver(broken, {"notice": host}, clock=lambda: at, policy=POLICY)


@pytest.mark.parametrize("jump", [timedelta(), LEASE - TICK, LEASE, 3 * LEASE])
@pytest.mark.parametrize("other", ["works", "waits"])
def test_two_workers_whatever_the_step_at_which_one_overtakes_the_other(
    other: str, jump: timedelta
) -> None:
    """Time passes before each call of the first, and inside each handing over; the other works."""
    at = happened = 1
    while happened:
        happened = _overtaken(at, jump, overtakes=other == "works")
        at += 1
    assert at > 10


def _overtaken(at: int, jump: timedelta, *, overtakes: bool) -> int:
    """Let time pass at the n-th step of the first; return whether there was one."""
    store, now = MemoryStore().tenant("main"), [NOW]
    store.apply(ChangeSet(emits=_emits(range(3))))
    told: list[Told] = []
    steps = 0

    def run(on: Store, *, first: bool) -> None:
        times: list[datetime] = []

        def clock() -> datetime:
            times.append(now[0])
            return now[0]

        def take(emit: Emit) -> None:
            told.append(Told(emit.key, times[0], times[-1]))
            if first:
                step()

        deliver(on, {"notice": take}, clock=clock, policy=DeliveryPolicy(lease=LEASE))

    def step() -> None:
        nonlocal steps
        steps += 1
        if steps == at:
            now[0] += jump
            if overtakes:
                run(store, first=False)

    run(Watched(store, step), first=True)
    now[0] += 3 * LEASE
    run(store, first=False)
    _check_told(told, 3)
    assert not store.scan(OUTBOX).rows + store.scan(CLAIMS).rows
    return steps >= at


def _check_told(told: Sequence[Told], count: int) -> None:
    """Each effect was handed over under a lease, and again only when the one before was over."""
    by_key: dict[str, list[Told]] = defaultdict(list)
    for one in told:
        by_key[one.key].append(one)
    assert by_key.keys() == {emit.key for emit in _emits(range(count))}
    assert all(one.handed_at < one.claimed_at + LEASE for one in told), "after its lease"
    for ones in by_key.values():
        for before, after in itertools.pairwise(sorted(ones, key=lambda one: one.handed_at)):
            assert after.claimed_at >= before.claimed_at + LEASE, "two hands within a lease"


@pytest.mark.parametrize("place", PLACES)
def test_threads_side_by_side_some_of_which_die(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    count, told = size(60, 2_000), list[Told]()
    with handles(place, request, tmp_path, count=4) as opened, ThreadPoolExecutor(4) as pool:
        stores = [each.tenant("main") for each in opened]
        stores[0].apply(ChangeSet(emits=_emits(range(count))))
        # One count for all: whichever of them gets the work, some of them die of it.
        lives = partial(_lives, told=told, turn=itertools.count(1))
        assert sum(pool.map(lives, stores)) >= count // DYING
        _check_end(stores[0], told, count)


def _lives(store: Store, *, told: list[Told], turn: Iterator[int]) -> int:
    """Work to the end; who dies is followed by another. Return how many died."""
    deaths = 0

    def die() -> None:
        if next(turn) % DYING == 0:
            raise _Dying

    while True:
        try:
            Worker(store, told.append, die).work_on()
        except _Dying:
            deaths += 1
        else:
            return deaths


@pytest.mark.parametrize("place", SHARED)
def test_processes_side_by_side_some_of_which_die(
    place: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    count, where = size(15, 2_000), target(place, request, tmp_path)
    with closing(open_target(where)) as opened, ThreadPoolExecutor(3) as pool:
        store = opened.tenant("main")
        store.apply(ChangeSet(emits=_emits(range(count))))
        told = [
            one for part in pool.map(partial(_processes, where), range(size(2, 3))) for one in part
        ]
        _check_end(store, told, count)


def _processes(where: str, number: int) -> list[Told]:
    """Let processes work to the end, one after the other dies; return what they handed over."""
    told, code = list[Told](), 1
    for life in range(1_000):
        command = [sys.executable, "-m", "tests.handing.worker", where, f"{number}{life}{SEED}"]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=False)
        for line in done.stdout.splitlines():
            key, *times = line.split()
            told.append(Told(key, *map(datetime.fromisoformat, times)))
        code = done.returncode
        if code == 0:
            break
        assert code == DIED
    assert code == 0
    return told


def _check_end(store: Store, told: Sequence[Told], count: int) -> None:
    _check_told(told, count)
    assert len(store.scan(DELIVERED, limit=10_000).rows) == count
    assert not store.scan(OUTBOX).rows + store.scan(CLAIMS).rows
