"""Places: where the value of a field stands in a statement, and when it is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal

from attrs import evolve, frozen
from sqlglot import exp

from ecrm_core.adapters.sql.forms import Cut, Form, bounded, cut_of
from ecrm_core.adapters.sql.mapping import Column, ListTable, Part, fits
from ecrm_core.adapters.sql.writing import FALSE, Sql, Writer, both, known, some
from ecrm_core.kernel import Registry
from ecrm_core.segmentation import FieldType, SchemaField
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.values import Plain

__all__ = ["Listed", "Place", "Table", "list_of", "place_of"]

_EDGE = Decimal("1e41")


@frozen(kw_only=True)
class Table:
    """What conditions are about: the fields of a customer or a relation's row, under an alias."""

    writer: Writer
    times: Times
    currency: str | None
    fields: Registry[SchemaField]
    columns: Mapping[str, Part]
    alias: str
    key: str


@frozen(kw_only=True)
class Place:
    """A value as the database has it; ``known`` is false of a missing one, and never NULL.

    ``cut`` tells where a wanted value falls among those it can have.
    """

    value: Callable[[], Sql]
    known: Callable[[], Sql]
    cut: Callable[[Plain], Cut | None]
    summed: bool = True
    """Whether a sum of it is exact."""
    guarded: bool = False
    """Whether it may be missing where the database has a value."""


@frozen(kw_only=True)
class Listed:
    """A list as the database has it: how to ask for a text in it, and for any text at all."""

    holds: Callable[[str], Sql]
    filled: Callable[[], Sql]


def place_of(held: SchemaField, table: Table) -> Place | None:
    """Return where a field that is no list stands; None where a database cannot compare it."""
    writer = table.writer
    column = fits(held, table.columns, writer.dialect)
    if isinstance(column, ListTable) or (column.form is Form.TEXT and not column.nfc):
        return None

    def raw() -> Sql:
        return writer.column(table.alias, column.name)

    textual = column.form in {Form.TEXT, Form.ISO_DATE, Form.ISO_INSTANT}

    def cut(wanted: Plain) -> Cut | None:
        found = cut_of(wanted, column.form, scale=column.scale, like=column.like)
        return found if found is None or writer.postgres else bounded(found)

    place = Place(
        value=(lambda: writer.text(raw())) if textual else raw,
        known=lambda: known(raw()),
        cut=cut,
        summed=column.form is not Form.REAL,
    )
    if column.form in {Form.REAL, Form.DECIMAL}:
        edge = float(_EDGE) if column.form is Form.REAL else _EDGE
        place = _finite(place, raw, edge, writer)
    return _amount(place, column, table) if held.type is FieldType.MONEY else place


def _finite(place: Place, raw: Callable[[], Sql], edge: float | Decimal, writer: Writer) -> Place:
    """NaN and infinity are missing: Postgres sorts NaN above everything."""

    def finite() -> Sql:
        above = exp.GT(this=raw(), expression=writer.bind(-edge))
        below = exp.LT(this=raw(), expression=writer.bind(edge))
        return both([known(raw()), above, below])

    return evolve(place, known=finite, guarded=True)


def _amount(place: Place, column: Column, table: Table) -> Place:
    """An amount in another currency is missing."""
    if column.currency_column is not None:
        writer, name = table.writer, column.currency_column

        def told() -> Sql:
            return writer.column(table.alias, name)

        def here() -> Sql:
            same = exp.EQ(this=writer.text(told()), expression=writer.bind(table.currency))
            return both([place.known(), known(told()), same])

        return evolve(place, known=here, guarded=True)
    if column.currency not in {None, table.currency}:
        return evolve(place, known=lambda: FALSE, guarded=True)
    return place


# ---------------------------------------------------------------- lists


def list_of(held: SchemaField, table: Table) -> Listed | None:
    """Return how a list is asked; None where a database cannot compare its texts."""
    writer = table.writer
    part = fits(held, table.columns, writer.dialect)
    if not part.nfc:
        return None
    if isinstance(part, ListTable):
        return _table(part, table)
    name, form = part.name, part.form

    def raw() -> Sql:
        return writer.column(table.alias, name)

    if not writer.postgres:
        return _json_each(raw, writer)
    return _array(raw, writer) if form is Form.ARRAY else _jsonb(raw, writer)


def _table(part: ListTable, table: Table) -> Listed:
    writer = table.writer

    def rows(*more: Sql) -> Sql:
        own = writer.column("l", part.key)
        same = exp.EQ(this=own, expression=writer.column(table.alias, table.key))
        return some(writer.table(part.table, part.schema, "l"), both([same, *more]))

    def value() -> Sql:
        return writer.column("l", part.value)

    return Listed(
        holds=lambda text: rows(exp.EQ(this=writer.text(value()), expression=writer.bind(text))),
        filled=lambda: rows(known(value())),
    )


def _json_each(raw: Callable[[], Sql], writer: Writer) -> Listed:
    def rows(*more: Sql) -> Sql:
        each = exp.Table(
            this=writer.call("json_each", raw()), alias=exp.TableAlias(this=writer.name("j"))
        )
        text = exp.EQ(this=writer.column("j", "type"), expression=exp.Literal.string("text"))
        return some(each, both([text, *more]))

    def value() -> Sql:
        return writer.text(writer.column("j", "value"))

    return Listed(
        holds=lambda text: rows(exp.EQ(this=value(), expression=writer.bind(text))), filled=rows
    )


def _array(raw: Callable[[], Sql], writer: Writer) -> Listed:
    def holds(text: str) -> Sql:
        return known(writer.call("array_position", raw(), writer.text(writer.bind(text))))

    def filled() -> Sql:
        nulls = writer.call("array_remove", raw(), exp.Null())
        size = exp.Coalesce(
            this=writer.call("cardinality", nulls), expressions=[exp.Literal.number(0)]
        )
        return exp.GT(this=size, expression=exp.Literal.number(0))

    return Listed(holds=holds, filled=filled)


def _jsonb(raw: Callable[[], Sql], writer: Writer) -> Listed:
    def holds(text: str) -> Sql:
        wanted = writer.bind(json.dumps([text], ensure_ascii=False))
        cast = exp.Cast(this=wanted, to=exp.DataType.build("jsonb"))
        return both([known(raw()), exp.ArrayContainsAll(this=raw(), expression=cast)])

    def filled() -> Sql:
        path = exp.Literal.string('$[*] ? (@.type() == "string")')
        found = writer.call("jsonb_path_exists", raw(), path)
        return both([known(raw()), found])

    return Listed(holds=holds, filled=filled)
