"""The net holds: every seeded fault of segments in SQL makes the cases at the edges differ."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from ecrm_core.segmentation import Row, evaluate
from tests.postgres import Postgres
from tests.segment_cases import AS_OF, ROWS, SEGMENTS, ZONES
from tests.segment_databases import Database, postgres_databases, sqlite_databases
from tests.segment_sql_mutants import FAULTS, IN_POSTGRES, Fault
from tests.segment_trees import SCHEMA


@pytest.fixture(scope="module")
def sqlite() -> Iterator[list[Database]]:
    with sqlite_databases() as found:
        yield found


_MEANT: dict[str, list[list[bool]]] = {}


def meant(database: Database, rows: list[Row]) -> list[list[bool]]:
    """Return what the interpreter says of each case in each zone; asked once for all faults."""
    if database.name not in _MEANT:
        _MEANT[database.name] = [
            [evaluate(segment.rule, row, schema=SCHEMA, as_of=AS_OF, tz=tz) for row in rows]
            for tz, segment in product(ZONES, SEGMENTS)
        ]
    return _MEANT[database.name]


def finds(database: Database) -> bool:
    """Whether some case has other members than the interpreter says."""
    rows = [database.held(row) for row in ROWS]
    database.fill(rows)
    asked = zip(product(ZONES, SEGMENTS), meant(database, rows), strict=True)
    return any(
        database.ask(segment.rule, len(rows), AS_OF, tz) != told for (tz, segment), told in asked
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_seeded_fault_is_found(
    fault: Fault, sqlite: list[Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    assert any(finds(each) for each in sqlite)


@pytest.mark.parametrize("fault", IN_POSTGRES, ids=lambda fault: fault.__name__)
def test_a_seeded_fault_of_postgres_is_found(
    fault: Fault, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    with postgres_databases(postgres) as found:
        assert any(finds(each) for each in found)
