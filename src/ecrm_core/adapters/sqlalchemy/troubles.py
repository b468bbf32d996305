"""Troubles: what a database says went wrong, as our errors with a code and a way out.

The driver's error is not kept as the cause: its text shows statements, values and keys.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from ecrm_core.errors import (
    ConflictError,
    DefinitionError,
    EcrmError,
    InputError,
    StorageUnavailable,
)

__all__ = ["conflict_of", "translated", "unavailable"]

_WORDS = {
    "locked": "is busy with other transactions: try again",
    "read_only": "may not be written by this user: grant the rights, or connect to the primary",
    "full": "is full: free space; nothing of this was written",
    "no_tables": "has not the tables of this version: migrate, or call store.create()",
    "unreadable": "cannot be read or written: ask its log, restore a backup",
    "gone": "does not answer: check the URL, the network and the server",
    "autocommit": "is in AUTOCOMMIT mode: lend a connection that is in a transaction",
    "aborted": "has given this transaction up after an earlier error: roll it back",
    "closed": "was closed: open it again",
    "storage_unavailable": "cannot be used now",
}
# PostgreSQL's SQLSTATE (appendix A of its manual), the whole code or its class, by our code.
_STATES = {
    "55P03": "locked", "53300": "locked", "57014": "locked",
    "25006": "read_only", "42501": "read_only",
    "53100": "full", "53200": "full",
    "42P01": "no_tables", "42703": "no_tables", "3F000": "no_tables",
    "25P01": "autocommit", "25P02": "aborted",
    "08": "gone", "57": "gone", "28": "gone", "3D": "gone", "XX": "unreadable", "58": "unreadable",
}  # fmt: skip
_COLLISIONS = {"40001", "40P01"}  # a serialisation failure, a deadlock
# SQLite's primary result codes (sqlite.org/rescode.html).
_CODES = {
    sqlite3.SQLITE_BUSY: "locked", sqlite3.SQLITE_LOCKED: "locked",
    sqlite3.SQLITE_READONLY: "read_only", sqlite3.SQLITE_PERM: "read_only",
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_NOTADB: "unreadable", sqlite3.SQLITE_CORRUPT: "unreadable",
    sqlite3.SQLITE_IOERR: "unreadable", sqlite3.SQLITE_CANTOPEN: "gone",
}  # fmt: skip


def unavailable(code: str, **facts: object) -> StorageUnavailable:
    """Return the error of that code about the database."""
    return StorageUnavailable(f"the database {_WORDS[code]}", code=code, **facts)


@contextmanager
def translated(*, own: bool) -> Iterator[None]:
    """Raise SQLAlchemy's errors as ours; ``own`` tells whose the transaction is."""
    try:
        yield
    except EcrmError:
        raise
    except exc.DBAPIError as error:
        raise _of_driver(error, own=own) from None
    except exc.SQLAlchemyError as error:
        raise unavailable("storage_unavailable", error=type(error).__name__) from None
    except OSError:  # as asyncpg says that nobody answers
        raise unavailable("gone") from None
    except UnicodeError:  # it holds the whole text
        message = "the connection has another client_encoding than UTF8: leave it as it is"
        raise DefinitionError(message, code="encoding") from None


def conflict_of(error: BaseException) -> ConflictError | None:
    """Return the conflict that an error tells of, ours or the driver's; None for other trouble."""
    if isinstance(error, exc.DBAPIError):
        error = _of_driver(error, own=False)
    return error if isinstance(error, ConflictError) else None


def _of_driver(error: exc.DBAPIError, *, own: bool) -> EcrmError:
    found = _sqlite_code(error)
    if found is not None:
        return _of_sqlite(found, str(error.orig))
    state = str(getattr(error.orig, "sqlstate", None) or "")
    if state in _COLLISIONS:
        message = "the transaction collided with another one: run it again from its beginning"
        return ConflictError(message, retry="operation" if own else "transaction", sqlstate=state)
    if state.startswith("54"):
        message = "found a key too long for an index of this database, expected fewer characters"
        return InputError(message, code="too_long")
    code = _STATES.get(state) or _STATES.get(state[:2])
    if code is None:
        code = "gone" if error.connection_invalidated or not state else "storage_unavailable"
    return unavailable(code, sqlstate=state)


def _sqlite_code(error: exc.DBAPIError) -> int | None:
    if not isinstance(error.orig, sqlite3.Error):
        return None
    return getattr(error.orig, "sqlite_errorcode", sqlite3.SQLITE_INTERNAL)


def _of_sqlite(found: int, text: str) -> EcrmError:
    if found == sqlite3.SQLITE_BUSY_SNAPSHOT:
        message = "the transaction read what another one has changed since: run it again"
        return ConflictError(message, retry="transaction")
    if found == sqlite3.SQLITE_ERROR and text.startswith(("no such table", "no such column")):
        return unavailable("no_tables")
    return unavailable(_CODES.get(found & 0xFF, "storage_unavailable"))
