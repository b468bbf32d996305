"""Known: what a connection remembers of its store, as long as nobody changed it."""

from __future__ import annotations

import sqlite3
from typing import Any

from attrs import frozen

from ecrm_core.adapters.sqlite.kinds import Declared, adopt, declaration, declared
from ecrm_core.adapters.sqlite.troubles import damaged
from ecrm_core.kernel import Kind

__all__ = ["Known", "Place"]


@frozen
class Place:
    """Where a tenant stands: its number in the tables (None: it has no rows) and its sequence."""

    number: int | None
    sequence: int


class Known:
    """The declarations of Kinds, read once; used inside transactions only."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._at = -1
        self._kinds: dict[str, Declared] = {}
        self._absent: set[str] = set()

    @property
    def at(self) -> int:
        """The number of the declarations that are known; -1: none are."""
        return self._at

    def place(self, connection: sqlite3.Connection, tenant: str) -> Place:
        """Return where the tenant stands, and forget the Kinds if another process changed one."""
        row = connection.execute(
            "SELECT declarations, number, sequence FROM ecrm_store LEFT JOIN ecrm_tenant ON name=?",
            (tenant,),
        ).fetchone()
        if row is None:
            raise damaged("ecrm_store")
        at, number, sequence = row
        if at != self._at:
            self._at, self._kinds, self._absent = at, {}, set()
        return Place(number, sequence or 0)

    def there(self, connection: sqlite3.Connection, kind: Kind[Any]) -> Declared | None:
        """Return how the Kind is declared in the store; None: it has no table.

        Raises StorageError for a Kind that a later version wrote.
        """
        found = self._kinds.get(kind.name)
        if found is None or found.key != kind.key or found.format > kind.format:
            found = declared(connection, kind)
            if found is not None:
                self._kinds[kind.name] = found
        return found

    def standing(self, connection: sqlite3.Connection, kind: Kind[Any]) -> Declared | None:
        """The same, without asking again for a Kind that had no table: a new one is declared."""
        if kind.name in self._absent:
            return None
        found = self.there(connection, kind)
        if found is None:
            self._absent.add(kind.name)
        return found

    def ready(self, connection: sqlite3.Connection, kind: Kind[Any]) -> None:
        """Make the table ready for rows of the Kind; the end of the transaction decides."""
        if self.there(connection, kind) != declaration(kind):
            adopt(connection, kind)
            self._at = -1

    def forget(self) -> None:
        """Know nothing any more: what was read may have been rolled back."""
        self._at = -1
