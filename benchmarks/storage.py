"""Storage: customers written and read a second by each adapter, beside its driver used by hand.

    python benchmarks/storage.py [CUSTOMERS] [ADAPTER ...]

An adapter is memory, sqlite, sqlalchemy-sqlite or sqlalchemy-postgres (a server of its own is
started); all four by default. The first 10,000 customers, 500 to a set, are written and read twice,
page by page in turn: by the adapter, from values, and by hand, from dicts, with the same JSON text
in tables with the same columns, keys and indexes (executemany; on Postgres COPY too). Then the
adapter goes on to CUSTOMERS (20,000 by default), tells its memory on the way, and is asked for
customers by an exact key.

The full size, on a quiet machine: ``python benchmarks/storage.py 1000000`` (about 4 GB of disk for
an adapter, under TMPDIR).
"""

from __future__ import annotations

import gc
import json
import random
import sqlite3
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any, Protocol, TypeVar

import psycopg
import sqlalchemy as sa
from attrs import evolve

sys.path.insert(0, str(Path(__file__).parents[1]))
from ecrm_core import Crm
from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, build_tables
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Settings
from ecrm_core.customers import (
    PROFILES,
    RECORDS,
    TOMBSTONES,
    Profile,
    SourceKey,
    SourceRecord,
    Stated,
    home_id,
    parse_email,
    parse_phone,
)
from ecrm_core.kernel import ChangeSet, CustomerId, FixedClock, Key
from ecrm_core.ports import Store, Tenants, read_profiles
from ecrm_core.ports.plan import Plan, plan_of
from ecrm_core.services.candidates import Holders, keys_of_record
from ecrm_core.sources import Delivery
from tests import postgres

T = TypeVar("T")
PAGE, BESIDE, ASKED, TOLD = 500, 10_000, 500, 100_000
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TABLES = build_tables(sa.MetaData(), prefix="plain_")
Rows = Sequence[tuple[Any, ...]]
TEXT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Plain(Protocol):
    """A driver used by hand."""

    def write(self, tables: dict[str, Rows]) -> None: ...

    def read(self, table: str, keys: Sequence[Key]) -> list[Any]: ...


class PlainSqlite:
    """sqlite3 with the settings of SqliteStore."""

    def __init__(self, path: Path) -> None:
        engine = sa.create_engine(f"sqlite:///{path}")
        TABLES.metadata.create_all(engine)
        engine.dispose()
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536",
                       "wal_autocheckpoint=16000"):  # fmt: skip
            self.connection.execute(f"PRAGMA {pragma}")

    def write(self, tables: dict[str, Rows]) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for name, rows in tables.items():
            self.connection.executemany(insert(name, "?"), dumped(rows))
        self.connection.execute("COMMIT")

    def read(self, table: str, keys: Sequence[Key]) -> list[Any]:
        column = [c.name for c in OF[table].keys][-1]
        marks = ",".join("?" * len(keys))
        sql = f"SELECT body FROM plain_{table} WHERE tenant='main' AND {column} IN ({marks})"
        if len(keys[0]) > 1:
            sql += " AND key_source='shop'"
        found = self.connection.execute(sql, [key[-1] for key in keys])
        return [json.loads(body) for (body,) in found]

    def close(self) -> None:
        self.connection.close()


class PlainPostgres:
    """psycopg: executemany, which is a pipeline, or COPY."""

    def __init__(self, url: str, *, copy: bool = False) -> None:
        engine = sa.create_engine(url)
        TABLES.metadata.create_all(engine)
        engine.dispose()
        self.connection = psycopg.connect(dsn(url))
        self.copy = copy

    def write(self, tables: dict[str, Rows]) -> None:
        with self.connection.transaction(), self.connection.cursor() as cursor:
            for name, rows in tables.items():
                if self.copy:
                    names = ", ".join(column.name for column in OF[name].table.columns)
                    with cursor.copy(f"COPY plain_{name} ({names}) FROM STDIN") as copy:
                        for row in dumped(rows):
                            copy.write_row(row)
                else:
                    cursor.executemany(insert(name, "%s"), dumped(rows))

    def read(self, table: str, keys: Sequence[Key]) -> list[Any]:
        column = [c.name for c in OF[table].keys][-1]
        sql = f"SELECT body::text FROM plain_{table} WHERE tenant='main' AND {column} = ANY(%s)"
        if len(keys[0]) > 1:
            sql += " AND key_source='shop'"
        found = self.connection.execute(sql.encode(), [[key[-1] for key in keys]]).fetchall()
        self.connection.commit()
        return [json.loads(body) for (body,) in found]

    def close(self) -> None:
        self.connection.close()


