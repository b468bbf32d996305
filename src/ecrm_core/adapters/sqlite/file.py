"""File: one SQLite file and the one connection to it, shared by threads, renewed after a fork."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Literal
from weakref import WeakSet

from ecrm_core.adapters.sqlite.layout import open_layout
from ecrm_core.adapters.sqlite.troubles import translated, unavailable
from ecrm_core.errors import DefinitionError

__all__ = ["File", "Synchronous"]

Synchronous = Literal["FULL", "NORMAL", "EXTRA"]
"""How hard SQLite makes sure that what it acknowledged is on the disk (PRAGMA synchronous)."""

_open: WeakSet[File] = WeakSet()
_inherited: list[sqlite3.Connection] = []


class File:
    """A store's file: transactions one at a time, driver errors translated.

    A forked child opens a connection of its own: SQLite's locks do not survive a fork.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        busy_timeout: float,
        synchronous: Synchronous,
        max_pages: int | None,
    ) -> None:
        """Open the file, make it when it is not there, refuse what is no store of ours."""
        self.path = os.fspath(path)
        if not _usable(self.path) or synchronous not in {"FULL", "NORMAL", "EXTRA"}:
            message = "found no path of a file (MemoryStore keeps rows in memory), or no such mode"
            raise DefinitionError(message, code="path")
        self._absolute = os.path.abspath(self.path)  # noqa: PTH100 - keeps links, unlike resolve
        self._settings = (busy_timeout, synchronous, max_pages)
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        self._identity: tuple[int, int] | None = None
        self._closed = False
        self._connect()
        _open.add(self)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read one state of the store, whatever is written meanwhile."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Write alone, from the first read on; an error rolls everything back."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def compact(self) -> None:
        """Write the file anew with nothing but its rows, and empty the log beside it.

        Waits for readers as long as for writers, before anything is written and after it. Raises
        StorageUnavailable (code "blocked") while one of them is still there.
        """
        with self._lock, translated(self.path):
            connection = self._present()
            self._empty_log(connection)
            connection.execute("VACUUM")
            self._empty_log(connection)

    def _empty_log(self, connection: sqlite3.Connection) -> None:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise unavailable(self.path, "blocked")

    def close(self) -> None:
        """Close the connection; closing twice is harmless."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._lock, translated(self.path):
            connection = self._present()
            try:
                connection.execute(begin)
                yield connection
                connection.execute("COMMIT")
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    def _present(self) -> sqlite3.Connection:
        """Return the connection, unless the file under it was moved: writes would go nowhere."""
        if self._closed:
            raise unavailable(self.path, "closed")
        if self._connection is None:
            self._connect()
        if self._connection is None or _identity(self._absolute) != self._identity:
            raise unavailable(self.path, "gone")
        return self._connection

    def _connect(self) -> None:
        timeout, synchronous, max_pages = self._settings
        with translated(self.path):
            connection = sqlite3.connect(
                self._absolute,
                timeout=timeout,
                isolation_level=None,
                check_same_thread=False,
                cached_statements=512,
            )
            try:
                open_layout(connection, self.path)
                connection.execute(f"PRAGMA synchronous={synchronous}")
                if max_pages is not None:
                    connection.execute(f"PRAGMA max_page_count={int(max_pages)}")
            except BaseException:
                connection.close()
                raise
        self._connection, self._identity = connection, _identity(self._absolute)

    def after_fork(self) -> None:
        """Leave the parent's connection alone (closing it would touch the parent's file)."""
        self._lock = RLock()
        if self._connection is not None:
            _inherited.append(self._connection)
            self._connection = None


def _usable(path: str) -> bool:
    """Tell whether a file can have this name, and SQLite takes it for one."""
    try:
        return path not in {"", ":memory:"} and b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        return False


def _identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - on the path of every call
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _renew() -> None:
    for file in list(_open):
        file.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
