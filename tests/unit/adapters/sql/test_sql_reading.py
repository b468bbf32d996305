"""Rows read through a mapping are the rows that went in: Python's part sees what SQL sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from ecrm_core.adapters.sql.reading import Reader
from ecrm_core.kernel import Registry
from ecrm_core.segmentation import Row, SchemaField, Segment
from ecrm_core.segmentation.terms import FieldRef
from ecrm_core.segmentation.tree import IsNull, Matches, any_of
from ecrm_core.segmentation.values import plain
from tests.postgres import Postgres
from tests.segment_cases import ROWS
from tests.segment_databases import Database, postgres_databases, sqlite_databases
from tests.segment_trees import SCHEMA

EVERYTHING = Segment(
    any_of(*(IsNull(FieldRef(name)) for name in SCHEMA.fields), *map(Matches, SCHEMA.relations))
)


@pytest.fixture(scope="module")
def databases(postgres: Postgres) -> Iterator[list[Database]]:
    with sqlite_databases() as in_memory, postgres_databases(postgres) as served:
        yield [*in_memory, *served]


def values(held: Mapping[str, object], fields: Registry[SchemaField]) -> dict[str, object]:
    """Return values in their one form, as a rule reads them."""
    found = {n: plain(held.get(n), fields[n].type, currency=SCHEMA.currency) for n in fields}
    return {n: v.normalize() if isinstance(v, Decimal) else v for n, v in found.items()}


def whole(row: Row) -> tuple[object, ...]:
    """Return all of a row in its one form; rows of a relation in any order."""
    relations = {
        held.name: sorted(
            repr(values(each, held.fields)) for each in row.relations.get(held.name, ())
        )
        for held in SCHEMA.relations.values()
    }
    return values(row.fields, SCHEMA.fields), relations


def test_rows_come_back_as_they_went_in(databases: list[Database]) -> None:
    for database in databases:
        rows = [database.held(row) for row in ROWS]
        database.fill(rows)
        reader = Reader(database.connection, database.dialect, database.mapping, SCHEMA)
        keys = [f"{at:04d}" for at in range(len(rows))]
        found = reader.rows(keys, EVERYTHING)
        assert [whole(found[key]) for key in keys] == [whole(row) for row in rows], database.name


@pytest.mark.parametrize("zone", ["Asia/Seoul", "America/New_York"])
def test_the_zone_of_the_session_changes_nothing(databases: list[Database], zone: str) -> None:
    ends = [
        Row({"last.seen": end})
        for end in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC))
    ]
    asked = Segment.parse("anniversary(`last.seen`) IN (2026-01-01, 2026-12-31)", SCHEMA).rule
    for database in databases[2:]:
        rows = [database.held(row) for row in (*ends, Row())]
        database.fill(rows)
        database.connection.execute(f"SET TIME ZONE '{zone}'")
        found = database.ask(asked, len(rows), datetime(2026, 3, 31, tzinfo=UTC), "UTC")
        database.connection.execute("SET TIME ZONE 'UTC'")
        assert found == [True, True, False], database.name


def test_nobody_is_read_where_nobody_is_asked(databases: list[Database]) -> None:
    reader = Reader(databases[0].connection, "sqlite", databases[0].mapping, SCHEMA)
    assert reader.rows([], EVERYTHING) == {}
