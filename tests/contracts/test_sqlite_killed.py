"""A process killed at any moment loses nothing it acknowledged and leaves no half of a set."""

import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.testing.contracts.sample import THINGS
from tests.contracts import killed
from tests.profile import SEED, size


def run_and_kill(path: Path, delay: float) -> list[int]:
    """Let the program write for a while after its first set; return what it acknowledged."""
    command = [sys.executable, killed.__file__, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        first = child.stdout.readline()
        time.sleep(delay)
        child.kill()
        lines = [first, *child.stdout]
    return [int(line) for line in lines if line.endswith("\n")]


def whole_sets(path: Path) -> set[int]:
    """The numbers of the sets in the store, each of them whole; the marker tells the last."""
    with SqliteStore(path) as opened:
        store = opened.tenant("main")
        counts: Counter[int] = Counter()
        after = None
        while True:
            page = store.scan(THINGS, within=("s",), after=after, limit=10_000)
            counts.update(int(row.value.name.split("-")[0]) for row in page.rows)
            after = page.following
            if after is None:
                break
        assert set(counts.values()) <= {killed.ROWS}
        (head,) = store.scan(THINGS, within=("head",)).rows
        assert int(head.value.note) == max(counts)
        assert sum(len(store.find_many(THINGS, "owner", [(o,)])[(o,)]) for o in ("ann", "bob")) == (
            len(counts) * killed.ROWS * 2 // 3
        )
        return set(counts)


def test_a_killed_process_leaves_whole_sets_and_all_it_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for file in range(size(1, 20)):  # a file is killed ten times, and read whole each time
        path = tmp_path / f"{file}.db"
        acknowledged: set[int] = set()
        for _ in range(10):
            acknowledged |= set(run_and_kill(path, chance.uniform(0, 0.06)))
            there = whole_sets(path)
            assert acknowledged <= there
            assert there == set(range(len(there)))
