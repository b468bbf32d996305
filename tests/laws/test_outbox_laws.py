"""Whatever fails and whoever works beside, each effect is delivered, and one at a time."""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import CLAIMS, DELIVERED, OUTBOX, ChangeSet, DeliveryPolicy, Emit
from ecrm_core.ports import Store
from ecrm_core.services import deliver
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore
from tests.profile import SEED, size

NOW = datetime(2026, 5, 1, tzinfo=UTC)
POLICY = DeliveryPolicy(attempts=100)


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


@pytest.mark.long
def test_workers_side_by_side_hand_each_effect_out_once(tmp_path: Path) -> None:
    count = size(120, 2_000)
    owner = SqliteStore(tmp_path / "outbox.db")
    owner.tenant("main").apply(ChangeSet(emits=_emits(range(count))))
    seen: list[str] = []
    troubles: list[BaseException] = []

    def work(store: Store) -> None:
        try:
            while deliver(
                store, {"notice": lambda e: seen.append(e.key)}, clock=lambda: NOW, limit=7
            ).delivered:
                pass
        except (sqlite3.Error, Exception) as error:  # noqa: BLE001 - shown by the assertion
            troubles.append(error)

    stores = [SqliteStore(tmp_path / "outbox.db") for _ in range(3)]
    threads = [Thread(target=work, args=(store.tenant("main"),)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert sorted(seen) == [emit.key for emit in _emits(range(count))]
    assert not owner.tenant("main").scan(CLAIMS).rows
    for store in (*stores, owner):
        store.close()
