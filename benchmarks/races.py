"""Races: four writers at once, ours beside naive strategies on the same rounds, in one run.

    python benchmarks/races.py [--rounds N] [--seed N]

A round: five new customers and two beats; in each beat four threads, a connection each, begin one
act at one starting shot: a merge, an undo, an edit of a value, a refusal of contact. Nobody sleeps;
threads change places every 10 microseconds, for all strategies. Then what is stored is held against
what was acknowledged. SQLite runs in WAL mode with synchronous=NORMAL.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.racing.naive import Naive
from benchmarks.racing.ours import Ours
from benchmarks.racing.plan import WRITERS, Strategy, race
from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore

COLUMNS = ("cycles", "lost merges", "lost writes", "came back")


@contextmanager
def ours_in_memory(_: Path) -> Iterator[Strategy]:
    yield Ours([MemoryStore()] * WRITERS)


@contextmanager
def ours_in_sqlite(folder: Path) -> Iterator[Strategy]:
    with ExitStack() as stack:
        path = folder / "ours.db"
        yield Ours([
            stack.enter_context(SqliteStore(path, synchronous="NORMAL")) for _ in range(WRITERS)
        ])  # fmt: skip


def naive(mode: str) -> Callable[[Path], AbstractContextManager[Strategy]]:
    @contextmanager
    def opened(folder: Path) -> Iterator[Strategy]:
        strategy = Naive(folder, mode)
        yield strategy
        for connection in strategy.connections:
            connection.close()

    return opened


STRATEGIES = {
    "ecrm_core, memory": ours_in_memory,
    "ecrm_core, SQLite": ours_in_sqlite,
    "version of the written row": naive("version"),
    "Python's default mode": naive("default"),
    "no check": naive("none"),
    "BEGIN IMMEDIATE, reads inside": naive("immediate"),
}


def main() -> None:
    """Print a line for each strategy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sys.setswitchinterval(1e-5)
    print(f"{given.rounds:,} rounds of {WRITERS} writers, seed {given.seed}")
    print(f"{'':30}", *(f"{name:>12}" for name in (*COLUMNS, "retries", "rounds/s")))
    for name, opened in STRATEGIES.items():
        with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as strategy:
            found, seconds = race(strategy, given.seed, given.rounds)
            told = (*(found[column] for column in COLUMNS), strategy.retries)
            rate = given.rounds / seconds
            print(f"{name:30}", *(f"{count:>12,}" for count in told), f"{rate:>12,.0f}", flush=True)


if __name__ == "__main__":
    main()
