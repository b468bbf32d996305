"""Store: the four things a storage adapter does, for one tenant, for any Kind of row."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Generic, Protocol, TypeVar, runtime_checkable

from attrs import field, frozen

from ecrm_core.kernel import Applied, ChangeSet, Key, Kind, Stored

__all__ = ["Cursor", "Page", "Picking", "Store", "Tenants"]

T = TypeVar("T")
Cursor = tuple[str, ...]
"""Where a page ended: the index columns (none for key order), then the key."""


@frozen
class Page(Generic[T]):
    """Rows in order, and where to go on: ``following`` is None on the last page."""

    rows: tuple[Stored[T], ...]
    following: Cursor | None = field(default=None)


class Store(Protocol):
    """A handle bound to one tenant. Reads are batches; the one write is all or nothing.

    Keys and index columns are compared by code point. Driver errors come out as StorageError.
    """

    @property
    def tenant(self) -> str:
        """The tenant whose rows this handle reads and writes, and no other's."""
        ...

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        """Return the rows of these keys; a missing key is absent from the mapping.

        Any number of keys, repeated or none.
        """
        ...

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        """Return for each value of the whole index its rows in key order; no rows: absent.

        ``limit`` is 1 to 10,000: the first rows of each value, however many share it. Raises
        DefinitionError for an index the Kind does not have.
        """
        ...

    def scan(
        self,
        kind: Kind[T],
        *,
        index: str | None = None,
        within: Key = (),
        starts: str | None = None,
        after: Cursor | None = None,
        limit: int = 500,
    ) -> Page[T]:
        """Return one page in the order of the index (then key), or of the key without an index.

        ``within`` fixes the leading columns, ``starts`` is a prefix of the column after them,
        ``after`` is ``following`` of the page before. ``limit`` is 1 to 10,000. Rows written
        between two pages appear if they lie behind the cursor; none comes twice.
        """
        ...

    def apply(self, changes: ChangeSet) -> Applied:
        """Write the whole set or nothing, in one transaction.

        First the request key: applied before with the same digest, the first Applied comes back
        with ``replayed=True`` and nothing is written; with another digest KeyReused is raised.
        Then every Expect, in the order of kind and key; the first that fails raises
        ConflictError. Every row written gets ``Applied.sequence`` as its version, which is above
        all versions before it. A Put on an existing row of an ``insert_only`` Kind keeps that row.
        """
        ...


@runtime_checkable
class Picking(Protocol):
    """What a handle may offer beside: rows that nobody else is at this moment taking away.

    Workers side by side then pick different rows, where they would all meet at the first ones and
    all but one of them come too late. Only speed may depend on it.
    """

    def pick(self, kind: Kind[T], *, index: str, within: Key, limit: int) -> tuple[Stored[T], ...]:
        """Return the first rows of a scan, without those that are being written or picked now."""
        ...


class Tenants(Protocol):
    """A whole store, from which handles are taken, one for each tenant."""

    def tenant(self, name: str) -> Store:
        """Return the handle of one tenant; the only way to its rows."""
        ...

    def close(self) -> None:
        """Give back files and connections."""
        ...
