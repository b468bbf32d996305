"""Rows: reading and writing the rows of one tenant inside a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

from ecrm_core.adapters.sqlite.table import Table, table_of
from ecrm_core.kernel import Key, Kind, Row

__all__ = ["Found", "among", "drop", "first", "put"]

Found = tuple[Any, ...]
"""The columns asked for, the last of those looked up first."""

_SIZES = (512, 64, 8, 1)


def among(
    connection: sqlite3.Connection,
    table: Table,
    tenant: int,
    asked: tuple[tuple[str, ...], str, Iterable[Key]],
) -> Iterator[tuple[Key, Found]]:
    """Go through the rows with these values of the columns, as (value, columns wanted).

    One statement serves up to 512 values that differ in the last column only; its sizes are few,
    so that SQLite keeps the statements ready.
    """
    columns, wanted, values = asked
    for same, group in groupby(sorted(values), key=itemgetter(slice(None, -1))):
        for lasts in _chunks([value[-1] for value in group]):
            sql = table.among(columns, wanted, len(lasts))
            for found in connection.execute(sql, (tenant, *same, *lasts)):
                yield (*same, found[0]), found[1:]


def first(
    connection: sqlite3.Connection,
    table: Table,
    tenant: int,
    asked: tuple[str, Iterable[Key], int],
) -> Iterator[tuple[Key, Found]]:
    """Go through the first rows of each value of an index, as (value, key and state)."""
    index, values, limit = asked
    sql = table.first(index)
    for value in values:
        for found in connection.execute(sql, (tenant, *value, limit)):
            yield value, found


def put(
    connection: sqlite3.Connection, kind: Kind[Any], write: tuple[int, int, Iterable[Row]]
) -> None:
    """Write the rows of a Kind, as (tenant, version, rows)."""
    tenant, version, rows = write
    table = table_of(kind)
    connection.executemany(
        table.put,
        [
            (tenant, *row.key, version, kind.format, row.body, *table.columns_of(row))
            for row in rows
        ],
    )


def drop(connection: sqlite3.Connection, table: Table, tenant: int, keys: Iterable[Key]) -> None:
    """Remove the rows of these keys."""
    connection.executemany(table.drop, [(tenant, *key) for key in keys])


def _chunks(texts: list[str]) -> Iterator[list[str]]:
    at = 0
    while at < len(texts):
        size = next(size for size in _SIZES if size <= len(texts) - at)
        yield texts[at : at + size]
        at += size
