"""Segments in databases: tables of our own and of a host's, filled with rows, and asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from typing import Any

import psycopg
from attrs import frozen

from ecrm_core.adapters.sql import (
    Column,
    CustomerTable,
    Dialect,
    Form,
    ListTable,
    RelationTable,
    SqlMapping,
    create_statements,
    fill_tables,
    members_in,
    own_tables,
)
from ecrm_core.adapters.sql.holding import to_column
from ecrm_core.adapters.sql.mapping import Part
from ecrm_core.errors import InputError
from ecrm_core.kernel import Registry
from ecrm_core.segmentation import FieldType, Row, Schema, SchemaField, Segment
from ecrm_core.segmentation.tree import Rule
from ecrm_core.segmentation.values import plain
from tests.postgres import Postgres
from tests.segment_trees import SCHEMA

HOSTILE = 'o"rders; DROP %s -- %'
"""A name that is one all the same."""


def host_tables(dialect: Dialect) -> SqlMapping:
    """The columns of SCHEMA as a host may have them: each in another form than our own tables."""
    postgres = dialect == "postgres"
    day = Column("day", Form.DATE if postgres else Form.ISO_DATE)
    orders = {
        "total": Column("total", Form.INTEGER, scale=2, currency_column="Currency"),
        "weight": Column("weight", Form.INTEGER, scale=3),
        "date": Column("at", Form.TIMESTAMP) if postgres
        else Column("at", Form.ISO_INSTANT, like="2026-01-31 09:00:00[.000000]"),
        "day": day,
        "sku": Column("sku", Form.TEXT),
    }  # fmt: skip
    visits = {"day": Column("day", Form.ISO_DATE)}
    customers = {
        "name": Column("na%me", Form.TEXT),
        "Größe in cm": Column("size", Form.REAL),
        "orders_count": Column("n", Form.INTEGER),
        "count": Column('id"', Form.TEXT),
        "spent": Column("spent", Form.REAL, currency="EUR"),
        "active": Column("active", Form.BOOLEAN),
        "born": Column("born", Form.ISO_DATE),
        "last.seen": Column("seen", Form.EPOCH, scale=3) if postgres
        else Column("seen", Form.ISO_INSTANT, like="2026-01-31 09:00:00.000+00:00"),
        "tags": Column("tags", Form.JSON) if postgres
        else ListTable("tags", key="who", value="tag"),
    }  # fmt: skip
    return SqlMapping(
        customers=CustomerTable("People", key="no", columns=customers),
        relations={
            "orders": RelationTable(HOSTILE, key="customer", of="no", columns=orders),
            "visits": RelationTable("visits", key="customer", columns=visits),
        },
    )


@frozen
class Database:
    """One database with the tables of a mapping; a call answers as ``evaluate`` does."""

    name: str
    connection: Any
    dialect: Dialect
    mapping: SqlMapping
    schema: Schema = SCHEMA

    def create(self) -> None:
        """Make the tables."""
        for statement in create_statements(self.mapping, self.dialect):
            self.connection.execute(statement)
        for each in self._texts():
            self.connection.execute(f'CREATE TABLE "{each.table}" ("{each.key}", "{each.value}")')
        for held in self._currencies():
            self.connection.execute(f'ALTER TABLE {_quoted(held.table)} ADD "Currency" TEXT')

    def fill(self, rows: Sequence[Row]) -> None:
        """Put these rows in the place of all; their numbers are their keys."""
        for each in self._texts():
            self.connection.execute(f'DELETE FROM "{each.table}"')
        numbered = [(f"{at:04d}", row) for at, row in enumerate(rows)]
        fill_tables(
            self.connection, self.dialect, self.mapping, numbered, schema=self.schema, anew=True
        )
        for each in self._texts():
            self.connection.executemany(
                f'INSERT INTO "{each.table}" VALUES (?, ?)',
                [(key, tag) for key, row in numbered for tag in _tags(row)],
            )
        for held in self._currencies():
            self.connection.execute(f"UPDATE {_quoted(held.table)} SET \"Currency\" = 'EUR'")

    def __call__(self, rule: Rule, rows: Sequence[Row], as_of: datetime, tz: str) -> list[bool]:
        """Tell of each row whether the rule holds; the rows are ``held`` by the tables."""
        self.fill(rows)
        return self.ask(rule, len(rows), as_of, tz)

    def ask(self, rule: Rule, count: int, as_of: datetime, tz: str) -> list[bool]:
        """Tell of each row that is there whether the rule holds."""
        members = members_in(
            self.connection, Segment(rule), self.dialect, self.mapping,
            schema=self.schema, as_of=as_of, tz=tz,
        )  # fmt: skip
        inside = set(members)
        assert len(inside) == len(members)
        assert list(members) == sorted(inside)  # type: ignore[type-var]
        return [f"{at:04d}" in inside for at in range(count)]

    def held(self, row: Row) -> Row:
        """Return a row without what the columns cannot hold exactly; instants are cut to them."""
        fields = _held(row.fields, self.schema.fields, self.mapping.customers.columns)
        return Row(
            fields,
            {
                name: [_held(each, self.schema.relations[name].fields, held.columns)
                       for each in row.relations.get(name, ())]
                for name, held in self.mapping.relations.items()
            },
        )  # fmt: skip

    def _texts(self) -> list[ListTable]:
        parts = self.mapping.customers.columns.values()
        return [part for part in parts if isinstance(part, ListTable)]

    def _currencies(self) -> list[RelationTable]:
        return [
            held
            for held in self.mapping.relations.values()
            if any(part.currency_column for part in held.columns.values())
        ]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _tags(row: Row) -> tuple[str, ...]:
    return plain(row.fields.get("tags"), FieldType.LIST) or ()


def _held(
    values: Mapping[str, object], fields: Registry[SchemaField], columns: Mapping[str, Part]
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in values.items():
        part = columns[name]
        if isinstance(part, ListTable) or _holds(value, fields[name], part):
            found[name] = value
        elif isinstance(value, datetime):
            found[name] = value.replace(microsecond=value.microsecond // 1000 * 1000)
    return found


def _holds(value: object, field: SchemaField, column: Column) -> bool:
    try:
        to_column(value, field, column, currency="EUR")
    except InputError:
        return False
    return True


@contextmanager
def sqlite_databases(schema: Schema = SCHEMA) -> Iterator[list[Database]]:
    """Our own tables and the host's, in SQLite."""
    with ExitStack() as stack:
        found = []
        for name, mapping in (
            ("own", own_tables(schema, "sqlite")),
            ("host", host_tables("sqlite")),
        ):
            connection = sqlite3.connect(":memory:", isolation_level=None)
            stack.enter_context(closing(connection))
            found.append(Database(f"sqlite {name}", connection, "sqlite", mapping, schema))
            found[-1].create()
        yield found


@contextmanager
def postgres_databases(server: Postgres, schema: Schema = SCHEMA) -> Iterator[list[Database]]:
    """Our own tables and the host's, in Postgres."""
    database = server.fresh().partition("@/")[2].partition("?")[0]
    with psycopg.connect(server.dsn(database)) as connection:
        found = [
            Database(
                "postgres own", connection, "postgres", own_tables(schema, "postgres"), schema
            ),
            Database("postgres host", connection, "postgres", host_tables("postgres"), schema),
        ]
        for each in found:
            each.create()
        connection.commit()
        yield found
        connection.rollback()
