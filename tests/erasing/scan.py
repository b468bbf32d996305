"""Scan: everything a store holds, as bytes, table by table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants
from tests.erasing.person import Person


def dump(store: Tenants, told: str) -> Iterator[tuple[str, bytes]]:
    """Go through every table of a store (``told``: its path or URL) with all it holds."""
    if isinstance(store, MemoryStore):
        for name, tenant in store._tenants.items():
            for kind, table in tenant._tables.items():
                held = [(key, at.row.entries, at.row.body) for key, at in table.rows.items()]
                yield f"{name}.{kind}", repr(held).encode()
    elif isinstance(store, SqliteStore):
        with sqlite3.connect(told) as connection:
            yield "dump", "\n".join(connection.iterdump()).encode()
        connection.close()
    else:
        yield from _tables(told)


def _tables(url: str) -> Iterator[tuple[str, bytes]]:
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        for name, table in metadata.tables.items():
            rows = connection.execute(sa.select(table)).all()
            yield name, "\n".join(" ".join(map(str, row)) for row in rows).encode()
    engine.dispose()


def files(path: str) -> Iterator[tuple[str, bytes]]:
    """Go through the files of a SQLite store."""
    for end in ("", "-wal", "-shm"):
        if (file := Path(path + end)).exists():
            yield file.name, file.read_bytes()


def traces(person: Person, held: Iterator[tuple[str, bytes]]) -> list[str]:
    """Return where somebody is found."""
    return [f"{name}: {place}" for name, data in held for place in person.found_in(data)]
