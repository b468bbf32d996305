"""Views of one customer: p50 and p95 in stores of 10 k, 100 k, 1 M, beside asking one by one.

python benchmarks/view.py [customers ...] [--postgres]

The first 10,000 customers are taken in as a shop would; larger stores are copies of their rows
under other names, written by the database itself, so that a million take a minute and not an hour.
The peer is the same view of the same customers from a store that is asked one question after the
other, as it was before questions went together.
"""

from __future__ import annotations

import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from benchmarks.people import person  # noqa: E402
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore  # noqa: E402
from ecrm_core.adapters.sqlite import SqliteStore  # noqa: E402
from ecrm_core.crm import Crm, Settings  # noqa: E402
from ecrm_core.customers import (  # noqa: E402
    HOMES,
    ConsentState,
    ConsentStatement,
    SourceKey,
    SourceRecord,
    Stated,
    address_subject,
    parse_email,
    parse_phone,
)
from ecrm_core.kernel import FixedClock, Money  # noqa: E402
from ecrm_core.ports import Store, Tenants  # noqa: E402
from ecrm_core.services import Look, see_customer  # noqa: E402
from ecrm_core.sources import Delivery  # noqa: E402
from ecrm_core.timeline import Interaction, OrderLine  # noqa: E402
from tests.postgres import PostgresUnavailableError, server  # noqa: E402

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LOOK = Look(now=NOW, today=NOW.date(), region="KR")
SOURCE, MAIL = "seedshop", "seedmail"
BASE = 10_000
"""Customers taken in one by one; the others are copies of them."""


class OneByOne:
    """A store that offers the four methods and nothing beside."""

    def __init__(self, store: Store) -> None:
        self.tenant = store.tenant
        self.get_many, self.find_many = store.get_many, store.find_many
        self.scan, self.apply = store.scan, store.apply


