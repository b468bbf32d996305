"""Postgres: connections that naive strategies use as they use those of SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import psycopg
from psycopg import IsolationLevel

from benchmarks.racing.naive import Changed, Naive
from benchmarks.racing.plan import WRITERS

Values = Sequence[object]


class Connection:
    """A connection whose transaction ends with its ``with``; a collision is ``Changed``."""

    def __init__(self, dsn: str, level: IsolationLevel) -> None:
        self._connection = psycopg.connect(dsn)
        self._connection.isolation_level = level

    def execute(self, sql: str, values: Values = ()) -> psycopg.Cursor[tuple[object, ...]]:
        with _collisions():
            return self._connection.execute(sql.replace("?", "%s"), values)  # type: ignore[call-overload]

    def executemany(self, sql: str, rows: Sequence[Values]) -> None:
        for values in rows:
            self.execute(sql, values)

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self._connection.rollback()
            return
        with _collisions():
            self._connection.commit()


@contextmanager
def _collisions() -> Iterator[None]:
    try:
        yield
    except (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected):
        raise Changed from None


def naive(dsn: str, mode: str) -> Naive:
    """A naive strategy on Postgres: "none" or "version" in READ COMMITTED, or "serializable"."""
    serial = mode == "serializable"
    level = IsolationLevel.SERIALIZABLE if serial else IsolationLevel.READ_COMMITTED
    return Naive([Connection(dsn, level) for _ in range(WRITERS)], mode)
