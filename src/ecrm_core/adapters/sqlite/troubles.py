"""Troubles: what SQLite says went wrong, as StorageUnavailable with a code and a way out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ecrm_core.errors import StorageError, StorageUnavailable

__all__ = ["damaged", "translated", "unavailable"]

# SQLite's primary result codes (sqlite.org/rescode.html) by our code.
_CODES = {
    sqlite3.SQLITE_BUSY: "locked",
    sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_PROTOCOL: "locked",
    sqlite3.SQLITE_READONLY: "read_only",
    sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_NOTADB: "not_a_store",
    sqlite3.SQLITE_CORRUPT: "unreadable",
    sqlite3.SQLITE_IOERR: "unreadable",
    sqlite3.SQLITE_SCHEMA: "unreadable",
    sqlite3.SQLITE_ERROR: "unreadable",  # our statements are sound: a table is not as made
}
_WORDS = {
    "locked": "is being written by another process: try again, or raise busy_timeout",
    "read_only": "may not be written: give this process write access to the file and its folder",
    "full": "is full: free space on the disk, or raise max_pages; nothing of this was written",
    "not_a_store": "is no store of ecrm_core: name another file; this one was left as it is",
    "unreadable": "cannot be read or written: check the disk and its quota, restore a backup",
    "gone": "is not there: check the path; a file that was moved has to be opened again",
    "closed": "was closed: open it again",
    "blocked": "is in use by another: what was dropped is still in its log; compact it again",
    "storage_unavailable": "cannot be used now",
}


def unavailable(path: str, code: str) -> StorageUnavailable:
    """Return the error of that code about the store at the path, as the caller named it."""
    return StorageUnavailable(f"the store {path!r} {_WORDS[code]}", code=code, path=path)


def damaged(table: str) -> StorageError:
    """Return the error about a row of the store's own that nobody of ours wrote so."""
    message = f"found a damaged row of {table!r}: restore a backup"
    return StorageError(message, code="damaged_row", kind=table)


@contextmanager
def translated(path: str) -> Iterator[None]:
    """Raise SQLite's errors as ours, the driver's as the cause."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(path, _code(path, error)) from error


def _code(path: str, error: sqlite3.Error) -> str:
    primary = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_INTERNAL) & 0xFF
    if primary == sqlite3.SQLITE_CANTOPEN:
        return _why_closed(Path(path))
    return _CODES.get(primary, "storage_unavailable")


def _why_closed(path: Path) -> str:
    """SQLite has one code for a missing file and for one it may not open."""
    try:
        if path.is_dir():
            return "not_a_store"
        return "read_only" if path.exists() else "gone"
    except OSError:  # a name too long for any file
        return "gone"
