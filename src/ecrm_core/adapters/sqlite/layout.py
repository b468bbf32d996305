"""Layout: what makes a SQLite file a store of ours: its marks, settings and own tables."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

from ecrm_core.adapters.sqlite.troubles import unavailable
from ecrm_core.errors import StorageError

__all__ = ["FORMAT", "open_layout"]

FORMAT = 1
"""The store format this version writes; it opens earlier ones and refuses later ones."""

_APPLICATION = 0x6563726D  # "ecrm", in the header of the file
_CACHE_KB = 65_536
_CHECKPOINT_PAGES = 16_000  # 64 MB of log at most: a page changed often is written home once

_PAUSE = 5  # milliseconds between two tries
# declarations counts the changes of ecrm_kind, so that a connection knows when to read it again.
_TABLES = """
CREATE TABLE ecrm_store (declarations INTEGER NOT NULL);
INSERT INTO ecrm_store VALUES (0);
CREATE TABLE ecrm_tenant (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, sequence INTEGER NOT NULL);
CREATE TABLE ecrm_kind (
    name TEXT PRIMARY KEY, format INTEGER NOT NULL, key TEXT NOT NULL, indexes TEXT NOT NULL)
"""


def open_layout(connection: sqlite3.Connection, path: str) -> None:
    """Set the connection up and make the store when the file is empty.

    Raises StorageUnavailable (code "not_a_store") for another program's file and StorageError
    (code "newer_format") for a store of a later version; both are left untouched.
    """
    connection.execute("PRAGMA secure_delete=ON")  # an erased person's bytes are overwritten
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KB}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
    with _transaction(connection, "BEGIN"):
        ready = _is_store(connection, path)
    if not ready:
        _write_ahead(connection)
        with _transaction(connection, "BEGIN IMMEDIATE"):
            if not _is_store(connection, path):  # another process may have been first
                _make(connection)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch the journal mode for good.

    Two that open one new file at once refuse each other here without waiting, whatever the busy
    timeout: each would have to wait for the other. So the waiting is done by trying again.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()  # milliseconds
    for _ in range(patience // _PAUSE):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(_PAUSE / 1_000)
        else:
            return
    connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str) -> Iterator[None]:
    """Look at the marks in one state: a store is made while others open it."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _is_store(connection: sqlite3.Connection, path: str) -> bool:
    """Tell whether it is a store (True) or an empty file (False); refuse everything else."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    if application == _APPLICATION:
        if found > FORMAT:
            message = (
                f"the store {path!r} has format {found}, this version reads up to {FORMAT}: "
                "use the version of ecrm_core that wrote it"
            )
            raise StorageError(message, code="newer_format", path=path, found=found)
        return True
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if application or found or tables:
        raise unavailable(path, "not_a_store")
    return False


def _make(connection: sqlite3.Connection) -> None:
    for statement in _TABLES.split(";"):
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={_APPLICATION}")
    connection.execute(f"PRAGMA user_version={FORMAT}")
