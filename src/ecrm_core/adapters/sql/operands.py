"""Operands: what stands left of an operator as SQL: fields, their days of the year, all rows."""

from __future__ import annotations

from collections.abc import Callable

from attrs import evolve
from sqlglot import exp

from ecrm_core.adapters.sql.forms import Form, whole
from ecrm_core.adapters.sql.mapping import Column, fits
from ecrm_core.adapters.sql.places import Place, Table, place_of
from ecrm_core.adapters.sql.writing import TRUE, Sql, known
from ecrm_core.segmentation import FieldType
from ecrm_core.segmentation.terms import Aggregate, Anniversary, Bucket, Function, Operand

__all__ = ["operand_place"]


def operand_place(operand: Operand, table: Table) -> Place | None:
    """Return where an operand stands; None where a database cannot compare it."""
    if isinstance(operand, Aggregate):
        return _aggregate(operand, table)
    if isinstance(operand, Anniversary):
        return _anniversary(operand, table)
    if isinstance(operand, Bucket):
        return _bucket(operand, table)
    return _field(operand.name, table)


def _field(name: str, table: Table) -> Place | None:
    return place_of(table.fields[name], table)


def _aggregate(operand: Aggregate, table: Table) -> Place | None:
    if operand.name is None:
        return Place(value=lambda: exp.Count(this=exp.Star()), known=lambda: TRUE, cut=whole)
    if table.fields[operand.name].type is FieldType.UNKNOWN:
        return None
    place = _field(operand.name, table)
    if place is None or (operand.function is Function.SUM and not place.summed):
        return None

    def each() -> Sql:
        if not place.guarded:
            return place.value()
        return exp.Case(ifs=[exp.If(this=place.known(), true=place.value())])

    if operand.function is Function.SUM:
        nothing = exp.Literal.number(0)
        return evolve(
            place,
            value=lambda: exp.Coalesce(this=exp.Sum(this=each()), expressions=[nothing.copy()]),
            known=lambda: TRUE,
        )
    made: Callable[..., Sql] = exp.Min if operand.function is Function.MIN else exp.Max
    return evolve(place, value=lambda: made(this=each()), known=lambda: known(made(this=each())))


def _anniversary(operand: Anniversary, table: Table) -> Place | None:
    """The day of the year as text, MM-DD; that of a moment depends on the zone: Python's part."""
    held = table.fields[operand.name]
    column = fits(held, table.columns, table.writer.dialect)
    place = _field(operand.name, table)
    if held.type is not FieldType.DATE or place is None or not isinstance(column, Column):
        return None
    writer = table.writer

    def raw() -> Sql:
        return writer.column(table.alias, column.name)

    def day() -> Sql:
        if column.form is Form.DATE:
            found = writer.call("to_char", raw(), exp.Literal.string("MM-DD"))
        else:
            parts = exp.Literal.number(6), exp.Literal.number(5)
            found = writer.call("substr", raw(), *parts)
        return writer.text(found)

    return evolve(place, value=day)


def _bucket(operand: Bucket, table: Table) -> Place | None:
    """``bucket_of`` in Postgres; SQLite has no SHA-256."""
    writer, place = table.writer, _field(operand.name, table)
    if not writer.postgres or place is None:
        return None
    column = fits(table.fields[operand.name], table.columns, writer.dialect)

    def value() -> Sql:
        salted = exp.Cast(this=writer.bind(f"{operand.salt}/"), to=exp.DataType.build("text"))
        held = exp.Cast(
            this=writer.column(table.alias, str(column.name)),  # type: ignore[union-attr]
            to=exp.DataType.build("text"),
        )
        told = exp.DPipe(this=salted, expression=held)
        digest = writer.call("sha256", writer.call("convert_to", told, exp.Literal.string("UTF8")))
        four = writer.call("substr", digest, exp.Literal.number(1), exp.Literal.number(4))
        bits = exp.DPipe(
            this=exp.Literal.string("x"),
            expression=writer.call("encode", four, exp.Literal.string("hex")),
        )
        number = exp.Cast(
            this=exp.Cast(this=exp.Paren(this=bits), to=exp.DataType.build("bit(32)")),
            to=exp.DataType.build("bigint"),
        )
        return writer.call("mod", number, exp.Literal.number(100))

    return evolve(place, value=value, cut=whole)
