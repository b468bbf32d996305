"""Segments in SQL: push-down beside hand-written SQL, a million customers with five million orders.

`python benchmarks/segments_sql.py 100000` asks of fewer. SQLite and a Postgres of its own.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ecrm_core.adapters.sql import (  # noqa: E402 - the folder of the tests comes first
    Column,
    CustomerTable,
    Dialect,
    Form,
    RelationTable,
    SqlMapping,
    to_sql,
)
from ecrm_core.segmentation import FieldType, Relation, Schema, SchemaField, Segment  # noqa: E402
from tests.postgres import PostgresUnavailableError, server  # noqa: E402

AS_OF = datetime(2026, 11, 26, tzinfo=UTC)
NOW = int(AS_OF.timestamp())
ROUNDS = 3


def _field(name: str, kind: FieldType) -> SchemaField:
    return SchemaField(name=name, type=kind)


SCHEMA = Schema(currency="EUR").add(
    _field("country", FieldType.TEXT),
    _field("spent", FieldType.MONEY),
    _field("joined", FieldType.INSTANT),
    Relation.of(
        "orders",
        (_field("total", FieldType.MONEY), _field("date", FieldType.INSTANT)),
        at="date",
    ),
)


def mapping(instant: Column, joined: Column) -> SqlMapping:
    """Return a shop's own tables: cents, and moments as the database has them."""
    customers = {
        "country": Column("country", Form.TEXT),
        "spent": Column("spent_cents", Form.INTEGER, scale=2),
        "joined": joined,
    }
    orders = {"total": Column("total_cents", Form.INTEGER, scale=2), "date": instant}
    return SqlMapping(
        customers=CustomerTable("customers", key="id", columns=customers),
        relations={"orders": RelationTable("orders", key="customer_id", columns=orders)},
    )


# The query, and what a programmer writes for it; {year}, {quarter}, {half} and {now} are instants.
QUERIES = {
    "country = 'KR' AND spent > 500":
        "SELECT id FROM customers WHERE country = 'KR' AND spent_cents > 50000",
    "orders MATCHES (date >= -90d)":
        "SELECT id FROM customers WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = "
        "customers.id AND placed >= {quarter} AND placed <= {now})",
    "spent > 500 AND NOT orders MATCHES (date >= -180d)":
        "SELECT id FROM customers WHERE spent_cents > 50000 AND NOT EXISTS (SELECT 1 FROM orders "
        "WHERE customer_id = customers.id AND placed >= {half} AND placed <= {now})",
    "orders MATCHES (total > 50, date >= -1y, count >= 3)":
        "SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total_cents > "
        "5000 AND placed >= {year} AND placed <= {now} GROUP BY customer_id HAVING COUNT(*) >= 3)",
    "country = 'KR' AND orders MATCHES (date >= -1y, sum(total) > 500)":
        "SELECT id FROM customers WHERE country = 'KR' AND id IN (SELECT customer_id FROM orders "
        "WHERE placed >= {year} AND placed <= {now} GROUP BY customer_id "
        "HAVING SUM(total_cents) > 50000)",
    "spent > 900 OR orders MATCHES (date >= -90d, sum(total) > 500)":
        "SELECT id FROM customers WHERE spent_cents > 90000 OR id IN (SELECT customer_id FROM "
        "orders WHERE placed >= {quarter} AND placed <= {now} GROUP BY customer_id "
        "HAVING SUM(total_cents) > 50000)",
    "orders MATCHES (date >= -1y, count = 0)":
        "SELECT id FROM customers WHERE NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = "
        "customers.id AND placed >= {year} AND placed <= {now})",
}  # fmt: skip
DAYS = {"quarter": 90, "half": 180, "year": 365, "now": 0}


