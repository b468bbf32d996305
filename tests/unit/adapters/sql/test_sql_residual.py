"""What a database cannot decide is left for Python, on the customers SQL has left, and said."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from ecrm_core.adapters.sql import (
    Column,
    CustomerTable,
    Form,
    ListTable,
    RelationTable,
    SqlMapping,
    members_in,
    to_sql,
)
from ecrm_core.segmentation import FieldType, Relation, Schema, SchemaField, Segment
from tests.postgres import Postgres

AS_OF = datetime(2026, 11, 26, 12, tzinfo=UTC)


def field(name: str, kind: FieldType) -> SchemaField:
    return SchemaField(name=name, type=kind)


SCHEMA = Schema(currency="EUR").add(
    field("customer_id", FieldType.ID),
    field("name", FieldType.TEXT),
    field("joined", FieldType.INSTANT),
    field("score", FieldType.NUMBER),
    field("spent", FieldType.MONEY),
    field("tags", FieldType.LIST),
    Relation.of("orders", (field("total", FieldType.NUMBER), field("date", FieldType.INSTANT))),
)
COLUMNS: dict[str, Column | ListTable] = {
    "customer_id": Column("id", Form.INTEGER),
    "name": Column("name", Form.TEXT, nfc=False),
    "joined": Column("joined", Form.EPOCH),
    "score": Column("score", Form.REAL),
    "spent": Column("spent", Form.REAL, currency_column="currency"),
    "tags": ListTable("tags", key="who", value="tag", nfc=False),
}
MAPPING = SqlMapping(
    customers=CustomerTable("people", key="id", columns=COLUMNS),
    relations={
        "orders": RelationTable(
            "orders", key="mail", of="mail",
            columns={"total": Column("total", Form.REAL), "date": Column("at", Form.EPOCH)},
        )
    },
)  # fmt: skip
JOINED = int(datetime(2024, 11, 26, 1, tzinfo=UTC).timestamp())


@pytest.fixture
def shop() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            """CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT, name TEXT, joined INTEGER,
                                    score REAL, spent REAL, currency TEXT);
               CREATE TABLE tags (who INTEGER, tag TEXT);
               CREATE TABLE orders (mail TEXT, total REAL, at INTEGER);"""
        )
        connection.executemany(
            "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (1, "a", "Zoe\u0301", JOINED, 0.1, 10.0, "EUR"),
                (2, "b", "Zo\u00e9", JOINED, float("inf"), 10.0, "USD"),
                (3, None, "Zoe", None, None, 20.5, "EUR"),
                (4, "a", None, JOINED + 86_400, 0.30000000000000004, None, "EUR"),
                (5, "", "x", None, 0.2, 1.0, None),
            ],
        )
        connection.executemany(
            "INSERT INTO tags VALUES (?, ?)", [(1, "cafe\u0301"), (2, "x"), (3, None)]
        )
        connection.executemany(
            "INSERT INTO orders VALUES (?, ?, ?)",
            [("a", 0.1, 1), ("a", 0.2, 2), ("b", 0.3, None), ("", None, 5), (None, 9.0, 5)],
        )
        yield connection


@pytest.mark.parametrize(
    ("query", "left", "members"),
    [
        ("name = 'Zoé'", "name = 'Zoé'", (1, 2)),
        ("name != 'Zoé' AND score > 0.1", "name != 'Zoé'", (4, 5)),
        ("NOT (name = 'Zoé' OR score IS NULL)", "NOT (name = 'Zoé' OR score IS NULL)", (4, 5)),
        ("tags CONTAINS 'café' OR spent > 20", "tags CONTAINS 'café' OR spent > 20", (1, 3)),
        ("tags IS NULL", "tags IS NULL", (3, 4, 5)),
        ("anniversary(joined) = today AND spent = 10", "anniversary(joined) = today", (1,)),
        ("bucket('s') < 100", "bucket('s') < 100", (1, 2, 3, 4, 5)),
        ("orders MATCHES (sum(total) = 0.3)", "orders MATCHES (sum(total) = 0.3)", (1, 2, 4)),
        ("orders MATCHES (total > 0.1)", None, (1, 2, 4)),
        ("orders MATCHES (max(total) = 0.2, count = 2)", None, (1, 4)),
        ("orders NOT MATCHES (count > 0)", None, (3,)),
        ("score > 0.3", None, (4,)),
        ("score IS NULL", None, (2, 3)),
        ("spent IS NULL", None, (2, 4, 5)),
        ("spent >= 10", None, (1, 3)),
        ("customer_id IN (1, '2', '03')", None, (1, 2)),
    ],
)
def test_the_members_are_those_the_rule_means(
    shop: sqlite3.Connection, query: str, left: str | None, members: tuple[int, ...]
) -> None:
    segment = Segment.parse(query)
    statement = to_sql(segment, "sqlite", MAPPING, schema=SCHEMA, as_of=AS_OF)
    rest = statement.residual
    assert (None if rest is None else str(rest)) == left
    found = members_in(shop, segment, "sqlite", MAPPING, schema=SCHEMA, as_of=AS_OF)
    assert found == members
    wider = {key for (key,) in shop.execute(statement.sql, statement.params)}
    assert wider >= set(members)


def test_amounts_of_another_currency_are_missing_and_so_are_fields_without_a_type(
    shop: sqlite3.Connection,
) -> None:
    schema = Schema(currency="KRW").add(
        field("spent", FieldType.MONEY), field("untold", FieldType.UNKNOWN)
    )
    euros = {"spent": Column("spent", Form.REAL, currency="EUR")}
    mapping = SqlMapping(customers=CustomerTable("people", key="id", columns=euros))
    everybody = (1, 2, 3, 4, 5)
    for query, members in {
        "spent > 0": (),
        "spent IS NULL": everybody,
        "untold = 1": (),
        "untold != 1": everybody,
        "untold IS NULL": everybody,
        "untold IS NOT NULL": (),
    }.items():
        segment = Segment.parse(query)
        found = members_in(shop, segment, "sqlite", mapping, schema=schema, as_of=AS_OF)
        assert found == members, query


def test_what_sql_decides_beside_a_residual_is_decided_by_sql(shop: sqlite3.Connection) -> None:
    segment = Segment.parse("name = 'Zoé' AND spent = 10")
    statement = to_sql(segment, "sqlite", MAPPING, schema=SCHEMA, as_of=AS_OF)
    assert len(shop.execute(statement.sql, statement.params).fetchall()) == 1


# ---------------------------------------------------------------- Postgres


def asked(connection: Any, query: str, columns: dict[str, Any]) -> tuple[object, ...]:  # noqa: ANN401
    mapping = SqlMapping(customers=CustomerTable("people", key="id", columns=columns))
    segment = Segment.parse(query)
    return members_in(connection, segment, "postgres", mapping, schema=SCHEMA, as_of=AS_OF)


def test_what_postgres_may_hold_beside_values(postgres: Postgres) -> None:
    columns = {
        "customer_id": Column("uid", Form.TEXT),
        "name": Column("mood", Form.TEXT),
        "score": Column("score", Form.DECIMAL),
        "spent": Column("spent", Form.REAL),
        "joined": Column("joined", Form.TIMESTAMPTZ),
        "tags": Column("tags", Form.JSON),
    }
    arrays = {"tags": Column("words", Form.ARRAY)}
    database = postgres.fresh().partition("@/")[2].partition("?")[0]
    with psycopg.connect(postgres.dsn(database), autocommit=True) as connection:
        connection.execute("SET TIME ZONE 'America/New_York'")
        connection.execute("CREATE TYPE mood AS ENUM ('sad', 'Happy')")
        connection.execute("CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level1', "
                           "deterministic = false)")  # fmt: skip
        connection.execute(
            "CREATE TABLE people (id INT, uid UUID, mood mood, score NUMERIC, spent FLOAT8, "
            "joined TIMESTAMPTZ, tags JSONB, words TEXT[], loose TEXT COLLATE loose)"
        )
        rows: list[tuple[object, ...]] = [
            (1, "00000000-0000-0000-0000-00000000000a", "sad", Decimal("NaN"), float("nan"),
             AS_OF, '["a", 1, null]', ["a", None], "vip"),
            (2, None, "Happy", Decimal("1.10"), 0.1, None, "[1, null, true]", [None], "VIP"),
            (3, None, None, Decimal("Infinity"), float("-inf"), None, "[]", [], None),
            (4, None, None, None, None, None, None, None, "v"),
        ]  # fmt: skip
        for row in rows:
            connection.execute(f"INSERT INTO people VALUES ({', '.join(['%s'] * 9)})", row)
        for query, members in {
            "customer_id = '00000000-0000-0000-0000-00000000000a'": (1,),
            "name > 'T'": (1,),
            "name CONTAINS 'app'": (2,),
            "score > 1": (2,),
            "score IS NULL": (1, 3, 4),
            "NOT score <= 1": (1, 2, 3, 4),
            "spent = 0.1": (2,),
            "spent < 5": (2,),
            "spent IS NULL": (1, 3, 4),
            "joined = today": (1,),
            "tags CONTAINS 'a'": (1,),
            "tags NOT CONTAINS 'a'": (2, 3, 4),
            "tags IS NULL": (2, 3, 4),
            "bucket('x') >= 0": (1,),
        }.items():
            assert asked(connection, query, columns) == members, query
        for query, members in {"tags CONTAINS 'a'": (1,), "tags IS NULL": (2, 3, 4)}.items():
            assert asked(connection, query, arrays) == members
        loose = {"name": Column("loose", Form.TEXT)}
        assert asked(connection, "name = 'vip'", loose) == (1,)
        assert asked(connection, "name CONTAINS 'I'", loose) == (2,)
        # Read for Python's part: what a driver makes of each form.
        unread = {**columns, "name": Column("mood", Form.TEXT, nfc=False), **arrays}
        rest = "name IS NULL AND tags IS NULL AND score IS NULL AND joined IS NULL"
        assert asked(connection, rest, unread) == (3, 4)
        assert asked(connection, "name = 'sad' AND spent IS NULL", unread) == (1,)
