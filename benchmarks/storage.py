"""Storage: rows a second through apply and back, beside sqlite3 written by hand.

The peer is what a script would do: executemany of the same keys and JSON texts into plain tables
with the same primary keys (and, once more, the same indexes), 500 customers to a transaction, the
same settings.
Run with the number of customers (7 rows each; 20,000 by default).
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from attrs import frozen

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.kernel import ChangeSet, Index, Key, Kind, Put
from ecrm_core.ports import Store
from ecrm_core.ports.plan import plan_of

PAGE = 500


@frozen(kw_only=True)
class Card:
    source: str
    number: str
    home: str
    text: str


@frozen(kw_only=True)
class Face:
    home: str
    root: str
    name: str
    text: str


@frozen(kw_only=True)
class Mark:
    number: str
    home: str


CARDS = Kind(
    name="card",
    of=Card,
    key=("source", "number"),
    indexes=(Index("home", ("home",)),),
    owner="benchmark",
)
FACES = Kind(
    name="face",
    of=Face,
    key=("home",),
    indexes=(Index("root", ("root",)), Index("name", ("name",))),
    owner="benchmark",
)
MARKS = Kind(
    name="mark",
    of=Mark,
    key=("number", "home"),
    indexes=(Index("number", ("number",)),),
    owner="benchmark",
)
KINDS: tuple[Kind[object], ...] = (CARDS, FACES, MARKS)


def rows_of(number: int) -> Iterator[Put]:
    home = "cus_" + hashlib.md5(str(number).encode()).hexdigest()[:26]
    yield Put(CARDS, Card(source="shop", number=f"{number:09}", home=home, text="r" * 300))
    yield Put(FACES, Face(home=home, root=home, name=home[::-1], text="p" * 400))
    for mark in range(5):
        key = hashlib.md5(f"{number}/{mark}".encode()).hexdigest()[:20]
        yield Put(MARKS, Mark(number=key, home=home))


def pages(customers: int) -> list[ChangeSet]:
    return [
        ChangeSet(puts=tuple(put for n in range(at, at + PAGE) for put in rows_of(n)))
        for at in range(0, customers, PAGE)
    ]


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def by_hand(path: Path, sets: list[ChangeSet], *, indexed: bool) -> float:
    plans = [plan_of(changes) for changes in sets]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("PRAGMA wal_autocheckpoint=16000")
        wanted = {
            kind: [i for i in kind.indexes if indexed and i.columns[0] != kind.key[0]]
            for kind in KINDS
        }
        for kind in KINDS:
            keys = ", ".join(f"k{at} TEXT" for at in range(len(kind.key)))
            names = ", ".join(f"k{at}" for at in range(len(kind.key)))
            extra = "".join(f", {index.name}_ TEXT" for index in wanted[kind])
            connection.execute(
                f"CREATE TABLE {kind.name} ({keys}, body TEXT{extra}, PRIMARY KEY ({names}))"
            )
            for index in wanted[kind]:
                sql = f"CREATE INDEX {kind.name}_{index.name} ON {kind.name} ({index.name}_)"
                connection.execute(sql)

        def work() -> None:
            for plan in plans:
                connection.execute("BEGIN IMMEDIATE")
                for kind, rows in plan.writes:
                    names = [index.name for index in wanted[kind]]
                    marks = ", ".join("?" * (len(kind.key) + 1 + len(names)))
                    connection.executemany(
                        f"INSERT INTO {kind.name} VALUES ({marks})",
                        [
                            (*r.key, r.body, *((r.entries[n] or [None])[0] for n in names))
                            for r in rows
                        ],
                    )
                connection.execute("COMMIT")

        return timed(work)


def read_all(store: Store) -> None:
    for kind in KINDS:
        page = store.scan(kind, limit=10_000)
        while page.following is not None:
            page = store.scan(kind, limit=10_000, after=page.following)


def get_pages(store: Store, customers: int) -> None:
    for at in range(0, customers, PAGE):
        keys: list[Key] = [("shop", f"{n:09}") for n in range(at, at + PAGE)]
        assert len(store.get_many(CARDS, keys)) == PAGE


def report(name: str, rows: int, seconds: float, beside: float | None = None) -> None:
    ratio = f"  {beside / seconds:5.2f} x the speed by hand" if beside else ""
    print(f"{name:<44}{rows / seconds:>12,.0f} rows/s{ratio}")


def main(customers: int) -> None:
    sets = pages(customers)
    rows = sum(len(changes.puts) for changes in sets)
    print(f"{customers:,} customers, {rows:,} rows, {PAGE} customers to a set")
    encoding = timed(lambda: [plan_of(changes) for changes in sets])
    report("values to JSON alone (kernel)", rows, encoding)
    with tempfile.TemporaryDirectory() as folder:
        bare = by_hand(Path(folder, "bare.db"), sets, indexed=False)
        hand = by_hand(Path(folder, "hand.db"), sets, indexed=True)
        report("sqlite3 by hand, no index", rows, bare)
        report("sqlite3 by hand, the same indexes", rows, hand)
        for opened in (MemoryStore(), SqliteStore(Path(folder, "ours.db"))):
            name = type(opened).__name__
            with closing(opened):
                store = opened.tenant("main")
                seconds = timed(lambda s=store: [s.apply(changes) for changes in sets])
                report(f"{name} apply", rows, seconds, hand)
                report(f"{name} apply, without JSON", rows, seconds - encoding, hand)
                report(f"{name} scan everything", rows, timed(lambda s=store: read_all(s)))
                seconds = timed(lambda s=store: get_pages(s, customers))
                report(f"{name} get_many, {PAGE} keys a call", customers, seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 20_000)
