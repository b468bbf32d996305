"""Subscriptions in a store: the due query on a million, and renewals written per second.

    python benchmarks/subscriptions_store.py [--rows N] [--renewals N] [--workers N] [--postgres]

The due query is asked of ``--rows`` subscriptions in SQLite, 1 in 10 of them over; the peer is
hand-written SQL over a table with a partial index. Renewals are claimed, advanced and committed by
``crm.run_due``; the shares of advancing, the codec and SQLite are those of the time of that run.
With ``--workers`` so many processes run at once, each its share, and then all of them the whole.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from attrs import evolve

from ecrm_core.adapters.sqlite import SqliteStore, tenant
from ecrm_core.adapters.sqlite.table import table_of
from ecrm_core.crm import Crm, Settings
from ecrm_core.kernel import ChangeSet, CustomerId, FixedClock, Kind, Money, Put
from ecrm_core.ports import Store, read_due
from ecrm_core.ports.span import span_of
from ecrm_core.services.renewals import running
from ecrm_core.subscriptions import (
    PRESETS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTIONS,
    Cancel,
    Create,
    Plan,
    Subscription,
    TermRule,
    UnreadSubscription,
    advance,
    handle,
)

START = datetime(2026, 1, 1, 12, tzinfo=UTC)
PLAN = Plan(id="pro", price=Money("30.00", "EUR"), cadence="P1M",
            term=TermRule(initial="P1Y", notice="P2M"))  # fmt: skip
PAGE = 5_000


def made(day: date) -> Subscription:
    """Return a subscription whose first charge is made, and whose next is a month after a day."""
    create = Create(id="sub_0", customer=CustomerId("cus_0"), plan=PLAN, starts_on=day)
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    begun = handle(None, create, at, PRESETS["b2c"]).state
    return advance(begun, at, PRESETS["b2c"]).state


def fill(store: Store, count: int, *, ended: int = -1) -> None:
    """Write subscriptions that began on the days of January; those of one last digit are over."""
    over = handle(made(date(2026, 1, 1)), Cancel.now(), START, PRESETS["b2c"]).state
    states = [made(date(2026, 1, 1) + timedelta(days=n)) for n in range(28)]
    for first in range(0, count, PAGE):
        puts = [
            Put(
                SUBSCRIPTIONS,
                evolve(
                    over if n % 10 == ended else states[n % 28],
                    id=f"sub_{n:08}",
                    customer=f"cus_{n:08}",
                ),
            )
            for n in range(first, min(first + PAGE, count))
        ]
        store.apply(ChangeSet(puts=tuple(puts)))


def fastest(work: Callable[[], object], times: int = 20) -> float:
    """Return the time of one call in milliseconds, the best of so many."""
    best = float("inf")
    for _ in range(times):
        began = perf_counter()
        work()
        best = min(best, perf_counter() - began)
    return best * 1_000


def query(folder: str, count: int) -> None:
    """Print what the due query costs among so many, when little, much and nothing is due."""
    with SqliteStore(Path(folder) / "due.db", synchronous="NORMAL") as opened:
        store, began = opened.tenant("main"), perf_counter()
        fill(store, count, ended=7)
        print(f"{count:,} subscriptions written in {perf_counter() - began:.0f} s")
        noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
        early = noon - timedelta(days=1)
        first = fastest(lambda: list(read_due(store, noon, limit=100, page=100)))
        idle = fastest(lambda: list(read_due(store, early, limit=100)))
        print(f"  due: nothing {idle:.3f} ms, the first 100 rows read {first:.2f} ms", end=", ")
    base = sqlite3.connect(Path(folder) / "due.db")
    span = span_of(
        UNREAD_SUBSCRIPTIONS, index="by_next", within=(), starts=None, after=None, limit=100
    )
    sql, values = table_of(UNREAD_SUBSCRIPTIONS).page("by_next", span)
    asked = fastest(lambda: base.execute(sql, (1, *values)).fetchall())
    print(f"of which the query {asked:.3f} ms")
    print(" ", base.execute(f"EXPLAIN QUERY PLAN {sql}", (1, *values)).fetchone()[3])
    base.close()
    peer(folder, count)


def peer(folder: str, count: int) -> None:
    """Print the same of a table written by hand."""
    base, day = sqlite3.connect(Path(folder) / "peer.db", isolation_level=None), 86_400
    base.execute("CREATE TABLE sub(id INTEGER PRIMARY KEY, due INT, status INT, body TEXT)")
    base.execute("BEGIN")
    base.executemany(
        "INSERT INTO sub VALUES (?, ?, 1, ?)",
        ((n, n % 28 * day, "x" * 600) for n in range(count)),
    )
    base.execute("COMMIT")
    base.execute("CREATE INDEX due ON sub(due, id) WHERE status=1")
    sql = "SELECT id, body FROM sub WHERE status=1 AND due<=? ORDER BY due, id LIMIT 100"
    print(f"  peer: first 100 due {fastest(lambda: base.execute(sql, (day,)).fetchall()):.2f} ms")
    base.close()


def foresee(folder: str, count: int) -> None:
    """Print how long the forecast of a year takes, and the memory it adds at the most."""
    with Crm.open(Path(folder) / "forecast.db", clock=FixedClock(START)) as crm:
        fill(crm.store, count)
        began, before, actions = perf_counter(), getrusage(RUSAGE_SELF).ru_maxrss, 0
        for _ in crm.forecast(days=365):
            actions += 1
        more = (getrusage(RUSAGE_SELF).ru_maxrss - before) / 1024
        seconds = perf_counter() - began
    print(f"forecast of a year of {count:,}: {actions:,} actions, {seconds:.0f} s, +{more:.0f} MB")


@contextmanager
def timed(shares: dict[str, float], name: str, owner: Any, attribute: str) -> Iterator[None]:  # noqa: ANN401
    """Add up the time that a function of ours takes, its own callees among it."""
    before = getattr(owner, attribute)

    def clocked(*given: Any, **named: Any) -> Any:  # noqa: ANN401
        began = perf_counter()
        try:
            return before(*given, **named)
        finally:
            shares[name] = shares.get(name, 0.0) + perf_counter() - began

    setattr(owner, attribute, clocked)
    try:
        yield
    finally:
        setattr(owner, attribute, before)


def renewals(target: str, *, synchronous: str = "FULL", count: int, now: datetime) -> None:
    """Print how many renewals a second one process claims, advances and commits, and the shares."""
    plain = _run(target, synchronous, count, now)
    shares: dict[str, float] = {}
    with (
        timed(shares, "advance", running, "advance"),
        timed(shares, "codec", UnreadSubscription, "read"),
        timed(shares, "codec", Kind, "row"),
        timed(shares, "codec", Kind, "read"),
        timed(shares, "SQLite", tenant.SqliteTenant, "apply"),
        timed(shares, "SQLite", tenant.SqliteTenant, "_ask"),
        timed(shares, "ready", tenant, "plan_of"),
    ):
        whole = _run(target, synchronous, count, now + timedelta(days=31))
    shares["SQLite"] -= shares.pop("ready")  # a set is made ready before SQLite sees it
    parts = ", ".join(f"{name} {part / whole:.0%}" for name, part in shares.items())
    print(f"  synchronous={synchronous}: {count / plain:,.0f} renewals/s ({parts})")


def _run(target: str, synchronous: str, count: int, now: datetime) -> float:
    with SqliteStore(target, synchronous=synchronous) as opened:  # type: ignore[arg-type]
        crm, began = Crm(opened, settings=Settings(clock=FixedClock(now))), perf_counter()
        report = crm.run_due()
        seconds = perf_counter() - began
    assert report.charges == count, report
    return seconds


def workers(url: str, number: int, count: int, *, shares: bool) -> str:
    """Let so many processes run at once; return renewals a second, and conflicts."""
    command = [sys.executable, __file__, "--work", url, str(number)]
    running_ = [
        subprocess.Popen([*command, str(at if shares else -1)], stdout=subprocess.PIPE, text=True)
        for at in range(number)
    ]
    told = [json.loads(each.communicate()[0]) for each in running_]
    assert sum(each["charges"] for each in told) == count, told
    rate = count / (max(each["end"] for each in told) - min(each["begin"] for each in told))
    return f"{rate:>8,.0f}/s {sum(each['conflicts'] for each in told):>4} conflicts"


def work(url: str, number: int, at: int) -> None:
    """Be one of the processes, and tell what came of it."""
    conflicts = 0
    with Crm.open(url, clock=FixedClock(datetime(2026, 2, 28, 12, tzinfo=UTC))) as crm:
        before = crm.store.apply

        def apply(changes: ChangeSet) -> Any:  # noqa: ANN401
            nonlocal conflicts
            try:
                return before(changes)
            except Exception:
                conflicts += 1
                raise

        object.__setattr__(crm, "store", _Counting(crm.store, apply))
        crm.dry_run.store = crm.store
        begin = perf_counter()
        report = crm.run_due(shard=None if at < 0 else (at, number))
    told = {"begin": begin, "end": perf_counter(), "conflicts": conflicts}
    print(json.dumps(told | {"charges": report.charges}))


class _Counting:
    """A store whose writes are another's."""

    def __init__(self, store: Any, apply: Any) -> None:  # noqa: ANN401
        self._store, self.apply = store, apply

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._store, name)


