"""Kind table: one Kind as an ordinary table, its columns named after the attributes they hold.

A table has the tenant, the columns of the key, the columns that indexes need, and the row itself:
version, format and body (JSON).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa
from attrs import frozen

from ecrm_core.kernel import AnyKind, Row
from ecrm_core.kernel.ids import digest

__all__ = ["TEXT", "KindTable", "table_of"]

_LONGEST = 63  # Postgres cuts names of more bytes, and two of them may become one
_OWN: Final = ("tenant", "version", "format", "body")
# Postgres compares text by the locale of the database unless told otherwise; SQLite by code point.
TEXT: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""The type of every key and index column."""


@frozen(eq=False)
class KindTable:
    """The table of one Kind; ``extras`` are the columns beside the key that indexes need.

    ``places`` tell for each extra where its text stands: the index, and the place in its entry.
    """

    kind: AnyKind
    table: sa.Table
    keys: tuple[sa.Column[str], ...]
    indexes: Mapping[str, tuple[sa.Column[str], ...]]
    extras: tuple[sa.Column[str], ...]
    places: tuple[tuple[tuple[str, int], ...], ...]

    def order(self, index: str | None) -> tuple[sa.Column[str], ...]:
        """The columns a scan goes by."""
        return (*self.indexes[index], *self.keys) if index else self.keys

    def entered(self, index: str | None) -> tuple[sa.ColumnElement[bool], ...]:
        """The conditions that hold for the rows of an index: none of its columns is missing."""
        columns = self.indexes[index] if index else ()
        return tuple(column.is_not(None) for column in dict.fromkeys(columns) if column.nullable)

    def texts(self, row: Row) -> tuple[str | None, ...]:
        """The columns of a row: key, extras, body."""
        extras = [_text(row, places) for places in self.places]
        return (*row.key, *extras, row.body)


def _text(row: Row, places: tuple[tuple[str, int], ...]) -> str | None:
    """The text of a column: None in an index the row is not in says nothing of it."""
    for index, at in places:
        entry = row.entries[index]
        if entry is not None:
            return entry[at]
    return None


def table_of(kind: AnyKind, metadata: sa.MetaData, *, prefix: str, schema: str | None) -> KindTable:
    """Return the table of a Kind, put on the metadata."""
    names = _column_names(kind)
    in_indexes = dict.fromkeys(path for index in kind.indexes for path in index.columns)
    extras = [path for path in in_indexes if path not in kind.key]
    name = f"{prefix}{kind.name}"
    table = sa.Table(
        name,
        metadata,
        sa.Column("tenant", TEXT, primary_key=True),
        *(sa.Column(names[path], TEXT, primary_key=True) for path in kind.key),
        *(sa.Column(names[path], TEXT) for path in extras),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        schema=schema,
    )
    made = KindTable(
        kind,
        table,
        tuple(table.c[names[path]] for path in kind.key),
        {i.name: tuple(table.c[names[path]] for path in i.columns) for i in kind.indexes},
        tuple(table.c[names[path]] for path in extras),
        tuple(_places(kind, path) for path in extras),
    )
    for index in made.indexes:
        _add_index(made, index, name)
    return made


def _column_names(kind: AnyKind) -> dict[str, str]:
    """Return a name for each attribute path, different from each other and from our own."""
    names: dict[str, str] = {}
    for path in dict.fromkeys((*kind.key, *(p for i in kind.indexes for p in i.columns))):
        name = path.replace(".", "_")
        while name in _OWN or name in names.values():
            name += "_"
        names[path] = name
    return names


def _places(kind: AnyKind, path: str) -> tuple[tuple[str, int], ...]:
    return tuple((i.name, i.columns.index(path)) for i in kind.indexes if path in i.columns)


def _add_index(made: KindTable, index: str, name: str) -> None:
    """Add an index without the rows that lack a column; none where the primary key serves."""
    columns = made.indexes[index]
    if columns == made.keys[: len(columns)]:
        return
    where = sa.and_(*made.entered(index)) if made.entered(index) else None
    distinct = dict.fromkeys(columns + made.keys)
    sa.Index(
        _short_name(f"{name}${index}"),  # a name no Kind can have
        made.table.c.tenant,
        *distinct,
        postgresql_where=where,
        sqlite_where=where,
    )


def _short_name(name: str) -> str:
    """Return the name, or one that Postgres does not cut and nobody else has."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 9]}_{digest(name)[:8]}"
