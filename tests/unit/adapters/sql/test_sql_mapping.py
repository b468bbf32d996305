"""What a mapping may say, and what is refused before anything is asked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.adapters.sql import (
    Column,
    CustomerTable,
    Form,
    ListTable,
    RelationTable,
    SqlMapping,
    create_statements,
    fill_tables,
    own_tables,
    to_sql,
)
from ecrm_core.adapters.sql.forms import Cut, cut_of, iso_text
from ecrm_core.errors import DefinitionError, InputError, SegmentSyntaxError, UnknownName
from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    Segment,
    customer_schema,
)

AS_OF = datetime(2026, 11, 26, tzinfo=UTC)


def field(name: str, kind: FieldType) -> SchemaField:
    return SchemaField(name=name, type=kind)


SCHEMA = Schema(currency="EUR").add(
    field("name", FieldType.TEXT),
    field("spent", FieldType.MONEY),
    field("seen", FieldType.INSTANT),
    field("tags", FieldType.LIST),
    Relation.of("orders", (field("date", FieldType.INSTANT),), at="date"),
)


def asked(query: str, dialect: Any = "sqlite", **columns: Any) -> str:  # noqa: ANN401
    mapping = SqlMapping(customers=CustomerTable("c", key="id", columns=columns))
    return to_sql(Segment.parse(query), dialect, mapping, schema=SCHEMA, as_of=AS_OF).sql


@pytest.mark.parametrize(
    ("query", "columns", "found"),
    [
        ("name = 'a'", {}, "no mapped field is named 'name'"),
        ("orders MATCHES (count > 0)", {}, "no mapped relation is named 'orders'"),
        ("name = 'a'", {"name": Column("n", Form.INTEGER)}, "found integer, expected text"),
        ("name = 'a'", {"name": ListTable("t", key="k", value="v")}, "a table of its own"),
        ("tags CONTAINS 'a'", {"tags": Column("t", Form.TEXT)}, "expected array, json"),
        ("tags CONTAINS 'a'", {"tags": Column("t", Form.ARRAY)}, "array in SQLite"),
        ("spent > 1", {"spent": Column("s", Form.DECIMAL)}, "decimal in SQLite"),
        ("seen > -1d", {"seen": Column("s", Form.TIMESTAMPTZ)}, "timestamptz in SQLite"),
    ],
)
def test_a_column_that_cannot_hold_its_field_is_refused(
    query: str, columns: dict[str, Any], found: str
) -> None:
    with pytest.raises(DefinitionError, match=found):
        asked(query, **columns)


def test_a_relation_without_its_time_is_refused() -> None:
    mapping = SqlMapping(
        customers=CustomerTable("c", key="id"), relations={"orders": RelationTable("o", key="c")}
    )
    with pytest.raises(UnknownName, match="no mapped field is named 'date'"):
        to_sql(
            Segment.parse("orders MATCHES (count > 0)"), "sqlite", mapping,
            schema=SCHEMA, as_of=AS_OF,
        )  # fmt: skip


@pytest.mark.parametrize(
    "make",
    [
        lambda: Column("a", Form.TEXT, scale=1),
        lambda: Column("a", Form.INTEGER, scale=13),
        lambda: Column("a", Form.INTEGER, scale=-1),
        lambda: Column("a", Form.INTEGER, currency="XXY"),
        lambda: Column("a", Form.ISO_INSTANT, like="31.1.2026 09:00"),
        lambda: Column("a", Form.ISO_INSTANT, like="2026-01-31T09:00:00[.000000]Z"),
        lambda: Column("a", Form.ISO_INSTANT, like="2026-01-31 09:00:00[.000]"),
        lambda: Column("a", Form.ISO_INSTANT, like="2026-01-31 09:00:00[.000000"),
    ],
)
def test_a_column_that_says_what_cannot_be_is_refused(make: Any) -> None:  # noqa: ANN401
    with pytest.raises(DefinitionError):
        make()


def test_a_whole_number_has_no_scale() -> None:
    schema = Schema().add(field("n", FieldType.INTEGER))
    columns = {"n": Column("n", Form.INTEGER, scale=2)}
    mapping = SqlMapping(customers=CustomerTable("c", key="id", columns=columns))
    with pytest.raises(DefinitionError, match="found a scale"):
        to_sql(Segment.parse("n = 1"), "sqlite", mapping, schema=schema, as_of=AS_OF)


def test_the_question_is_checked_first() -> None:
    text = {"name": Column("n", Form.TEXT)}
    with pytest.raises(SegmentSyntaxError):
        asked("name > 5", **text)
    with pytest.raises(SegmentSyntaxError, match="without a value"):
        asked("name = :who", **text)
    with pytest.raises(DefinitionError, match="expected sqlite or postgres"):
        asked("name = 'a'", "mysql", **text)
    mapping = SqlMapping(customers=CustomerTable("c", key="id", columns=text))
    segment, naive = Segment.parse("name = 'a'"), AS_OF.replace(tzinfo=None)
    with pytest.raises(InputError):
        to_sql(segment, "sqlite", mapping, schema=SCHEMA, as_of=naive)


def test_a_statement_shows_no_value() -> None:
    mapping = SqlMapping(
        customers=CustomerTable("c", key="id", columns={"name": Column("n", Form.TEXT)})
    )
    found = to_sql(
        Segment.parse("name = 'ada@example.com'"), "sqlite", mapping, schema=SCHEMA, as_of=AS_OF
    )
    assert "ada" not in repr(found)
    assert found.columns == ("customer_key",)
    assert list(found.params.values()) == ["ada@example.com"]


@pytest.mark.parametrize(
    ("wanted", "form", "scale", "cut"),
    [
        (Decimal("10.5"), Form.INTEGER, 0, Cut(10, 1)),
        (Decimal("-10.5"), Form.INTEGER, 0, Cut(-11, 1)),
        (Decimal("10.5"), Form.INTEGER, 2, Cut(1050)),
        (Decimal("0.1"), Form.REAL, 0, Cut(0.1)),
        (Decimal("0.10000000000000000001"), Form.REAL, 0, Cut(0.1, 1)),
        (Decimal("0.09999999999999999999"), Form.REAL, 0, Cut(0.1, -1)),
        ("12", Form.INTEGER, 0, Cut(12)),
        ("-12", Form.INTEGER, 0, Cut(-12)),
        ("012", Form.INTEGER, 0, None),
        ("-0", Form.INTEGER, 0, None),
        ("٣", Form.INTEGER, 0, None),
        ("9" * 5_000, Form.INTEGER, 0, None),
        (AS_OF + timedelta(microseconds=1), Form.EPOCH, 0, Cut(int(AS_OF.timestamp()), 1)),
        (AS_OF - timedelta(microseconds=1), Form.EPOCH, 3,
         Cut(int(AS_OF.timestamp()) * 1000 - 1, 1)),
    ],
)  # fmt: skip
def test_a_value_falls_among_those_a_column_can_hold(
    wanted: object, form: Form, scale: int, cut: Cut | None
) -> None:
    assert cut_of(wanted, form, scale=scale) == cut


@pytest.mark.parametrize(
    ("like", "text"),
    [
        ("2026-01-31T09:00:00Z", "0001-01-01T00:00:00Z"),
        ("2026-01-31 09:00:00.000", "0001-01-01 00:00:00.000"),
        ("2026-01-31 09:00:00[.000000]", "0001-01-01 00:00:00"),
        ("2026-01-31 09:00:00[.000000]+00:00", "0001-01-01 00:00:00+00:00"),
    ],
)
def test_an_instant_is_written_as_the_example_is(like: str, text: str) -> None:
    assert iso_text(datetime(1, 1, 1, tzinfo=UTC), like) == text


def test_what_a_column_cannot_hold_is_refused_and_its_page_is_not_written() -> None:
    schema = SCHEMA
    mapping = own_tables(schema, "sqlite")
    rows = [("1", Row({"name": "a"})), ("2", Row({"spent": Money(Decimal("0.00001"), "EUR")}))]
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in create_statements(mapping, "sqlite"):
            connection.execute(statement)
        with pytest.raises(InputError, match="cannot hold exactly") as caught:
            fill_tables(connection, "sqlite", mapping, rows, schema=schema)
        assert (caught.value.code, caught.value.path) == ("sql_range", "spent")
        table = mapping.customers.table
        assert connection.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,)


def test_names_of_our_own_tables_are_plain_and_apart() -> None:
    schema = customer_schema(currency="EUR").add(
        field("Größe", FieldType.NUMBER), field("größe", FieldType.NUMBER),
        field("x" * 200, FieldType.TEXT), field("🙂", FieldType.TEXT),
    )  # fmt: skip
    mapping = own_tables(schema, "sqlite")
    names = [part.name for part in mapping.customers.columns.values() if isinstance(part, Column)]
    assert len({name.lower() for name in names}) == len(schema.fields)
    assert all(name.isascii() and len(name) <= 63 for name in names)
    assert "amount_spent" in names
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in create_statements(mapping, "sqlite"):
            connection.execute(statement)


def test_a_customer_is_replaced_and_one_who_is_gone_leaves_nothing() -> None:
    mapping = own_tables(SCHEMA, "sqlite")
    orders = {"orders": [{"date": AS_OF}]}
    with closing(sqlite3.connect(":memory:")) as connection:

        def there() -> list[int]:
            tables = mapping.customers.table, mapping.relations["orders"].table
            return [connection.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables]

        for statement in create_statements(mapping, "sqlite"):
            connection.execute(statement)
        rows = [(str(at), Row({}, orders)) for at in range(3)]
        assert fill_tables(connection, "sqlite", mapping, rows, schema=SCHEMA) == 3
        fill_tables(connection, "sqlite", mapping, rows[:1], schema=SCHEMA)
        assert there() == [3, 3]
        fill_tables(connection, "sqlite", mapping, [("1", Row())], schema=SCHEMA, gone=["0"])
        assert there() == [2, 1]
        fill_tables(connection, "sqlite", mapping, [], schema=SCHEMA, anew=True)
        assert there() == [0, 0]
