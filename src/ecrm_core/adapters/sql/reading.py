"""Reading: customers as rows, through a mapping: what a rule asks that SQL does not decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen
from sqlglot import exp

from ecrm_core.adapters.sql.driver import Connection
from ecrm_core.adapters.sql.forms import Dialect, Form
from ecrm_core.adapters.sql.holding import from_column
from ecrm_core.adapters.sql.mapping import (
    Column,
    CustomerTable,
    ListTable,
    Part,
    RelationTable,
    SqlMapping,
    fits,
)
from ecrm_core.adapters.sql.writing import Sql, Writer, select
from ecrm_core.kernel import Registry
from ecrm_core.segmentation import (
    Row,
    Schema,
    SchemaField,
    Segment,
    fields_named,
    relations_named,
)

__all__ = ["Reader"]

Values = dict[str, object]
_Asked = list[tuple[SchemaField, Column]]


@frozen
class Reader:
    """The tables of a mapping, in one database."""

    connection: Connection
    dialect: Dialect
    mapping: SqlMapping
    schema: Schema

    def rows(self, keys: Sequence[Any], segment: Segment) -> Mapping[Any, Row]:
        """Return customers by key with what a segment names."""
        held = self.mapping.customers
        parts = self._parts(fields_named(segment.rule), held.columns, self.schema.fields)
        related = {n: self.mapping.relation(n) for n in sorted(relations_named(segment.rule))}
        owners = [each.of or held.key for each in related.values()]
        columns = [(field, part) for field, part in parts if isinstance(part, Column)]
        customers = {
            key: (owned, values) for key, owned, values in self._read(held, keys, owners, columns)
        }
        for field, part in parts:
            if isinstance(part, ListTable):
                for key, texts in self._lists(part, list(customers)).items():
                    customers[key][1][field.name] = texts
        relations = {
            name: self._related(name, each, {owned[at] for owned, _ in customers.values()})
            for at, (name, each) in enumerate(related.items())
        }
        return {
            key: Row(
                values, {n: relations[n].get(o, ()) for n, o in zip(related, owned, strict=True)}
            )
            for key, (owned, values) in customers.items()
        }

    def _parts(
        self, names: Iterable[str], columns: Mapping[str, Part], fields: Registry[SchemaField]
    ) -> list[tuple[SchemaField, Part]]:
        held = (fields[name] for name in sorted(names))
        return [(each, fits(each, columns, self.dialect)) for each in held]

    def _related(
        self, name: str, held: RelationTable, owners: Iterable[Any]
    ) -> Mapping[Any, list[Values]]:
        fields = self.schema.relations[name].fields
        columns = [
            (fields[n], fits(fields[n], held.columns, self.dialect))
            for n in held.columns
            if n in fields
        ]
        own = [(field, part) for field, part in columns if isinstance(part, Column)]
        found: dict[Any, list[Values]] = {}
        keys = [owner for owner in owners if owner is not None]
        for key, _, values in self._read(held, keys, [], own):
            found.setdefault(key, []).append(values)
        return found

    def _lists(self, held: ListTable, keys: Sequence[Any]) -> Mapping[Any, tuple[object, ...]]:
        found: dict[Any, tuple[object, ...]] = {}
        for key, text in self._select(held, [held.value], keys):
            found[key] = (*found.get(key, ()), text)
        return found

    def _read(
        self,
        held: CustomerTable | RelationTable,
        keys: Sequence[Any],
        owners: Sequence[str],
        columns: _Asked,
    ) -> Iterator[tuple[Any, Sequence[Any], Values]]:
        money = [part.currency_column for _, part in columns if part.currency_column is not None]
        names: list[str | Column] = [*owners, *(part for _, part in columns), *money]
        for key, *cells in self._select(held, names, keys):
            told = iter(cells[len(owners) + len(columns) :])
            values = {
                field.name: from_column(cell, field, part, currency=self._currency(part, told))
                for (field, part), cell in zip(columns, cells[len(owners) :], strict=False)
            }
            yield key, cells[: len(owners)], values

    def _currency(self, part: Column, told: Iterator[Any]) -> str | None:
        if part.currency_column is not None:
            found = next(told)
            return None if found is None else str(found)
        return part.currency or self.schema.currency

    def _select(
        self,
        held: CustomerTable | RelationTable | ListTable,
        names: Sequence[str | Column],
        keys: Sequence[Any],
    ) -> Sequence[Any]:
        if not keys:
            return ()
        writer = Writer(self.dialect)
        columns = [_cell(name, writer) for name in (held.key, *names)]
        among = exp.In(this=writer.column("t", held.key), expressions=[*map(writer.bind, keys)])
        table = writer.table(held.table, held.schema, "t")
        cursor = self.connection.cursor()
        cursor.execute(writer.render(select(columns, table, among)), writer.values)
        return cursor.fetchall()


def _cell(of: str | Column, writer: Writer) -> Sql:
    if isinstance(of, str):
        return writer.column("t", of)
    cell = writer.column("t", of.name)
    if of.form is not Form.TIMESTAMPTZ:
        return cell
    # In the zone of the session the last hours of the year 9999 may lie beyond the calendar.
    return exp.AtTimeZone(this=cell, zone=exp.Literal.string("UTC"))
