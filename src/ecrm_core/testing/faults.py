"""Faults: stores that fail where a real one may, around any other store.

crm = Crm(SingleTenant(FailingStore(store.tenant("main"), at=3)))
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TypeVar

from ecrm_core.errors import StorageUnavailable
from ecrm_core.kernel import Applied, ChangeSet, Key, Kind, Stored
from ecrm_core.ports import Cursor, Page, Store

__all__ = ["CommitThenErrorStore", "FailingStore", "SingleTenant"]

T = TypeVar("T")


class FailingStore:
    """A store whose n-th call fails without effect, with StorageUnavailable (code "injected").

    Reads and writes are counted together, from 1; ``writes_only`` counts, and fails, ``apply``
    alone.
    """

    def __init__(self, store: Store, *, at: int, writes_only: bool = False) -> None:
        """Fail at call number ``at`` (0: never); ``calls`` tells how many there were."""
        self._store, self._at, self.calls = store, at, 0
        self._writes_only = writes_only

    @property
    def tenant(self) -> str:
        return self._store.tenant

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        self._count_read()
        return self._store.get_many(kind, keys)

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        self._count_read()
        return self._store.find_many(kind, index, values, limit=limit)

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
        self._count_read()
        return self._store.scan(
            kind, index=index, within=within, starts=starts, after=after, limit=limit
        )

    def apply(self, changes: ChangeSet) -> Applied:
        self._count()
        return self._store.apply(changes)

    def _count_read(self) -> None:
        if not self._writes_only:
            self._count()

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self._at:
            raise StorageUnavailable("the store failed on purpose", code="injected")


class CommitThenErrorStore(FailingStore):
    """A store whose n-th ``apply`` is done, and then reported as failed: the answer was lost."""

    def __init__(self, store: Store, *, at: int) -> None:
        """Lose the answer of ``apply`` number ``at``; reads do not count."""
        super().__init__(store, at=at, writes_only=True)

    def apply(self, changes: ChangeSet) -> Applied:
        applied = self._store.apply(changes)
        self._count()
        return applied


class SingleTenant:
    """A whole store with one handle, whatever the tenant is called: what ``Crm`` takes."""

    def __init__(self, handle: Store) -> None:
        """Hand out this handle."""
        self._handle = handle

    def tenant(self, name: str) -> Store:  # noqa: ARG002 - there is one
        return self._handle

    def close(self) -> None: ...
