"""Tables: tables of our own for what segments ask, one of customers and one for each relation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Final

from sqlglot import exp

from ecrm_core.adapters.sql.forms import Dialect, Form
from ecrm_core.adapters.sql.mapping import (
    Column,
    CustomerTable,
    ListTable,
    RelationTable,
    SqlMapping,
)
from ecrm_core.segmentation import FieldType, Schema, SchemaField

__all__ = ["create_statements", "own_tables"]

_KEY: Final = "_customer"
_SQLITE: Mapping[FieldType, tuple[Form, int]] = {
    FieldType.TEXT: (Form.TEXT, 0),
    FieldType.ID: (Form.TEXT, 0),
    FieldType.INTEGER: (Form.INTEGER, 0),
    FieldType.NUMBER: (Form.INTEGER, 6),
    FieldType.MONEY: (Form.INTEGER, 4),
    FieldType.BOOLEAN: (Form.BOOLEAN, 0),
    FieldType.DATE: (Form.ISO_DATE, 0),
    FieldType.INSTANT: (Form.EPOCH, 6),
    FieldType.LIST: (Form.JSON, 0),
}
_POSTGRES = {
    **_SQLITE,
    FieldType.NUMBER: (Form.DECIMAL, 0),
    FieldType.MONEY: (Form.DECIMAL, 0),
    FieldType.DATE: (Form.DATE, 0),
    FieldType.INSTANT: (Form.TIMESTAMPTZ, 0),
    FieldType.LIST: (Form.ARRAY, 0),
}
_TYPES: Mapping[Form, tuple[str, str]] = {
    Form.TEXT: ("TEXT", "TEXT"),
    Form.INTEGER: ("INTEGER", "BIGINT"),
    Form.DECIMAL: ("", "NUMERIC"),
    Form.REAL: ("REAL", "DOUBLE PRECISION"),
    Form.BOOLEAN: ("INTEGER", "BOOLEAN"),
    Form.DATE: ("", "DATE"),
    Form.ISO_DATE: ("TEXT", "TEXT"),
    Form.TIMESTAMPTZ: ("", "TIMESTAMPTZ"),
    Form.TIMESTAMP: ("", "TIMESTAMP"),
    Form.ISO_INSTANT: ("TEXT", "TEXT"),
    Form.EPOCH: ("INTEGER", "BIGINT"),
    Form.JSON: ("TEXT", "JSONB"),
    Form.ARRAY: ("", "TEXT[]"),
}
_PLAIN = re.compile(r"[a-z][a-z0-9_]{0,50}")


def own_tables(schema: Schema, dialect: Dialect, *, prefix: str = "segment_") -> SqlMapping:
    """Return tables for every field and relation of a schema; ``fill_tables`` fills them.

    A name that is no plain word of SQL gets one derived from it.
    """
    forms = _SQLITE if dialect == "sqlite" else _POSTGRES
    # A sum is asked of relations alone; without one a float is held as it is.
    customer = {**forms, FieldType.NUMBER: (Form.REAL, 0)} if dialect == "sqlite" else forms
    relations = {
        relation.name: RelationTable(
            prefix + _word(relation.name),
            key=_KEY,
            columns=_columns(relation.fields.values(), forms),
        )
        for relation in schema.relations.values()
    }
    columns = _columns(schema.fields.values(), customer)
    customers = CustomerTable(f"{prefix}customers_", key=_KEY, columns=columns)
    return SqlMapping(customers=customers, relations=relations)


def _columns(
    fields: Iterable[SchemaField], forms: Mapping[FieldType, tuple[Form, int]]
) -> dict[str, Column]:
    return {
        held.name: Column(_word(held.name), forms[held.type][0], scale=forms[held.type][1])
        for held in fields
        if held.type in forms
    }


def _word(name: str) -> str:
    """Return a name for SQL: SQLite does not tell a from A, Postgres cuts after 63 bytes."""
    if _PLAIN.fullmatch(name):
        return name
    said = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:40]
    return f"{said or 'x'}_{sha256(name.encode()).hexdigest()[:8]}"


def create_statements(mapping: SqlMapping, dialect: Dialect) -> tuple[str, ...]:
    """Return the statements that create the tables of a mapping, each if it is not there.

    Tables of lists are not among them. They have no values: run them without any.
    """
    held = mapping.customers
    key = f"{_quoted(held.key)} TEXT NOT NULL PRIMARY KEY"
    made = [_create(held, [key, *_typed(held.columns, dialect)])]
    for relation in mapping.relations.values():
        key = f"{_quoted(relation.key)} TEXT NOT NULL"
        made.append(_create(relation, [key, *_typed(relation.columns, dialect)]))
        index = _quoted(f"{relation.table[:48]}_by_customer")
        on = f"{_table(relation)} ({_quoted(relation.key)})"
        made.append(f"CREATE INDEX IF NOT EXISTS {index} ON {on}")
    return tuple(made)


def _create(held: CustomerTable | RelationTable, columns: Iterable[str]) -> str:
    return f"CREATE TABLE IF NOT EXISTS {_table(held)} ({', '.join(columns)})"


def _typed(columns: Mapping[str, Column | ListTable], dialect: Dialect) -> Iterator[str]:
    for column in columns.values():
        if isinstance(column, Column):
            yield f"{_quoted(column.name)} {_TYPES[column.form][dialect == 'postgres']}"


def _table(held: CustomerTable | RelationTable) -> str:
    return ".".join(map(_quoted, filter(None, (held.schema, held.table))))


def _quoted(name: str) -> str:
    return exp.to_identifier(name, quoted=True).sql()
