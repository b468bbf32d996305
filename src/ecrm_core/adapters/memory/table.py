"""Table: the rows of one Kind, kept as text, with the indexes its readers ask for."""

from __future__ import annotations

from typing import Any

from attrs import evolve, frozen

from ecrm_core.adapters.memory.ordered import Ordered
from ecrm_core.kernel import Index, Key, Kind, Row
from ecrm_core.ports.span import check_format

__all__ = ["Held", "Table"]


@frozen
class Held:
    """A row as it is kept: a reader makes a value of its own from the text."""

    row: Row
    version: int
    format: int


class Table:
    """The rows of one Kind of one tenant; the caller holds the lock."""

    def __init__(self) -> None:
        """Start without rows."""
        self.rows: dict[Key, Held] = {}
        self.keys = Ordered()
        self._indexes: dict[Index, Ordered] = {}
        self._declared: tuple[Index, ...] = ()
        self.format = 0

    def put(self, kind: Kind[Any], row: Row, version: int) -> None:
        """Write a row; one of an ``insert_only`` Kind that is there already stays as it is."""
        if row.key in self.rows:
            if kind.insert_only:
                return
            self.drop(row.key)
        self.rows[row.key] = Held(row, version, kind.format)
        self.keys.add(row.key)
        for index, entries in self._indexes.items():
            if (columns := row.entries[index.name]) is not None:
                entries.add(columns + row.key)

    def drop(self, key: Key) -> None:
        """Remove the row of that key, if there is one."""
        held = self.rows.pop(key, None)
        if held is None:
            return
        self.keys.remove(key)
        for index, entries in self._indexes.items():
            if (columns := held.row.entries[index.name]) is not None:
                entries.remove(columns + key)

    def order(self, kind: Kind[Any], index: str | None) -> Ordered:
        """Return the keys in order, or (columns, key) in the order of the index."""
        if index is None:
            return self.keys
        wanted = kind.index(index)
        if wanted not in self._indexes:
            self._indexes[wanted] = Ordered(
                columns + key
                for key, held in self.rows.items()
                if (columns := held.row.entries[index]) is not None
            )
        return self._indexes[wanted]

    def adopt(self, kind: Kind[Any]) -> None:
        """Take the Kind as it is declared now, before a write or the reading of an index.

        Entries of rows written under another declaration are computed anew: the columns of a row
        in an old format are those of the upgraded value.
        """
        check_format(kind, self.format)
        if (kind.format, kind.indexes) == (self.format, self._declared):
            return
        self.rows = {key: _renewed(kind, held) for key, held in self.rows.items()}
        self.format, self._declared, self._indexes = kind.format, kind.indexes, {}


def _renewed(kind: Kind[Any], held: Held) -> Held:
    value = kind.read(held.row.body, held.version, held.format).value
    return evolve(held, row=evolve(held.row, entries=kind.row(value).entries))
