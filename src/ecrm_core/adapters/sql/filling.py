"""Filling: rows of customers into tables of our own; the host says when, and commits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from attrs import frozen

from ecrm_core.adapters.sql.driver import Connection
from ecrm_core.adapters.sql.forms import Dialect
from ecrm_core.adapters.sql.holding import to_column
from ecrm_core.adapters.sql.mapping import Column, CustomerTable, Part, RelationTable, SqlMapping
from ecrm_core.adapters.sql.writing import Writer
from ecrm_core.kernel import Registry
from ecrm_core.segmentation import Row, Schema, SchemaField

__all__ = ["fill_tables"]

_PAGE = 500
Held = CustomerTable | RelationTable


def fill_tables(
    connection: Connection,
    dialect: Dialect,
    mapping: SqlMapping,
    rows: Iterable[tuple[str, Row]],
    *,
    schema: Schema,
    gone: Iterable[str] = (),
    anew: bool = False,
) -> int:
    """Put rows by customer in the place of what was there of these customers; return how many.

    ``gone`` are customers to leave out from now on: erased, or merged into another. ``anew``: what
    was there of anybody goes first. Values are kept as a segment reads them: in NFC, and without
    what is of another type. Nothing is committed.
    Raises InputError ("sql_range", with the field as its path) for a value a column cannot hold
    exactly, before anything of its page is written.
    """
    filling = _Filling(connection, dialect, mapping, schema)
    if anew:
        filling.clear()
    filling.drop(gone)
    told = iter(rows)
    count = 0
    while page := list(islice(told, _PAGE)):
        filling.put(page)
        count += len(page)
    return count


@frozen
class _Filling:
    connection: Connection
    dialect: Dialect
    mapping: SqlMapping
    schema: Schema

    def clear(self) -> None:
        writer = Writer(self.dialect)
        for held in self._tables():
            self.connection.cursor().execute(f"DELETE FROM {_table(writer, held)}", {})  # noqa: S608

    def _tables(self) -> list[Held]:
        return [*self.mapping.relations.values(), self.mapping.customers]

    def drop(self, ids: Iterable[str]) -> None:
        keys = [{"k": id_} for id_ in ids]
        if not keys:
            return
        writer, cursor = Writer(self.dialect), self.connection.cursor()
        for held in self._tables():
            same = f"{writer.render(writer.name(held.key))} = {_place(writer, 'k')}"
            cursor.executemany(f"DELETE FROM {_table(writer, held)} WHERE {same}", keys)  # noqa: S608

    def put(self, page: Sequence[tuple[str, Row]]) -> None:
        customers = self.mapping.customers
        values = [
            self._values(id_, row.fields, customers.columns, self.schema.fields)
            for id_, row in page
        ]
        filled: list[tuple[Held, list[dict[str, object]]]] = [(customers, values)]
        for name, relation in self.mapping.relations.items():
            filled.append((relation, list(self._related(page, name, relation))))
        self.drop(id_ for id_, _ in page)
        for held, each in filled:
            if each:
                self.connection.cursor().executemany(_insert(Writer(self.dialect), held), each)

    def _related(
        self, page: Sequence[tuple[str, Row]], name: str, held: RelationTable
    ) -> Iterator[dict[str, object]]:
        fields = self.schema.relations[name].fields
        for id_, row in page:
            for each in row.relations.get(name, ()):
                yield self._values(id_, each, held.columns, fields)

    def _values(
        self,
        id_: str,
        values: Mapping[str, object],
        columns: Mapping[str, Part],
        fields: Registry[SchemaField],
    ) -> dict[str, object]:
        found: dict[str, object] = {"k": id_}
        for name, column in _own(columns):
            found[f"p{len(found)}"] = to_column(
                values.get(name), fields[name], column, currency=self.schema.currency
            )
        return found


def _own(columns: Mapping[str, Part]) -> Iterator[tuple[str, Column]]:
    return ((name, part) for name, part in columns.items() if isinstance(part, Column))


def _insert(writer: Writer, held: Held) -> str:
    names = [held.key, *(column.name for _, column in _own(held.columns))]
    places = [_place(writer, "k"), *(_place(writer, f"p{at}") for at in range(1, len(names)))]
    columns = ", ".join(writer.render(writer.name(name)) for name in names)
    return f"INSERT INTO {_table(writer, held)} ({columns}) VALUES ({', '.join(places)})"  # noqa: S608


def _place(writer: Writer, name: str) -> str:
    return f"%({name})s" if writer.postgres else f":{name}"


def _table(writer: Writer, held: Held) -> str:
    parts = [held.table] if held.schema is None else [held.schema, held.table]
    return ".".join(writer.render(writer.name(part)) for part in parts)
