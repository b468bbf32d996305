"""Racing: several writers at once, in threads and in processes."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Barrier

from ecrm_core.errors import ConflictError
from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Key, Kind, Put, RequestKey
from ecrm_core.ports import Store, Tenants
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import NOON, THINGS, Thing, fill, things

_ROUNDS = 25
_TURNS = 10
_KEY: Key = ("s", "counter")
_SWITCH = 1e-6  # seconds
_PAUSE = 1e-3


class _Unhurried(int):
    """A version that lets every other thread go first whenever it is compared.

    What is not done under one lock with the comparison is then done by somebody else before it.
    """

    __hash__ = int.__hash__

    def __eq__(self, other: object) -> bool:
        time.sleep(_PAUSE)
        return int(self) == other

    def __ne__(self, other: object) -> bool:
        return not self == other


def _count_up(store: Store, rounds: int = _ROUNDS) -> None:
    """Add one to the counter, ``rounds`` times; try again after a conflict."""
    done = 0
    while done < rounds:
        found = store.get_many(THINGS, [_KEY]).get(_KEY)
        number = int(found.value.note) if found else 0
        counter = Thing(source="s", name="counter", note=str(number + 1))
        expect = Expect(THINGS, _KEY, _Unhurried(found.version if found else ABSENT))
        try:
            store.apply(ChangeSet(puts=(Put(THINGS, counter),), expects=(expect,)))
        except ConflictError:
            continue
        done += 1


def _counted(store: Store) -> int:
    return int(store.get_many(THINGS, [_KEY])[_KEY].value.note)


def _in_process(open_store: Callable[[Path], Tenants], folder: Path) -> None:
    with closing(open_store(folder)) as opened:
        _count_up(opened.tenant("main"))


def _together(*works: Callable[[], None]) -> None:
    """Run the works in threads that start at one moment; raise the first error.

    Python lets a thread run for 5 ms, in which most calls are done: here it is taken off all the
    time, so that a missing lock shows.
    """
    barrier = Barrier(len(works))

    def start(work: Callable[[], None]) -> None:
        barrier.wait()
        work()

    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH)
    try:
        with ThreadPoolExecutor(len(works)) as pool:
            list(pool.map(start, works))
    finally:
        sys.setswitchinterval(before)


def _raced(store: Store, *sets: ChangeSet) -> list[str]:
    """Apply the sets at once and return what became of them, in alphabetical order."""
    outcomes: list[str] = []

    def write(changes: ChangeSet) -> None:
        try:
            store.apply(changes)
            outcomes.append("applied")
        except ConflictError:
            outcomes.append("conflict")

    _together(*[partial(write, changes) for changes in sets])
    return sorted(outcomes)


class Racing(Opening):
    """Atomic for everybody who looks."""

    def test_threads_on_one_handle_lose_no_update(self, store: Store) -> None:
        self.only_if("threads")
        _together(*[partial(_count_up, store)] * 4)
        assert _counted(store) == 4 * _ROUNDS

    def test_two_stores_on_the_same_rows_lose_no_update(self, tmp_path: Path) -> None:
        self.only_if("shared")
        with closing(self.open_store(tmp_path)) as one, closing(self.open_store(tmp_path)) as two:
            handles = [opened.tenant("main") for opened in (one, two)]
            _together(*[partial(_count_up, handle) for handle in handles])
            assert [_counted(handle) for handle in handles] == [2 * _ROUNDS] * 2

    def test_two_processes_lose_no_update(self, tmp_path: Path) -> None:
        self.only_if("shared", "durable")
        context = multiprocessing.get_context("spawn")
        work = (type(self)().open_store, tmp_path)
        processes = [context.Process(target=_in_process, args=work) for _ in "12"]
        for process in processes:
            process.start()
        for process in processes:
            process.join(120)
        assert [process.exitcode for process in processes] == [0, 0]
        with closing(self.open_store(tmp_path)) as opened:
            assert _counted(opened.tenant("main")) == 2 * _ROUNDS

    def test_no_reader_sees_half_of_a_set(self, store: Store) -> None:
        self.only_if("threads")
        keys = [("s", str(at)) for at in range(40)]
        fill(store, [name for _, name in keys], note="0")
        seen: list[set[str]] = []

        def write() -> None:
            for note in range(1, 40):
                fill(store, [name for _, name in keys], note=str(note))

        def read() -> None:
            for _ in range(40):
                seen.append({row.value.note for row in store.get_many(THINGS, keys).values()})
                seen.append({row.value.note for row in store.scan(THINGS).rows})

        _together(write, read, read)
        assert {len(notes) for notes in seen} == {1}

    def test_one_of_two_first_writers_conflicts(self, store: Store) -> None:
        self.only_if("threads")
        for name in map(str, range(_TURNS)):
            expects = (Expect(THINGS, ("s", name), _Unhurried(ABSENT)),)
            changes = ChangeSet(puts=things([name]), expects=expects)
            assert _raced(store, changes, changes) == ["applied", "conflict"]

    def test_of_two_sets_that_stand_on_the_row_of_the_other_one_applies(self, store: Store) -> None:
        self.only_if("threads")
        for turn in range(_TURNS):
            pair = [f"{turn} {name}" for name in "ab"]
            fill(store, pair)
            found = store.get_many(THINGS, [("s", name) for name in pair])
            expects = tuple(Expect(THINGS, k, _Unhurried(r.version)) for k, r in found.items())
            changes = [ChangeSet(puts=things([name]), expects=expects) for name in pair]
            assert _raced(store, *changes) == ["applied", "conflict"]

    def test_of_two_sets_that_need_the_row_of_the_other_absent_one_applies(
        self, store: Store
    ) -> None:
        self.only_if("threads")
        for turn in range(_TURNS):
            pair = [f"{turn} {name}" for name in "ab"]
            expects = tuple(Expect(THINGS, ("s", name), _Unhurried(ABSENT)) for name in pair)
            changes = [ChangeSet(puts=things([name]), expects=expects) for name in pair]
            assert _raced(store, *changes) == ["applied", "conflict"]

    def test_of_one_request_sent_twice_at_once_one_writes(self, store: Store) -> None:
        self.only_if("threads")
        for turn in range(_TURNS):
            key = RequestKey.of(str(turn), None, NOON)
            changes = ChangeSet(puts=things([str(turn)]), key=key)
            replayed: list[bool] = []
            send = lambda c=changes, r=replayed: r.append(store.apply(c).replayed)  # noqa: E731
            _together(send, send)
            assert sorted(replayed) == [False, True]

    def test_rows_outlive_the_store_that_wrote_them(self, tmp_path: Path) -> None:
        self.only_if("durable")
        with closing(self.open_store(tmp_path)) as opened:
            fill(opened.tenant("main"), "abc")
            before = _dump(opened.tenant("main"), THINGS)
        with closing(self.open_store(tmp_path)) as opened:
            assert _dump(opened.tenant("main"), THINGS) == before
            fill(opened.tenant("main"), "a")
            (row,) = opened.tenant("main").get_many(THINGS, [("s", "a")]).values()
            assert row.version > max(version for _, version in before)


def _dump(store: Store, kind: Kind[Thing]) -> list[tuple[Thing, int]]:
    return [(row.value, row.version) for row in store.scan(kind).rows]
