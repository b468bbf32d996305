"""Races: four writers at once, ours beside naive strategies on the same rounds, in one run.

    python benchmarks/races.py [--rounds N] [--seed N] [--only Postgres]

A round: five new customers and two beats; in each beat four threads, a connection each, begin one
act at one starting shot: a merge, an undo, an edit of a value, a refusal of contact. Nobody sleeps;
threads change places every 10 microseconds, for all strategies. Then what is stored is held against
what was acknowledged. SQLite runs in WAL mode with synchronous=NORMAL; Postgres is the machine's
own, started for this on a socket in a temporary folder, and left out where there is none.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.racing import naive as on_sqlite
from benchmarks.racing import postgres as on_postgres
from benchmarks.racing.naive import Naive
from benchmarks.racing.ours import Ours
from benchmarks.racing.plan import WRITERS, Strategy, race
from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants
from tests.postgres import PostgresUnavailableError, server

COLUMNS = ("cycles", "lost merges", "lost writes", "came back")
Opened = Callable[[Path], AbstractContextManager[Strategy]]


def ours(open_store: Callable[[str], Tenants], place: Callable[[Path], str]) -> Opened:
    """Ours, a handle for each writer on the same place."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Strategy]:
        where = place(folder)
        with ExitStack() as stack:
            yield Ours([stack.enter_context(closing(open_store(where))) for _ in range(WRITERS)])

    return opened


@contextmanager
def ours_in_memory(_: Path) -> Iterator[Strategy]:
    yield Ours([MemoryStore()] * WRITERS)


def naive(make: Callable[[Path], Naive]) -> Opened:
    @contextmanager
    def opened(folder: Path) -> Iterator[Strategy]:
        strategy = make(folder)
        yield strategy
        for connection in strategy.connections:
            connection.close()

    return opened


def on_server(mode: str) -> Opened:
    return naive(lambda _: on_postgres.naive(server().fresh().replace("+psycopg", ""), mode))


STRATEGIES: dict[str, Opened] = {
    "ecrm_core, memory": ours_in_memory,
    "ecrm_core, SQLite": ours(
        lambda path: SqliteStore(path, synchronous="NORMAL"), lambda folder: f"{folder}/ours.db"
    ),
    "SQLite, version of the written row": naive(partial(on_sqlite.naive, mode="version")),
    "SQLite, Python's default mode": naive(partial(on_sqlite.naive, mode="default")),
    "SQLite, no check": naive(partial(on_sqlite.naive, mode="none")),
    "SQLite, BEGIN IMMEDIATE, reads inside": naive(partial(on_sqlite.naive, mode="immediate")),
    "ecrm_core, Postgres": ours(SqlAlchemyStore.open, lambda _: server().fresh()),
    "Postgres, READ COMMITTED, no check": on_server("none"),
    "Postgres, version of the written row": on_server("version"),
    "Postgres, SERIALIZABLE": on_server("serializable"),
}


def main() -> None:
    """Print a line for each strategy."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="strategies with this in their name")
    given = parser.parse_args()
    sys.setswitchinterval(1e-5)
    print(f"{given.rounds:,} rounds of {WRITERS} writers, seed {given.seed}")
    print(f"{'':38}", *(f"{name:>12}" for name in (*COLUMNS, "retries", "rounds/s")))
    for name, opened in STRATEGIES.items():
        if given.only not in name:
            continue
        try:
            told = row(opened, given.seed, given.rounds)
        except PostgresUnavailableError:
            told = "no Postgres here"
        print(f"{name:38}", told, flush=True)


def row(opened: Opened, seed: int, rounds: int) -> str:
    """Race one strategy and return its counts."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder)) as strategy:
        found, seconds = race(strategy, seed, rounds)
        counts = [*(found[column] for column in COLUMNS), strategy.retries]
        return " ".join([*(f"{count:>12,}" for count in counts), f"{rounds / seconds:>12,.0f}"])


if __name__ == "__main__":
    main()