OF = {held.kind.name: held for held in TABLES.every()}
"""The tables by the names of their Kinds."""


def insert(name: str, mark: str) -> str:
    columns = [column.name for column in OF[name].table.columns]
    marks = ", ".join([mark] * len(columns))
    return f"INSERT INTO plain_{name} ({', '.join(columns)}) VALUES ({marks})"


def dsn(url: str) -> str:
    made = sa.make_url(url)
    return f"host={made.query['host']} user={made.username} dbname={made.database}"


# ---------------------------------------------------------------- customers


def record(number: int) -> SourceRecord:
    """An invented customer; her e-mail and phone are hers alone."""
    values: dict[str, Any] = {
        "name.given": f"Anna{number % 977}",
        "name.family": f"Berg{number // 977}",
        "emails": (parse_email(f"person{number}@example.com"),),
        "phones": (parse_phone(f"+82 2-{number // 10_000:04}-{number % 10_000:04}"),),
        "brand": "main",
    }
    cells = {name: Stated(value, NOW, NOW) for name, value in values.items()}
    return SourceRecord(SourceKey("shop", str(number)), cells)


def sets(first: int, customers: int) -> Iterator[ChangeSet]:
    """Sets of 500 new customers, as ``ingest`` decides them."""
    decider = Crm(MemoryStore(), settings=Settings(clock=FixedClock(NOW)))
    for at in range(first, customers, PAGE):
        people = tuple(record(number) for number in range(at, min(at + PAGE, customers)))
        changes = decider.dry_run.ingest(Delivery(source="shop", records=people))
        # Each set is decided on an empty store, which has no mark of erasures yet.
        puts = tuple(put for put in changes.puts if put.kind is not TOMBSTONES)
        expects = tuple(each for each in changes.expects if each.kind is not TOMBSTONES)
        yield evolve(changes, puts=puts, expects=expects)


def by_hand(plan: Plan) -> dict[str, Rows]:
    """The rows of a set as a script has them: texts, and a dict."""
    return {
        kind.name: [
            ("main", *OF[kind.name].texts(row)[:-1], 1, kind.format, json.loads(row.body))
            for row in rows
        ]
        for kind, rows in plan.writes
    }


def dumped(rows: Rows) -> Iterator[tuple[Any, ...]]:
    """The rows as a driver takes them."""
    return ((*columns, TEXT(body)) for *columns, body in rows)


# ---------------------------------------------------------------- measuring