def main(sizes: list[int], *, postgres: bool) -> None:
    """Fill stores of these sizes and look at customers in each."""
    print(
        f"{'store':10} {'customers':>10} {'p50':>9} {'p95':>9} {'of it CPU':>10} "
        f"{'one by one':>11} {'ratio':>6}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "shop.db")
            fill(SqliteStore(path), min(size, BASE))
            copy_sqlite(path, size // BASE)
            look("sqlite", SqliteStore(path), size)
        if postgres:
            try:
                url = server().fresh()
            except PostgresUnavailableError as why:
                print(f"postgres: {why}")
                continue
            fill(SqlAlchemyStore.open(url), min(size, BASE))
            copy_postgres(url.replace("+psycopg", ""), size // BASE)
            look("postgres", SqlAlchemyStore.open(url), size)


# ---------------------------------------------------------------- the shop


def fill(store: Tenants, count: int) -> None:
    """Take in customers with five events and a consent each, some with a subscription elsewhere."""
    draw = random.Random(1)
    with Crm(store, settings=Settings(clock=FixedClock(NOW), region="KR")) as crm:
        for start in range(0, count, 500):
            rows = [_customer(draw, number) for number in range(start, min(start + 500, count))]
            crm.ingest(Delivery(
                source=SOURCE,
                records=tuple(record for record, _, _ in rows),
                consents=tuple(said for _, said, _ in rows),
                interactions=tuple(told for _, _, events in rows for told in events),
            ))  # fmt: skip
        crm.view(f"{SOURCE}/0")  # which makes every index


def _customer(
    draw: random.Random, number: int
) -> tuple[SourceRecord, ConsentStatement, list[Interaction]]:
    row = person(draw, number)
    key = SourceKey(SOURCE, str(number))
    mail = parse_email(f"person{number}@{MAIL}.example.com")
    values: dict[str, Any] = {
        "name.given": row[1], "name.family": row[2], "emails": (mail,),
        "phones": (parse_phone(f"+8210{number:08}"),), "address.lines": (row[5],),
        "address.locality": row[6], "address.country": row[7],
    }  # fmt: skip
    at = NOW - timedelta(minutes=number)
    record = SourceRecord(key, {name: Stated(value, at, NOW) for name, value in values.items()})
    state = draw.choice(list(ConsentState))
    said = ConsentStatement(subject=address_subject(mail), channel="email", purpose="marketing",
                            state=state, at=at, source=SOURCE)  # fmt: skip
    return record, said, list(_events(key, number, at))


def _events(key: SourceKey, number: int, at: datetime) -> Iterable[Interaction]:
    lines = (OrderLine(product="p1", title="Beans", quantity=2, price=Money("9.90", "EUR")),)
    told: dict[str, Any] = {"source": SOURCE, "subject": key, "at": at}
    yield Interaction(event_id=f"v{number}", kind="page_viewed", channel="web", **told)
    yield Interaction(event_id=f"m{number}", kind="email_opened", **told)
    for order in range(2):
        yield Interaction(
            event_id=f"o{number}-{order}", kind="order_placed", correlation=f"{number}-{order}",
            amount=Money("19.80", "EUR"), lines=lines, reference=f"#{number}{order}", **told,
        )  # fmt: skip
    yield Interaction(event_id=f"t{number}", kind="ticket_opened", correlation=f"T{number}", **told)


# ---------------------------------------------------------------- copies


_NAMES = (("cus_", "cus_{n}"), (SOURCE, SOURCE + "{n}"), (MAIL, MAIL + "{n}"))
"""What is put in place of what, so that a copy is a customer of her own in every row."""


def _replaced(column: str, number: int) -> str:
    for old, new in _NAMES:
        column = f"replace({column}, '{old}', '{new.format(n=f'{number:02x}')}')"
    return column


def copy_sqlite(path: Path, times: int) -> None:
    """Copy every row of customers so many times less one."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    tables = [name for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'k\\_%' ESCAPE '\\'"
    )]  # fmt: skip
    for table in tables:
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        fixed = {"tenant", "version", "format"}
        (last,) = connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()
        for number in range(1, times):
            wanted = [c if c in fixed else _replaced(c, number) for c in columns]
            connection.execute(
                f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) "
                f"SELECT {', '.join(wanted)} FROM {table} WHERE rowid <= {last or 0}"
            )
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def copy_postgres(url: str, times: int) -> None:
    """Copy every row of customers so many times less one."""
    with psycopg.connect(url, autocommit=True) as connection:
        tables = [name for (name,) in connection.execute(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'body'"
        )]  # fmt: skip
        for table in tables:
            columns = connection.execute(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_name = %s ORDER BY ordinal_position", (table,)
            ).fetchall()  # fmt: skip
            connection.execute(f'CREATE TABLE seed AS SELECT * FROM "{table}"')
            for number in range(1, times):
                wanted = [_of_postgres(name, of, number) for name, of in columns]
                connection.execute(
                    f'INSERT INTO "{table}" SELECT {", ".join(wanted)} FROM seed '
                    "ON CONFLICT DO NOTHING"
                )
            connection.execute("DROP TABLE seed")
            connection.execute(f'ANALYZE "{table}"')


def _of_postgres(name: str, of: str, number: int) -> str:
    if of == "text" and name != "tenant":
        return _replaced(f'"{name}"', number)
    if of == "json":
        return f"({_replaced(f'{chr(34)}{name}{chr(34)}::text', number)})::json"
    return f'"{name}"'


# ---------------------------------------------------------------- looking


def look(name: str, tenants: Tenants, size: int) -> None:
    """Look at 300 customers, each for the first time, and print how long it took."""
    store = tenants.tenant("main")
    page = store.scan(HOMES, limit=10_000).rows
    draw = random.Random(2)
    whole = [row.value.id for row in page]
    copies = max(1, size // BASE)
    ids = [_named(draw.choice(whole), draw.randrange(copies)) for _ in range(600)]
    known = [id_ for id_ in dict.fromkeys(ids) if store.get_many(HOMES, [(id_,)])]
    half = len(known) // 2
    see_customer(store, known[0], LOOK)
    begun = time.process_time()
    ours = _times(store, known[:half])
    cpu = (time.process_time() - begun) / half * 1_000
    plain: Store = OneByOne(store)  # type: ignore[assignment] - the rest is the store's own
    theirs = _times(plain, known[half:])
    p50, p95 = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    peer = statistics.median(theirs)
    print(f"{name:10} {size:>10,} {p50:>7.2f}ms {p95:>7.2f}ms {cpu:>8.2f}ms "
          f"{peer:>9.2f}ms {peer / p50:>5.1f}x", flush=True)  # fmt: skip
    tenants.close()


def _named(id_: str, copy: int) -> str:
    plain = id_ if len(id_) == 36 else f"cus_{id_[-32:]}"
    return plain if copy == 0 else plain.replace("cus_", f"cus_{copy:02x}")


def _times(store: Store, ids: list[Any]) -> list[float]:
    took = []
    for id_ in ids:
        begun = time.perf_counter()
        see_customer(store, id_, LOOK)
        took.append((time.perf_counter() - begun) * 1_000)
    return took


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(given or [10_000, 100_000, 1_000_000], postgres="--postgres" in sys.argv)
