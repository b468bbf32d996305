"""Outbox: effects handed out per second by workers side by side on Postgres, beside a plain queue.

    python benchmarks/outbox.py [--effects N] [--limit N] [--workers 1 4 8]

Each worker is a process; it claims ``limit`` effects, hands each to a function that does nothing,
and marks it. "late" counts claims that others were first with. The plain queue is one table and
hand-written SQL (SKIP LOCKED, a commit for each mark): no versions, no leases, nothing tried again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import psycopg

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.crm import SystemClock
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import Applied, ChangeSet, Emit
from ecrm_core.services import deliver
from ecrm_core.testing.faults import FailingStore
from tests.postgres import PostgresUnavailableError, server

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Counting(FailingStore):
    """A store that never fails, counts the sets that came too late, and picks as the real one."""

    late = 0

    def apply(self, changes: ChangeSet) -> Applied:
        try:
            return self._store.apply(changes)
        except ConflictError:
            self.late += 1
            raise

    def pick(self, *kind: Any, **asked: Any) -> Any:  # noqa: ANN401 - handed on
        return self._store.pick(*kind, **asked)  # type: ignore[attr-defined]


def ours(url: str, limit: int) -> dict[str, float]:
    """Deliver until nothing is left."""
    with SqlAlchemyStore.open(url) as opened:
        store, done, began = Counting(opened.tenant("main"), at=0), 0, perf_counter()
        while found := deliver(
            store, {"notice": lambda _: None}, clock=SystemClock().now, limit=limit
        ).delivered:
            done += found
        return {"done": done, "late": store.late, "seconds": perf_counter() - began}


def fill_ours(url: str, effects: int) -> None:
    with SqlAlchemyStore.open(url) as opened:
        for first in range(0, effects, 500):
            keys = [f"k{at:07}" for at in range(first, min(first + 500, effects))]
            emits = tuple(Emit(key=key, topic="notice", at=NOW) for key in keys)
            opened.tenant("main").apply(ChangeSet(emits=emits))


def plain(url: str, limit: int) -> dict[str, float]:
    """Take and mark until nothing is left."""
    take = (
        "UPDATE effect SET taken = true WHERE key IN (SELECT key FROM effect WHERE NOT taken"
        " ORDER BY key LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING key"
    )
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        done, began = 0, perf_counter()
        while keys := connection.execute(take, [limit]).fetchall():
            for key in keys:
                connection.execute("DELETE FROM effect WHERE key = %s", key)
            done += len(keys)
        return {"done": done, "late": 0, "seconds": perf_counter() - began}


def fill_plain(url: str, effects: int) -> None:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE effect (key TEXT PRIMARY KEY, taken BOOL, body JSON)")
        sql = "INSERT INTO effect SELECT 'k' || n, false, '{}' FROM generate_series(1, %s) n"
        connection.execute(sql, [effects])


WORK: dict[str, Callable[[str, int], dict[str, float]]] = {"ecrm_core": ours, "plain": plain}
FILL = {"ecrm_core": fill_ours, "plain": fill_plain}


def main() -> None:
    """Print a line for each number of workers."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--effects", type=int, default=2_000)
    parser.add_argument("--limit", type=int, default=20)
    parser.add_argument("--workers", type=int, nargs="*", default=[1, 4, 8])
    parser.add_argument("--work", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        print(json.dumps(WORK[given.work[0]](given.work[1], given.limit)))
        return
    print(f"{given.effects:,} effects, claims of {given.limit}")
    for name in WORK:
        for workers in given.workers:
            print(f"{name:12}{workers:>3} workers", race(name, workers, given), flush=True)


def race(name: str, workers: int, given: argparse.Namespace) -> str:
    """Let so many processes work; return effects per second, and claims that came too late."""
    try:
        url = server().fresh()
    except PostgresUnavailableError:
        return "no Postgres here"
    FILL[name](url, given.effects)
    command = [sys.executable, __file__, "--limit", str(given.limit), "--work", name, url]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(workers)]
    told = [json.loads(each.communicate()[0]) for each in running]
    counts = Counter[str]()
    for each in told:
        counts.update(done=int(each["done"]), late=int(each["late"]))
    rate = counts["done"] / max(each["seconds"] for each in told)
    return f"{rate:>8,.0f}/s {counts['late']:>6,} late"


if __name__ == "__main__":
    main()
