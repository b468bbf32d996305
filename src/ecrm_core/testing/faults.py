"""Faults: stores that fail where a real one may, around any other store."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import Applied, ChangeSet, Key, Kind, Stored
from ecrm_core.ports import Cursor, Page, Store

__all__ = ["CommitThenErrorStore", "FailingStore"]

T = TypeVar("T")


class FailingStore:
    """A store whose n-th call (reads and writes counted together, from 1) fails without effect."""

    def __init__(self, store: Store, *, at: int) -> None:
        """Count down from ``at``; ``calls`` tells how many there were."""
        self._store, self._at, self.calls = store, at, 0

    @property
    def tenant(self) -> str:
        return self._store.tenant

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        self._count()
        return self._store.get_many(kind, keys)

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key]
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        self._count()
        return self._store.find_many(kind, index, values)

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
        self._count()
        return self._store.scan(
            kind, index=index, within=within, starts=starts, after=after, limit=limit
        )

    def apply(self, changes: ChangeSet) -> Applied:
        self._count()
        return self._store.apply(changes)

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            raise StorageUnavailable("the store failed on purpose", code="injected")


class CommitThenErrorStore(FailingStore):
    """A store whose n-th ``apply`` is done, and then reported as failed: the answer was lost."""

    def apply(self, changes: ChangeSet) -> Applied:
        applied = self._store.apply(changes)
        super()._count()
        return applied

    def _count(self) -> None:
        """Reads do not count."""