class Watch:
    """Seconds by what was done."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def time(self, what: str, work: Callable[[], T]) -> T:
        began = time.perf_counter()
        done = work()
        self.seconds[what].append(time.perf_counter() - began)
        return done

    def told(self, what: str, count: int, beside: str | None = None) -> None:
        took = sum(self.seconds[what])
        ratio = f"{took / sum(self.seconds[beside]):6.2f} x the time by hand" if beside else ""
        print(f"  {what:<34}{count / took:>10,.0f} customers/s{ratio}")


def beside(store: Store, plains: dict[str, Plain], customers: int) -> None:
    """Write and read the first customers with the adapter and by hand, in turn."""
    watch = Watch()
    for changes in sets(0, customers):
        plan = watch.time("values to JSON", lambda c=changes: plan_of(c))
        rows = by_hand(plan)
        for name, plain in plains.items():
            watch.time(f"write: {name}", lambda p=plain, r=rows: p.write(r))
        watch.time("write: the adapter", lambda c=changes: store.apply(c))
        keys = {kind: [row.key for row in held] for kind, held in plan.writes}
        for kind in (RECORDS, PROFILES):
            for name, plain in plains.items():
                watch.time(f"read: {name}", lambda p=plain, k=kind, a=keys: p.read(k.name, a[k]))
            watch.time("read: the adapter", lambda k=kind, a=keys: store.get_many(k, a[k]))
    hand = next(iter(plains), None)
    for what in watch.seconds:
        compared = hand and what.endswith("the adapter") and f"{what.split(':')[0]}: {hand}"
        watch.told(what, customers, compared or None)


def go_on(store: Store, first: int, customers: int) -> None:
    """Write the other customers, and tell speed and memory."""
    watch = Watch()
    for at, changes in enumerate(sets(first, customers), 1):
        watch.time("write", lambda c=changes: store.apply(c))
        done = first + at * PAGE
        if done % TOLD == 0 or done >= customers:
            speed = PAGE * len(watch.seconds["write"]) / sum(watch.seconds["write"])
            print(f"  {done:>10,} customers  {speed:>8,.0f} customers/s  {memory():>6,.0f} MB")
            watch.seconds.clear()


def memory() -> float:
    """The memory this process holds now, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def ask(opened: Tenants, customers: int) -> None:
    """Ask for customers by an exact key, one at a time."""
    crm, draw, watch = Crm(opened), random.Random(1), Watch()
    store = crm.store
    for number in [0, *draw.sample(range(customers), min(ASKED, customers))]:
        asked = record(number)
        hits = watch.time("find an e-mail", lambda n=number: crm.find(f"person{n}@example.com"))
        assert len(hits) == 1
        assert watch.time("match candidates", lambda r=asked: candidates(store, r))
        watch.time("matches, scored", lambda r=asked: crm.matches(r))
    for what, seconds in watch.seconds.items():
        cuts = [1e3 * cut for cut in quantiles(seconds[1:], n=100)]  # the first prepares statements
        print(f"  {what:<34}p50 {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms")


def candidates(store: Store, asked: SourceRecord) -> Mapping[CustomerId, Profile]:
    """The profiles of whoever shares a key with a record."""
    keys = keys_of_record(home_id(store.tenant, asked.key), asked)
    found = Holders(store).of(keys).values()
    return read_profiles(store, sorted({home for homes in found for home in homes}))


# ---------------------------------------------------------------- adapters


def main(customers: int, adapters: Sequence[str]) -> None:
    """Measure each adapter, one after the other."""
    gc.freeze()  # as servers do: else collections walk the imported modules, on anybody's time
    for adapter in adapters:
        print(f"{adapter}: {customers:,} customers, {PAGE} to a set")
        with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
            opened, plains = opened_for(adapter, Path(folder), stack)
            store = opened.tenant("main")
            some = min(BESIDE, customers)
            beside(store, plains, some)
            go_on(store, some, customers)
            ask(opened, customers)


def opened_for(adapter: str, folder: Path, stack: ExitStack) -> tuple[Tenants, dict[str, Plain]]:
    """The store of an adapter, and drivers for the same database."""
    if adapter == "memory":
        return MemoryStore(), {}
    if adapter == "sqlalchemy-postgres":
        server = started(stack)
        plains: dict[str, Any] = {
            "executemany": PlainPostgres(server.fresh()),
            "COPY": PlainPostgres(server.fresh(), copy=True),
        }
        opened: Tenants = SqlAlchemyStore.open(server.fresh())
    else:
        plains = {"executemany": PlainSqlite(folder / "plain.db")}
        path = folder / "shop.db"
        opened = (
            SqliteStore(path) if adapter == "sqlite" else SqlAlchemyStore.open(f"sqlite:///{path}")
        )
    for thing in (opened, *plains.values()):
        stack.enter_context(closing(thing))
    return opened, plains


def started(stack: ExitStack) -> postgres.Postgres:
    """A server that loses nothing, unlike that of the tests."""
    postgres._SETTINGS |= {"fsync": "on", "full_page_writes": "on", "autovacuum": "on"}
    server = postgres.make_server()
    stack.callback(server.stop)
    server.start()
    return server


ALL = ("memory", "sqlite", "sqlalchemy-sqlite", "sqlalchemy-postgres")
if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20_000, sys.argv[2:] or ALL)