def side_by_side(folder: str, count: int, number: int, *, postgres: bool) -> None:
    """Print what workers do side by side: with shares, and without."""
    for shares in (True, False):
        for many in (1, number):
            url = _filled(folder, count, f"{many}{shares}", postgres=postgres)
            how = "shares" if shares else "no shares"
            print(
                f"  {many} workers, {how:9}", workers(url, many, count, shares=shares), flush=True
            )


def _filled(folder: str, count: int, name: str, *, postgres: bool) -> str:
    if postgres:
        from tests.postgres import server

        url = server().fresh()
    else:
        url = str(Path(folder) / f"side{name}.db")
    with Crm.open(url) as crm:
        fill(crm.store, count)
    return url


def main() -> None:
    """Print everything, or be a worker."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--renewals", type=int, default=5_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--forecast", type=int, default=0, help="of so many, for a year")
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--work", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work[0], int(given.work[1]), int(given.work[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        if given.rows:
            query(folder, given.rows)
        if given.forecast:
            foresee(folder, given.forecast)
        now = datetime(2026, 2, 28, 12, tzinfo=UTC)
        for synchronous in ("FULL", "NORMAL"):
            target = str(Path(folder) / f"{synchronous}.db")
            with SqliteStore(target) as opened:
                fill(opened.tenant("main"), given.renewals)
            renewals(target, synchronous=synchronous, count=given.renewals, now=now)
        print("Side by side on SQLite")
        side_by_side(folder, given.renewals, given.workers, postgres=False)
        if given.postgres:
            print("Side by side on Postgres")
            side_by_side(folder, given.renewals, given.workers, postgres=True)


if __name__ == "__main__":
    main()
