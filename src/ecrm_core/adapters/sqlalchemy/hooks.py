"""Hooks: what engines need: SQLite a lock from the first read on, a fork connections anew."""

from __future__ import annotations

import os
from sqlite3 import Connection as SqliteConnection
from typing import Any, Final
from weakref import WeakSet

import sqlalchemy as sa

__all__ = ["begin_immediate", "begins_immediately", "give_room", "renew_after_fork"]

_MARK = "ecrm_core.begin_immediate"
_renewed: Final[WeakSet[sa.Engine]] = WeakSet()
_inherited: Final[list[sa.Pool]] = []  # connections of the parent, which only it may close


def begin_immediate(engine: sa.Engine) -> sa.Engine:
    """Let every transaction of a SQLite engine begin with the write lock; return the engine.

    Python's driver begins a transaction only before the first write: what was read before may be
    old by then, and a rollback to a savepoint does not bring back what it should. With this
    hook SQLAlchemy sends ``BEGIN IMMEDIATE``. Dropped values are overwritten (``secure_delete``),
    and readers do not wait for a writer (WAL). Call it before the engine is used. An engine of
    another database is returned as it is, so one line serves a shop that tests on SQLite.
    """
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _on_connect)
        sa.event.listen(engine, "begin", _on_begin)
    return engine


def give_room(engine: sa.Engine) -> None:
    """Let a SQLite engine of our own keep pages as SqliteStore does.

    With SQLite's own 2 MB, and a checkpoint each 4 MB, a page changed often is written home often.
    """
    sa.event.listen(engine, "connect", _on_own_connect)


def begins_immediately(connection: sa.Connection) -> bool:
    """Tell whether the hook has begun the transaction this connection is in."""
    return bool(connection.info.get(_MARK))


def _on_connect(raw: SqliteConnection, _: Any) -> None:  # noqa: ANN401 - the pool's record
    raw.isolation_level = None  # SQLAlchemy begins, not the driver
    cursor = raw.cursor()
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _on_own_connect(raw: SqliteConnection, _: Any) -> None:  # noqa: ANN401 - the pool's record
    cursor = raw.cursor()
    cursor.execute("PRAGMA cache_size=-65536")  # kilobytes
    cursor.execute("PRAGMA wal_autocheckpoint=16000")  # pages of 4096 bytes
    cursor.close()


def _on_begin(connection: sa.Connection) -> None:
    if connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
        return  # each statement stands for itself: it needs no lock that lasts
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.info[_MARK] = True


def renew_after_fork(engine: sa.Engine) -> None:
    """Let a forked child connect anew: on a connection of both each would read the other's rows."""
    _renewed.add(engine)


def _renew() -> None:
    for engine in list(_renewed):
        _inherited.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
