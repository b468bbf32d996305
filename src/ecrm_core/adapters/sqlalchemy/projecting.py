"""Projecting: a projection brought up to date with every customer there is, page by page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import frozen

from ecrm_core.adapters.sqlalchemy.database import Database
from ecrm_core.adapters.sqlalchemy.projection import Projection
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Put, Stored
from ecrm_core.ports.plan import plan_of
from ecrm_core.ports.store import Store

__all__ = ["Projected", "Projecting"]

_ATTEMPTS: Final = 20
_Rows = tuple[Stored[Any], ...]


@frozen(kw_only=True)
class Projected:
    """How many rows were written, and how many removed that are no customer's.

    ``after`` is None when all is done; else it is where to go on.
    """

    written: int = 0
    removed: int = 0
    after: str | None = None


@frozen
class Projecting:
    """The work on one projection of one tenant."""

    store: Store
    database: Database
    projection: Projection
    page: int

    def run(self, after: str, progress: Callable[[Projected], object] | None) -> Projected:
        """Go through all customers behind an id, a transaction a page."""
        at: str | None = after
        written = removed = 0
        while at is not None:
            more = self._settled(at)
            written, removed, at = written + more.written, removed + more.removed, more.after
            so_far = Projected(written=written, removed=removed, after=at)
            if progress and progress(so_far) is False:
                break
        return Projected(written=written, removed=removed, after=at)

    def _settled(self, after: str) -> Projected:
        """Do one page, again when a customer on it was changed meanwhile."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._page(after)
            except ConflictError as error:
                if error.retry != "operation" or attempt == _ATTEMPTS:
                    raise

    def _page(self, after: str) -> Projected:
        """Write and remove rows up to where both lists are known: customers, and rows held."""
        kind = self.projection.kind
        found = self.store.scan(kind, after=(after,) if after else None, limit=self.page)
        held = self._held(after)
        ends = [] if found.following is None else [found.following[0]]
        ends += held[-1:] if len(held) == self.page else []
        until = min(ends, default=None)
        rows = {kind.key_of(row.value): row for row in found.rows}
        rows = {key: row for key, row in rows.items() if until is None or key[0] <= until}
        gone = [(id_,) for id_ in held if (until is None or id_ <= until) and (id_,) not in rows]
        expects = [Expect(kind, key, row.version) for key, row in rows.items()]
        expects += [Expect(kind, key, ABSENT) for key in gone]
        changes = ChangeSet(
            puts=tuple(Put(kind, row.value) for row in rows.values()),
            drops=tuple(Drop(kind, key) for key in gone),
        )
        self.database.apply(
            self.store.tenant,
            plan_of(ChangeSet(expects=tuple(expects))),
            lambda connection: self.projection.write(connection, self.store.tenant, changes),
        )
        return Projected(written=len(rows), removed=len(gone), after=until)

    def _held(self, after: str) -> list[str]:
        database = self.database
        with database.binding.reading() as connection:
            return self.projection.held(connection, self.store.tenant, after=after, limit=self.page)
