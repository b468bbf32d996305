"""SQL of segments: values are bound, names are the mapping's, and rules at their bounds run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecrm_core.adapters.sql import (
    Column,
    CustomerTable,
    Dialect,
    Form,
    RelationTable,
    SqlMapping,
    create_statements,
    fill_tables,
    members_in,
    own_tables,
    to_sql,
)
from ecrm_core.adapters.sql.driver import Connection
from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.segmentation import FieldType, Relation, Row, Schema, SchemaField, Segment
from ecrm_core.segmentation.terms import FieldRef, Text
from ecrm_core.segmentation.tree import (
    And,
    Compare,
    Contains,
    In,
    Not,
    Op,
    Or,
    Rule,
    all_of,
    any_of,
)  # fmt: skip
from tests.postgres import Postgres
from tests.profile import size
from tests.segment_trees import RULES, SCHEMA, TIMES

AS_OF = datetime(2026, 11, 26, tzinfo=UTC)
HOSTILE = [
    "'", '"', '""', "`", "[", "]", ";", "--", "/*", "*/", "\\", "%", "%%", "%s", "%(p0)s", "?",
    ":p0", "$1", "{}", "'; DROP TABLE c; --", '"; DROP TABLE c; --', ".", "a.b", "select", "NULL",
    "c", "r", "g", "k", "\n", "\x01", "é", "강", "İ", " ", "A", "a", "rowid", "x" * 63,
]  # fmt: skip
NAMES = st.sampled_from(HOSTILE) | st.text(st.characters(), min_size=0, max_size=8)
FIELDS = Schema(currency="EUR").add(
    SchemaField(name="name", type=FieldType.TEXT),
    SchemaField(name="tags", type=FieldType.LIST),
    Relation.of("orders", (SchemaField(name="total", type=FieldType.NUMBER),)),
)
ROWS = [("1", Row({"name": "it's"}, {"orders": [{"total": 5}]})), ("2", Row({"tags": ("a",)}))]


@pytest.fixture(params=["sqlite", "postgres"])
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[Connection, Dialect]]:
    if request.param == "sqlite":
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            yield connection, "sqlite"
        return
    server: Postgres = request.getfixturevalue("postgres")
    database = server.fresh().partition("@/")[2].partition("?")[0]
    with psycopg.connect(server.dsn(database), autocommit=True) as connection:
        yield connection, "postgres"


ASKED: dict[str, tuple[object, ...]] = {
    "name = 'it\\'s'": ("1",),
    "orders MATCHES (total > 4, sum(total) > 4)": ("1",),
    "NOT orders MATCHES (total > 4)": ("2",),
    "name IS NULL": ("2",),
    "tags CONTAINS 'a'": ("2",),
}


def named(table: str, column: str, other: str) -> SqlMapping | None:
    """Tables of these names; None where they are refused, or would be one."""
    try:
        customers = CustomerTable(
            table, key="_key",
            columns={"name": Column(column, Form.TEXT), "tags": Column("_tags", Form.JSON)},
        )  # fmt: skip
        total = {"total": Column(column, Form.INTEGER)}
        orders = RelationTable(other, key="_key", columns=total)
    except (DefinitionError, InputError):
        return None
    lowered = [name.lower() for name in (table, other, f"{other}_by_customer")]
    lowered += [f"{name}_pkey" for name in lowered]
    apart = len(set(lowered)) == len(lowered) and not table.lower().startswith("sqlite_")
    free = apart and not other.lower().startswith("sqlite_")
    return SqlMapping(customers=customers, relations={"orders": orders}) if free else None


@settings(max_examples=size(40, 2_000), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=NAMES, column=NAMES, other=NAMES)
def test_a_name_is_a_name_whatever_is_in_it(
    opened: tuple[Connection, Dialect], table: str, column: str, other: str
) -> None:
    connection, dialect = opened
    mapping = named(table, column, other)
    if mapping is None or column.lower() in {"_key", "_tags"}:
        return
    cursor = connection.cursor()
    cursor.execute("BEGIN")
    try:
        for statement in create_statements(mapping, dialect):
            cursor.execute(statement)
        fill_tables(connection, dialect, mapping, ROWS, schema=FIELDS, gone=["3"])
        found = {
            query: members_in(
                connection, Segment.parse(query, FIELDS), dialect, mapping,
                schema=FIELDS, as_of=AS_OF,
            )
            for query in ASKED
        }  # fmt: skip
    finally:
        cursor.execute("ROLLBACK")
    assert found == ASKED


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
@settings(max_examples=size(30, 1_000))
@given(texts=st.lists(st.sampled_from(HOSTILE) | st.text(max_size=5), min_size=2, max_size=2))
def test_no_text_of_a_rule_is_in_the_statement(dialect: Dialect, texts: list[str]) -> None:
    def asked(text: str) -> str:
        try:
            value = Text(text)
        except InputError:
            return statement
        rule = all_of(
            Compare(FieldRef("name"), Op.EQ, value),
            Contains(FieldRef("tags"), value),
            Contains(FieldRef("name"), value, negated=True),
        )
        mapping = own_tables(FIELDS, dialect)
        return to_sql(Segment(rule), dialect, mapping, schema=FIELDS, as_of=AS_OF).sql

    statement = asked("x")
    assert {asked(text) for text in texts} == {statement}


@pytest.mark.parametrize("dialect", ["sqlite", "postgres"])
@settings(max_examples=size(40, 2_000))
@given(rule=RULES, as_of=TIMES)
def test_what_is_written_out_is_of_the_library_alone(
    dialect: Dialect, rule: Rule, as_of: datetime
) -> None:
    mapping = own_tables(SCHEMA, dialect)
    found = to_sql(Segment(rule), dialect, mapping, schema=SCHEMA, as_of=as_of)
    literals = found.sql.split("'")[1::2]
    assert set(literals) <= {"text", "MM-DD", "UTF8", "x", "hex"}


def test_rules_at_the_bounds_run(opened: tuple[Connection, Dialect]) -> None:
    connection, dialect = opened
    mapping = own_tables(FIELDS, dialect)
    for statement in create_statements(mapping, dialect):
        connection.cursor().execute(statement, {})
    fill_tables(connection, dialect, mapping, ROWS, schema=FIELDS)
    one: Rule = Compare(FieldRef("name"), Op.EQ, Text("it's"))
    deep = one
    for at in range(31):
        deep = Not(any_of(deep, Compare(FieldRef("name"), Op.EQ, Text(str(at)))))
    wide = all_of(
        *(Compare(FieldRef("name"), Op.NE, Text(str(at))) for at in range(size(500, 4_000)))
    )
    many = In(
        FieldRef("name"), tuple(Text(str(at)) for at in range(size(2_000, 9_990))), negated=True
    )
    shared = one  # of such ORs the planner of SQLite makes new terms without end
    for junction in (Or, And) * 5:
        shared = junction((shared, shared))
    right = one  # as such rules are written: what is nested stands last
    for at in range(60):
        right = (And if at % 2 else Or)((Compare(FieldRef("name"), Op.NE, Text(str(at))), right))
    for rule, members in [
        (right, ("1", "2")), (deep, ("2",)), (wide, ("1", "2")), (many, ("1", "2")),
        (shared, ("1",)),
    ]:  # fmt: skip
        assert (
            members_in(connection, Segment(rule), dialect, mapping, schema=FIELDS, as_of=AS_OF)
            == members
        )


@pytest.mark.parametrize("name", ["", "\0", "\ud800", "x" * 64, "강" * 22])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises((DefinitionError, InputError)):
        Column(name, Form.TEXT)
    with pytest.raises((DefinitionError, InputError)):
        CustomerTable("t", key=name)
