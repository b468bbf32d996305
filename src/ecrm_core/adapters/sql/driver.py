"""Driver: what is asked of a connection of the host's: the DB-API, with named parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

__all__ = ["Connection", "Cursor"]


class Cursor(Protocol):
    """A cursor of sqlite3 or psycopg."""

    def execute(self, sql: Any, params: Any = ..., /) -> object:  # noqa: ANN401 - drivers differ
        """Run a statement with its values by name."""
        ...

    def executemany(self, sql: Any, params: Any, /) -> object:  # noqa: ANN401 - drivers differ
        """Run a statement for each set of values."""
        ...

    def fetchall(self) -> Sequence[Any]:
        """Return the rows found."""
        ...


class Connection(Protocol):
    """A connection of sqlite3 or psycopg; nothing is committed here."""

    def cursor(self) -> Cursor:
        """Return a cursor."""
        ...
