"""Store: the rows of every tenant in memory, and the handle of one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import islice
from threading import RLock
from types import TracebackType
from typing import Any, Self, TypeVar

from ecrm_core.adapters.memory.table import Held, Table
from ecrm_core.kernel import (
    ABSENT,
    REQUESTS,
    Applied,
    ChangeSet,
    Expect,
    Key,
    Kind,
    Stored,
)
from ecrm_core.kernel.changes import Request
from ecrm_core.ports.asking import Answers, AnyQuestion, ask_each
from ecrm_core.ports.plan import Plan, conflict, plan_of, replay
from ecrm_core.ports.span import check_format, check_keys, check_limit, check_tenant, span_of
from ecrm_core.ports.store import Cursor, Page

__all__ = ["MemoryStore", "MemoryTenant"]

T = TypeVar("T")


class MemoryStore:
    """A store in memory, for tests, notebooks and as the measure of every other adapter.

    Threads may share it. ``close`` is there for the sake of its siblings and forgets nothing.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._tenants: dict[str, MemoryTenant] = {}
        self._lock = RLock()

    def tenant(self, name: str) -> MemoryTenant:
        """Return the handle of a tenant (1 to 200 characters); every call gives the same rows."""
        with self._lock:
            return self._tenants.setdefault(check_tenant(name), MemoryTenant(name, self._lock))

    def close(self) -> None:
        """Do nothing: there is nothing to give back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class MemoryTenant:
    """The handle of one tenant: implements ports.Store."""

    def __init__(self, name: str, lock: RLock) -> None:
        """Hold no rows yet; the lock is the store's."""
        self._name, self._lock = name, lock
        self._tables: dict[str, Table] = {}
        self._sequence = 0

    @property
    def tenant(self) -> str:
        return self._name

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        asked = check_keys(kind, keys)
        with self._lock:
            rows = self._table(kind).rows
            found = {key: rows[key] for key in asked if key in rows}
        return {key: _read(kind, held) for key, held in found.items()}

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        asked = check_keys(kind, values, index=index)
        check_limit(limit)
        with self._lock:
            table = self._table(kind, index)
            order = table.order(kind, index)
            found = {
                value: [
                    table.rows[entry[len(value) :]]
                    for entry in islice(order.beginning(value), limit)
                ]
                for value in asked
            }
        return {
            value: tuple(_read(kind, held) for held in rows)
            for value, rows in found.items()
            if rows
        }

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
        span = span_of(kind, index=index, within=within, starts=starts, after=after, limit=limit)
        with self._lock:
            table = self._table(kind, index)
            entries = table.order(kind, index).inside(span)
            held = [table.rows[entry[-len(kind.key) :]] for entry in entries[:limit]]
        following = entries[limit - 1] if len(entries) > limit else None
        return Page(tuple(_read(kind, row) for row in held), following)

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        """Answer one question after the other while nobody writes; see ``ports.Asking``."""
        with self._lock:
            return ask_each(self, questions)

    def apply(self, changes: ChangeSet) -> Applied:
        plan = plan_of(changes)
        with self._lock:
            before = self._before(plan)
            if before is not None and plan.request is not None:
                return replay(plan.request, before)
            for kind, _ in (*plan.drops, *plan.writes):
                self._table(kind)  # refuses rows of a later version
            for kind, expects in plan.expects:
                self._check(kind, expects)
            return self._write(plan)

    def _before(self, plan: Plan) -> Request | None:
        held = plan.request and self._table(REQUESTS).rows.get((plan.request.name,))
        return _read(REQUESTS, held).value if held else None

    def _check(self, kind: Kind[Any], expects: tuple[Expect, ...]) -> None:
        rows = self._table(kind).rows
        for expect in expects:
            held = rows.get(expect.key)
            if (held.version if held else ABSENT) != expect.version:
                raise conflict(expect)

    def _write(self, plan: Plan) -> Applied:
        sequence = self._sequence + 1
        writes = plan.writes_at(sequence)
        tables = {kind.name: self._tables.get(kind.name, Table()) for kind, _ in writes}
        for kind, _ in writes:
            tables[kind.name].adopt(kind)
        # Nothing is refused from here on: the whole set, or not a row of it.
        for kind, keys in plan.drops:
            for key in keys:
                self._table(kind).drop(key)
        for kind, rows in writes:
            for row in rows:
                tables[kind.name].put(kind, row, sequence)
        self._tables |= tables
        self._sequence = sequence
        return plan.applied(sequence)

    def _table(self, kind: Kind[Any], index: str | None = None) -> Table:
        """Return the rows of a Kind for reading (an empty table when there are none)."""
        table = self._tables.get(kind.name) or Table()
        check_format(kind, table.format)
        if index is not None:
            table.adopt(kind)
        return table


def _read(kind: Kind[T], held: Held) -> Stored[T]:
    return kind.read(held.row.body, held.version, held.format)
