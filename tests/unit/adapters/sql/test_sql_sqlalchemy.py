"""Through SQLAlchemy: a statement as the driver takes it, in the transaction of the host."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from attrs import evolve

from ecrm_core.adapters.sql import Dialect, create_statements, fill_tables, members_in, to_sql
from ecrm_core.adapters.sql.mapping import Column, CustomerTable
from ecrm_core.adapters.sql.tables import own_tables
from ecrm_core.segmentation import FieldType, Row, Schema, SchemaField, Segment
from tests.postgres import Postgres

NOW = datetime(2026, 11, 26, tzinfo=UTC)
SCHEMA = Schema().add(SchemaField(name="score 100%", type=FieldType.NUMBER))
QUERIES = {"`score 100%` IS NULL": {"b"}, "`score 100%` > 4.5": {"a"}}


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
def test_a_statement_goes_through_exec_driver_sql(
    dialect: Dialect, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path}/shop.db"
    if dialect == "postgres":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.fresh()
    mapping = own_tables(SCHEMA, dialect)
    column = mapping.customers.columns["score 100%"]
    assert isinstance(column, Column)
    columns = {"score 100%": evolve(column, name="100%s")}
    mapping = evolve(mapping, customers=CustomerTable("p%", key="id", columns=columns))
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        for statement in create_statements(mapping, dialect):
            driver.cursor().execute(statement)  # exec_driver_sql would hand over no values as some
        rows = [("a", Row({"score 100%": 5})), ("b", Row())]
        fill_tables(driver, dialect, mapping, rows, schema=SCHEMA)
        for query, members in QUERIES.items():
            segment = Segment.parse(query)
            asked = to_sql(segment, dialect, mapping, schema=SCHEMA, as_of=NOW)
            found = connection.exec_driver_sql(asked.sql, dict(asked.params))
            assert {key for (key,) in found} == members
            found_too = members_in(driver, segment, dialect, mapping, schema=SCHEMA, as_of=NOW)
            assert set(found_too) == members
        connection.rollback()
    engine.dispose()
