"""Intake: webhooks and pages of orders taken into a store, beside plain upserts of the same rows.

    python benchmarks/intake.py [ORDERS] [sqlite] [postgres]

Each order is read from its payload, taken in under its webhook's key, told again (cancelled: facts
are corrected), and its refund comes alone. The peer is the driver by hand: the rows that intake
wrote, with the same JSON text, in tables with the same columns, keys and indexes, a transaction
for each delivery. It decides nothing.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from storage import NOW, OF, PlainPostgres, PlainSqlite

from ecrm_core import Crm
from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.crm import Settings
from ecrm_core.kernel import Applied, ChangeSet, FixedClock, Money
from ecrm_core.ports import Tenants
from ecrm_core.ports.plan import Plan, plan_of
from ecrm_core.sources import Delivery, shopify
from ecrm_core.timeline import Interaction
from tests import postgres

PAGE = 500
Told = Sequence[tuple[str, list[tuple[Any, ...]]]]


def body(number: int, hour: int) -> dict[str, Any]:
    """An order of about 1 kB; five of each customer."""
    line = {"product_id": 1, "title": "Beans", "quantity": 1, "price": "9.90", "sku": "S"}
    who = number // 5
    return {
        "id": 10_000 + number, "order_number": number, "financial_status": "paid",
        "created_at": "2026-05-01T00:00:00Z", "updated_at": f"2026-05-02T{hour:02}:00:00Z",
        "currency": "EUR", "total_price": "29.70", "line_items": [line] * 3,
        "customer": {"id": 1 + who, "first_name": "Ann", "last_name": f"Example{who}",
                     "email": f"a{who}@example.com"},
        **({"cancelled_at": "2026-05-03T00:00:00Z"} if hour else {}),
    }  # fmt: skip


def refund(number: int) -> Delivery:
    """A refund alone: its order says whose it is."""
    told = Interaction(
        source="shopify", event_id=f"refund/{number}", kind="refund", at=NOW, told_at=NOW,
        amount=Money("9.90", "EUR"), correlation=str(10_000 + number),
    )  # fmt: skip
    return Delivery(source="shopify", interactions=(told,), kept=({},))


def read(bodies: Sequence[dict[str, Any]]) -> list[Delivery]:
    return [shopify.read(json.dumps(one).encode(), received_at=NOW) for one in bodies]


def pages(bodies: Sequence[dict[str, Any]]) -> list[Delivery]:
    parts = [bodies[at : at + PAGE] for at in range(0, len(bodies), PAGE)]
    return [shopify.read(json.dumps(part).encode(), received_at=NOW) for part in parts]


class Taped:
    """A store in memory that keeps what each set of changes wrote."""

    def __init__(self) -> None:
        self.crm = Crm(MemoryStore(), settings=Settings(clock=FixedClock(NOW)))
        self.plans: list[Plan] = []
        apply = self.crm.store.apply

        def taped(changes: ChangeSet) -> Applied:
            self.plans.append(plan_of(changes))
            return apply(changes)

        self.crm.store.apply = taped  # type: ignore[method-assign]

    def told(self) -> Iterator[Told]:
        """Give each set as rows by table; those of receipts and of the audit too."""
        for number, plan in enumerate(self.plans, 1):
            yield [
                (kind.name, [("main", *OF[kind.name].texts(row)[:-1], 1, kind.format, row.body)
                             for row in rows])
                for kind, rows in plan.writes_at(number)
            ]  # fmt: skip


def upsert(name: str, mark: str) -> str:
    """SQL that writes a row in the place of one of its key."""
    table = OF[name].table
    columns = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key.columns]
    rest = ", ".join(f"{c}=excluded.{c}" for c in columns if c not in keys)
    marks = ", ".join([mark] * len(columns))
    return (f"INSERT INTO plain_{name} ({', '.join(columns)}) VALUES ({marks})"
            f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {rest}")  # fmt: skip


def by_hand(plain: PlainSqlite | PlainPostgres, sets: Sequence[Told]) -> None:
    """Write each set in a transaction of its own."""
    for tables in sets:
        if isinstance(plain.connection, sqlite3.Connection):
            plain.connection.execute("BEGIN IMMEDIATE")
            for name, rows in tables:
                plain.connection.executemany(upsert(name, "?"), rows)
            plain.connection.execute("COMMIT")
            continue
        with plain.connection.transaction(), plain.connection.cursor() as cursor:
            for name, rows in tables:
                cursor.executemany(upsert(name, "%s"), rows)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def beside(
    name: str, crm: Crm, plain: PlainSqlite | PlainPostgres, told: tuple[Taped, list[Delivery], int]
) -> None:
    """Take deliveries in, and write the same rows by hand; print both and the ratio."""
    taped, deliveries, orders = told
    taped.plans.clear()
    for number, delivery in enumerate(deliveries):
        taped.crm.ingest(delivery, key=f"{name} {number}", now=NOW)
    sets = list(taped.told())
    ours = timed(lambda: [crm.ingest(each, key=f"{name} {number}", now=NOW)
                          for number, each in enumerate(deliveries)])  # fmt: skip
    peer = timed(lambda: by_hand(plain, sets))
    rows = sum(len(held) for tables in sets for _, held in tables)
    print(f"  {name:<22}{orders / ours:>8,.0f} /s   by hand {orders / peer:>8,.0f} /s"
          f"   {ours / peer:5.1f} x   ({rows / orders:.1f} rows each)")  # fmt: skip


def run(store: Tenants, plain: PlainSqlite | PlainPostgres, orders: int) -> None:
    crm, taped = Crm(store, settings=Settings(clock=FixedClock(NOW))), Taped()
    single = [body(number, 0) for number in range(orders)]
    many = [body(number, 0) for number in range(orders, 6 * orders)]
    again = [body(number, 1) for number in range(orders)]
    alone = [refund(number) for number in range(orders)]
    for name, deliveries, count in (
        ("webhooks of orders", read(single), orders),
        ("refunds alone", alone, orders),
        ("orders told again", read(again), orders),
        (f"pages of {PAGE} orders", pages(many), 5 * orders),
    ):
        beside(name, crm, plain, (taped, deliveries, count))


def main(orders: int, places: Sequence[str]) -> None:
    """Run every place."""
    bodies = [body(number, 0) for number in range(orders)]
    print(f"mapped        {orders / timed(lambda: read(bodies)):>8,.0f} orders/s")
    facts_updated(orders)
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in places:
            print("sqlite")
            with (
                closing(SqliteStore(Path(folder, "shop.db"))) as store,
                closing(PlainSqlite(Path(folder, "plain.db"))) as plain,
            ):
                run(store, plain, orders)
        if "postgres" in places:
            print("postgres")
            server = postgres.server()
            engine = sa.create_engine(server.fresh())
            with (
                closing(SqlAlchemyStore(engine)) as held,
                closing(PlainPostgres(server.fresh())) as beside_it,
            ):
                run(held, beside_it, orders)


def facts_updated(orders: int) -> None:
    """Print how many events a second facts take up, in memory: decided, not written."""
    crm = Crm(MemoryStore(), settings=Settings(clock=FixedClock(NOW)))
    told = [one for delivery in pages([body(n, 0) for n in range(orders)])
            for one in delivery.interactions]  # fmt: skip
    parts = [told[at : at + PAGE] for at in range(0, len(told), PAGE)]
    took = timed(lambda: [crm.dry_run.record(part) for part in parts])
    print(f"facts updated {len(told) / took:>8,.0f} events/s")


if __name__ == "__main__":
    count = next((int(text) for text in sys.argv[1:] if text.isdigit()), 2_000)
    main(count, [text for text in sys.argv[1:] if text.isalpha()] or ["sqlite", "postgres"])
