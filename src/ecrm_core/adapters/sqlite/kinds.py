"""Kinds: which tables a store has, in which declaration of their Kind, and how they follow it.

A newer declaration (a new index, a newer format) is adopted in the transaction that first needs
it; an older format is refused.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from attrs import frozen

from ecrm_core.adapters.sqlite.table import Table, table_of
from ecrm_core.adapters.sqlite.troubles import damaged
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Kind
from ecrm_core.ports.span import check_format

__all__ = ["Declared", "adopt", "declaration", "declared"]

_FILL = 1_000


@frozen
class Declared:
    """How a Kind stood when the store last heard of it."""

    format: int
    key: tuple[str, ...]
    indexes: dict[str, tuple[str, ...]]

    def serves(self, kind: Kind[Any], index: str) -> bool:
        """Tell whether the index stands as this Kind has it, for the values as it reads them."""
        return self.format == kind.format and self.indexes.get(index) == kind.index(index).columns


@lru_cache(maxsize=256)
def declaration(kind: Kind[Any]) -> Declared:
    """Return how the Kind is declared by this program."""
    return Declared(kind.format, kind.key, {i.name: i.columns for i in kind.indexes})


def declared(connection: sqlite3.Connection, kind: Kind[Any]) -> Declared | None:
    """Return what the store knows of the Kind; None when it has no table yet.

    Raises StorageError (code "newer_format") when a later version wrote it, DefinitionError when
    the key has other columns.
    """
    row = connection.execute(
        "SELECT format, key, indexes FROM ecrm_kind WHERE name=?", (kind.name,)
    ).fetchone()
    if row is None:
        return None
    try:
        check_format(kind, row[0])
        indexes = {name: tuple(columns) for name, columns in json.loads(row[2]).items()}
        found = Declared(row[0], tuple(json.loads(row[1])), indexes)
    except (ValueError, TypeError, AttributeError):
        raise damaged("ecrm_kind") from None
    if found.key != kind.key:
        message = f"the rows of {kind.name!r} are kept under {found.key}, not {kind.key}"
        raise DefinitionError(message, code="kind")
    return found


def adopt(connection: sqlite3.Connection, kind: Kind[Any]) -> None:
    """Make the table of the Kind, or bring it to the Kind's declaration.

    An index the Kind does not have is forgotten: rows written under this Kind will not be entered
    there. A program that has it fills it again.
    """
    before, now, table = declared(connection, kind), declaration(kind), table_of(kind)
    if before == now:
        return
    if before is None:
        connection.execute(table.create)
    else:
        _forget(connection, kind, before)
        _add_columns(connection, table)
        kept = before.format == now.format and now.indexes.items() <= before.indexes.items()
        if not kept:
            _fill(connection, kind, table)
    for statement in filter(None, map(table.create_index, table.indexes)):
        connection.execute(statement)
    _remember(connection, kind, now)


def _forget(connection: sqlite3.Connection, kind: Kind[Any], before: Declared) -> None:
    """Take away the indexes that are not as the Kind has them now."""
    now = declaration(kind)
    for name, columns in before.indexes.items():
        if now.format != before.format or now.indexes.get(name) != columns:
            connection.execute(f"DROP INDEX IF EXISTS k_{kind.name}${name}")


def _add_columns(connection: sqlite3.Connection, table: Table) -> None:
    found = connection.execute("SELECT name FROM pragma_table_info(?)", (table.name,))
    there = {name for (name,) in found}
    for column in table.extras:
        if column not in there:
            connection.execute(f"ALTER TABLE {table.name} ADD COLUMN {column} TEXT")


def _fill(connection: sqlite3.Connection, kind: Kind[Any], table: Table) -> None:
    """Enter every row anew, as its value reads today."""
    if not table.extras:
        return
    change = ", ".join(f"{column}=?" for column in table.extras)
    update = f"UPDATE {table.name} SET {change} WHERE rowid=?"
    for rows in _pages(connection, table):
        connection.executemany(
            update,
            [
                (*table.columns_of(kind.row(kind.read(body, version, format_).value)), rowid)
                for rowid, version, format_, body in rows
            ],
        )


def _pages(
    connection: sqlite3.Connection, table: Table
) -> Iterator[list[tuple[int, int, int, str]]]:
    select = (
        f"SELECT rowid, version, format, body FROM {table.name} "
        f"WHERE rowid > ? ORDER BY rowid LIMIT {_FILL}"
    )
    last = 0
    while rows := connection.execute(select, (last,)).fetchall():
        yield rows
        last = rows[-1][0]


def _remember(connection: sqlite3.Connection, kind: Kind[Any], now: Declared) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO ecrm_kind (name, format, key, indexes) VALUES (?, ?, ?, ?)",
        (kind.name, now.format, json.dumps(now.key), json.dumps(now.indexes)),
    )
    connection.execute("UPDATE ecrm_store SET declarations = declarations + 1")
