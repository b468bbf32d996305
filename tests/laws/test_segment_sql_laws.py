"""Laws of segments in SQL: SQLite and Postgres say of every row what the interpreter says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import Row, evaluate
from ecrm_core.segmentation.tree import Rule
from tests.postgres import Postgres
from tests.profile import SEED, size
from tests.segment_databases import Database, postgres_databases, sqlite_databases
from tests.segment_draws import Draw
from tests.segment_trees import ROWS, RULES, SCHEMA, TIMES, ZONES

pytestmark = pytest.mark.long
# Each example is some ten rows, asked of two mappings.
MANY = settings(
    max_examples=size(12, 4_000), suppress_health_check=[HealthCheck.function_scoped_fixture]
)
SEVERAL = st.lists(ROWS, min_size=5, max_size=12)


When = tuple[datetime, str]
WHENS = st.tuples(TIMES, st.sampled_from(ZONES))


def differing(database: Database, rule: Rule, rows: list[Row], when: When) -> list[int]:
    """Return the numbers of the rows of which the database says another thing."""
    as_of, tz = when
    held = [database.held(row) for row in rows]
    told = database(rule, held, as_of, tz)
    meant = [evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz) for row in held]
    return [at for at, pair in enumerate(zip(told, meant, strict=True)) if pair[0] is not pair[1]]


@pytest.fixture(scope="module")
def sqlite() -> Iterator[list[Database]]:
    with sqlite_databases() as found:
        yield found


@pytest.fixture(scope="module")
def in_postgres(postgres: Postgres) -> Iterator[list[Database]]:
    with postgres_databases(postgres) as found:
        yield found


@MANY
@given(rule=RULES, rows=SEVERAL, when=WHENS)
def test_sqlite_has_the_members_the_interpreter_has(
    sqlite: list[Database], rule: Rule, rows: list[Row], when: When
) -> None:
    assert {each.name: differing(each, rule, rows, when) for each in sqlite} == {
        each.name: [] for each in sqlite
    }


@MANY
@given(rule=RULES, rows=SEVERAL, when=WHENS)
def test_postgres_has_the_members_the_interpreter_has(
    in_postgres: list[Database], rule: Rule, rows: list[Row], when: When
) -> None:
    assert {each.name: differing(each, rule, rows, when) for each in in_postgres} == {
        each.name: [] for each in in_postgres
    }


def test_rules_about_time_have_the_members_the_interpreter_has(
    sqlite: list[Database], in_postgres: list[Database]
) -> None:
    for number in range(size(2, 600)):
        draw = Draw(Random(f"{SEED} sql {number}"))
        rows, rules = [draw.row() for _ in range(10)], [draw.rule() for _ in range(5)]
        for database in (*sqlite, *in_postgres):
            for rule in rules:
                found = differing(database, rule, rows, (draw.as_of, draw.tz))
                assert found == [], (database.name, number)
