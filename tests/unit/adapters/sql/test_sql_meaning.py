"""Each query at the edges has the members in a database that the interpreter has."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ecrm_core.segmentation import evaluate
from tests.postgres import Postgres
from tests.segment_cases import AS_OF, ROWS, SEGMENTS, ZONES
from tests.segment_databases import Database, postgres_databases, sqlite_databases
from tests.segment_trees import SCHEMA


@pytest.fixture(scope="module")
def sqlite() -> Iterator[list[Database]]:
    with sqlite_databases() as found:
        yield found


@pytest.fixture(scope="module")
def in_postgres(postgres: Postgres) -> Iterator[list[Database]]:
    with postgres_databases(postgres) as found:
        yield found


def differing(database: Database) -> dict[str, list[str]]:
    """Return the queries with other members, by zone."""
    rows = [database.held(row) for row in ROWS]
    database.fill(rows)
    return {
        tz: [
            str(segment)
            for segment in SEGMENTS
            if database.ask(segment.rule, len(rows), AS_OF, tz)
            != [evaluate(segment.rule, row, schema=SCHEMA, as_of=AS_OF, tz=tz) for row in rows]
        ]
        for tz in ZONES
    }


NOTHING: dict[str, list[str]] = {tz: [] for tz in ZONES}


def test_in_sqlite(sqlite: list[Database]) -> None:
    assert [differing(each) for each in sqlite] == [NOTHING, NOTHING]


def test_in_postgres(in_postgres: list[Database]) -> None:
    assert [differing(each) for each in in_postgres] == [NOTHING, NOTHING]