def make_sqlite(connection: Any, customers: int) -> None:  # noqa: ANN401 - a connection
    """Fill the tables of a shop."""
    connection.execute("PRAGMA cache_size = -500000")  # kilobytes: the tables stay in memory
    connection.executescript(f"""
        CREATE TABLE customers (id INTEGER PRIMARY KEY, country TEXT, spent_cents INTEGER,
            joined INTEGER);
        CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL,
            total_cents INTEGER, placed INTEGER NOT NULL);
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {customers})
        INSERT INTO customers SELECT i, substr('KRDEUSJP', 1 + i * 7919 % 4 * 2, 2),
            i * 7907 % 100000, {NOW} - i * 104729 % 100000000 FROM n;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {customers * 5})
        INSERT INTO orders SELECT i, 1 + i * 15485863 % {customers} * (i * 31 % 7) / 7,
            i * 7901 % 30000, {NOW} - i * 1299709 % 94608000 FROM n;
        CREATE INDEX by_customer ON orders (customer_id, placed);
        ANALYZE;
    """)


def make_postgres(connection: Any, customers: int) -> None:  # noqa: ANN401 - a connection
    """Fill the same tables."""
    for statement in f"""
        CREATE TABLE customers (id BIGINT PRIMARY KEY, country TEXT, spent_cents BIGINT,
            joined TIMESTAMPTZ);
        CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL,
            total_cents BIGINT, placed TIMESTAMPTZ NOT NULL);
        INSERT INTO customers SELECT i, substr('KRDEUSJP', (1 + i * 7919 % 4 * 2)::int, 2),
            i * 7907 % 100000, to_timestamp({NOW} - i * 104729 % 100000000)
            FROM generate_series(1::bigint, {customers}) AS i;
        INSERT INTO orders SELECT i, 1 + i * 15485863 % {customers} * (i * 31 % 7) / 7,
            i * 7901 % 30000, to_timestamp({NOW} - i * 1299709 % 94608000)
            FROM generate_series(1::bigint, {customers * 5}) AS i;
        CREATE INDEX by_customer ON orders (customer_id, placed);
        VACUUM ANALYZE customers;
        VACUUM ANALYZE orders""".split(";"):
        connection.execute(statement)


def measure(connection: Any, dialect: Dialect, held: SqlMapping, at: Callable[[int], str]) -> None:  # noqa: ANN401
    """Print seconds by hand, ours, and the ratio of the best of some rounds.

    SQLite works in this process: its processor time is not that of others on the machine.
    """
    clock = time.process_time if dialect == "sqlite" else time.perf_counter
    days = {name: at(NOW - count * 86_400) for name, count in DAYS.items()}
    print(f"{dialect:<50} {'members':>8} {'by hand':>8} {'ours':>8} {'ratio':>6}")
    for query, text in QUERIES.items():
        segment = Segment.parse(query, SCHEMA)
        ours = to_sql(segment, dialect, held, schema=SCHEMA, as_of=AS_OF)
        best = {"hand": float("inf"), "ours": float("inf")}
        found = {}
        for _ in range(ROUNDS):
            for name, asked in (
                ("hand", (text.format(**days),)),
                ("ours", (ours.sql, ours.params)),
            ):
                began = clock()
                rows = connection.cursor().execute(*asked).fetchall()
                best[name] = min(best[name], clock() - began)
                found[name] = {row[0] for row in rows}
        if found["hand"] != found["ours"]:
            raise SystemExit(f"other members: {query}")
        hand, own = best.values()
        print(
            f"{query[:50]:<50} {len(found['ours']):>8} {hand:>8.2f} {own:>8.2f} {own / hand:>6.2f}"
        )


def main() -> None:
    """Ask both databases."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        with sqlite3.connect(f"{folder}/shop.db") as connection:
            make_sqlite(connection, customers)
            seconds = [Column(name, Form.EPOCH) for name in ("placed", "joined")]
            measure(connection, "sqlite", mapping(*seconds), str)
        connection.close()
    try:
        found = server()
    except PostgresUnavailableError as error:
        print(f"no Postgres: {error}")
        return
    name = found.fresh().partition("@/")[2].partition("?")[0]
    with psycopg.connect(found.dsn(name), autocommit=True) as connection:
        make_postgres(connection, customers)
        moments = [Column(name, Form.TIMESTAMPTZ) for name in ("placed", "joined")]
        measure(
            connection, "postgres", mapping(*moments), lambda seconds: f"to_timestamp({seconds})"
        )


if __name__ == "__main__":
    main()
