"""Every question about rows is answered from an index, whatever Kind and database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy import build_tables
from ecrm_core.adapters.sqlalchemy.statements import Statements, shape_of
from ecrm_core.adapters.sqlalchemy.values import Query, bound
from ecrm_core.kernel import AnyKind
from ecrm_core.ports import KINDS
from ecrm_core.ports.span import span_of
from tests.postgres import Postgres

TABLES = build_tables(sa.MetaData())
# What a plan says that goes through all rows, or all of a tenant.
WHOLE = {"sqlite": "(tenant=?)", "postgresql": "Seq Scan on {table} "}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def connection(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[sa.Connection]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('plans') / 'shop.db'}"
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        url = postgres.fresh()
    engine = sa.create_engine(url)
    TABLES.metadata.create_all(engine)
    with engine.connect() as opened:
        if request.param == "postgres":  # empty tables are quicker read than looked up in
            opened.exec_driver_sql("SET enable_seqscan=off")
        yield opened
    engine.dispose()


def questions(kind: AnyKind, statements: Statements) -> Iterator[tuple[str, Query, dict[str, Any]]]:
    """The look-ups by key and by each index, and pages of each within all columns but the last."""
    for index in (None, *(each.name for each in kind.indexes)):
        columns = kind.key if index is None else kind.index(index).columns
        query = statements.by_key if index is None else statements.by_index(index)
        values = bound([("a",) * len(columns)], width=len(columns), postgres=statements.postgres)
        yield f"{kind.name}.{index}", query, values
        if index is not None:
            first = statements.by_index(index, limited=True)
            yield f"first of {kind.name}.{index}", first, values | {"limit": 9}
        within, after = ("a",) * (len(columns) - 1), ("a",) * len(statements.of.order(index))
        for cursor in (None, after) if within else (after,):
            span = span_of(kind, index=index, within=within, starts=None, after=cursor, limit=9)
            shape, values = shape_of(statements.of, index, span)
            yield f"page of {kind.name}.{index}", statements.page(shape), values


def plan(connection: sa.Connection, query: Query, values: dict[str, Any]) -> str:
    compiled = query.compile(dialect=connection.dialect)
    given: Any = compiled.construct_params(values | {"tenant": "main"})
    how = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    if compiled.positiontup is not None:
        given = tuple(given[name] for name in compiled.positiontup)
    rows = connection.exec_driver_sql(f"{how} {compiled}", given)
    return "\n".join(str(row[-1]) for row in rows)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_no_question_goes_through_all_rows(connection: sa.Connection, kind: AnyKind) -> None:
    statements = TABLES.statements(kind, postgres=connection.dialect.name == "postgresql")
    whole = WHOLE[connection.dialect.name].format(table=statements.table.name)
    for name, query, values in questions(kind, statements):
        told = plan(connection, query, values)
        assert whole not in told, f"{name}\n{told}"
