"""Mutants: memory stores with one seeded fault each, as adapter authors make them."""

# ruff: noqa: ARG002 - a broken method may well ignore what it is given

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from threading import RLock
from typing import Any, ClassVar

from attrs import evolve

from ecrm_core.adapters.memory.store import MemoryStore, MemoryTenant
from ecrm_core.adapters.memory.table import Held, Table
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import (
    ABSENT,
    OUTBOX,
    REQUESTS,
    Applied,
    ChangeSet,
    Expect,
    Key,
    Kind,
    Row,
    Stored,
)
from ecrm_core.kernel.changes import Request
from ecrm_core.ports import Answers, AnyQuestion, Page
from ecrm_core.ports.plan import Plan, plan_of, replay


class Mutant(MemoryTenant):
    """A sound handle; each class below breaks one promise."""

    def scan(self, kind: Kind[Any], **asked: Any) -> Page[Any]:  # noqa: ANN401 - handed on
        return self.page(kind, super().scan(kind, **asked), asked)

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        """What becomes of a sound page."""
        return page


class MutantStore(MemoryStore):
    """A memory store whose handles are of a broken class."""

    handle: type[Mutant] = Mutant

    def __init__(self, handle: type[Mutant]) -> None:
        super().__init__()
        self.handle = handle

    def tenant(self, name: str) -> MemoryTenant:
        super().tenant(name)  # the checks of names
        held = self._tenants[name]
        if not isinstance(held, self.handle):
            self._tenants[name] = held = self.handle(name, self._lock)
        return held


class StaleIndex(Mutant):
    """A drop leaves the row in the indexes."""

    def _write(self, plan: Plan) -> Applied:
        ghosts: list[tuple[str, Held]] = self.__dict__.setdefault("_ghosts", [])
        for kind, keys in plan.drops:
            rows = self._table(kind).rows
            ghosts += [(kind.name, rows[key]) for key in keys if key in rows]
        return super()._write(plan)

    def find_many(
        self, kind: Kind[Any], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[Any], ...]]:
        found = dict(super().find_many(kind, index, values, limit=limit))
        for name, held in self.__dict__.get("_ghosts", []):
            value = held.row.entries.get(index)
            if name == kind.name and value in values:
                ghost = kind.read(held.row.body, held.version, held.format)
                found[value] = (*found.get(value, ()), ghost)
        return found


class IndexKeepsOldColumns(Mutant):
    """A changed row is entered anew and its old entry stays: found where it no longer belongs."""

    def _write(self, plan: Plan) -> Applied:
        before = {
            (kind.name, row.key): self._tables[kind.name].rows[row.key].row.entries
            for kind, rows in plan.writes
            if kind.name in self._tables
            for row in rows
            if row.key in self._tables[kind.name].rows
        }
        writes = tuple(
            (kind, tuple(self._blend(row, before.get((kind.name, row.key))) for row in rows))
            for kind, rows in plan.writes
        )
        return super()._write(evolve(plan, writes=writes))

    def _blend(self, row: Row, old: Mapping[str, Key | None] | None) -> Row:
        return evolve(row, entries=old) if old is not None else row


class Unordered(Mutant):
    """Pages come in the order of writing."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        return Page(tuple(sorted(page.rows, key=lambda row: row.version)), page.following)


class FindUnordered(Mutant):
    """find_many gives the rows of a value last first."""

    def find_many(
        self, kind: Kind[Any], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[Any], ...]]:
        found = super().find_many(kind, index, values, limit=limit)
        return {value: rows[::-1] for value, rows in found.items()}


class Casefolded(Mutant):
    """Pages are sorted as a case-insensitive collation would."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        rows = sorted(page.rows, key=lambda row: [t.casefold() for t in kind.key_of(row.value)])
        return Page(tuple(rows), page.following) if not asked.get("index") else page


class Utf16Order(Mutant):
    """Pages are sorted by UTF-16 units, as some databases and languages do."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        rows = sorted(
            page.rows, key=lambda row: [t.encode("utf-16-be") for t in kind.key_of(row.value)]
        )
        return Page(tuple(rows), page.following) if not asked.get("index") else page


class FirstExpectOnly(Mutant):
    """Only the first expectation of a set is looked at."""

    def apply(self, changes: ChangeSet) -> Applied:
        return super().apply(evolve(changes, expects=changes.expects[:1]))


class AbsentIgnored(Mutant):
    """Expecting a row to be absent always holds."""

    def _check(self, kind: Kind[Any], expects: tuple[Expect, ...]) -> None:
        super()._check(kind, tuple(e for e in expects if e.version != ABSENT))


class MissingRowsUnchecked(Mutant):
    """UPDATE ... WHERE version = ? without counting: a row that is gone conflicts with nobody."""

    def _check(self, kind: Kind[Any], expects: tuple[Expect, ...]) -> None:
        rows = self._table(kind).rows
        super()._check(kind, tuple(e for e in expects if e.key in rows or e.version == ABSENT))


class OlderIsEnough(Mutant):
    """A newer expectation than the row's version passes."""

    def _check(self, kind: Kind[Any], expects: tuple[Expect, ...]) -> None:
        rows = self._table(kind).rows
        newer = {e for e in expects if e.key in rows and rows[e.key].version < e.version}
        super()._check(kind, tuple(e for e in expects if e not in newer))


class WritesBeforeChecking(Mutant):
    """Rows are written, then the expectations looked at: a conflict leaves them there."""

    def apply(self, changes: ChangeSet) -> Applied:
        with self._lock:
            try:
                plan = plan_of(changes)
                if self._before(plan) is None:
                    for kind, expects in plan.expects:
                        self._check(kind, expects)
            except ConflictError:
                super().apply(evolve(changes, expects=(), key=None))
                raise
            return super().apply(changes)


class RowByRow(Mutant):
    """Each row is applied by itself: what cannot be stored stops half-way."""

    def apply(self, changes: ChangeSet) -> Applied:
        super().apply(ChangeSet(expects=changes.expects))
        if changes.key is None:
            for put in changes.puts:
                super().apply(ChangeSet(puts=(put,)))
            changes = evolve(changes, puts=(), expects=())
        return super().apply(changes)


class LastInsertWins(Mutant):
    """A second Put of an ``insert_only`` Kind replaces the first row."""

    def _write(self, plan: Plan) -> Applied:
        for kind, rows in plan.writes:
            if kind.insert_only and kind.name in self._tables:
                for row in rows:
                    self._tables[kind.name].drop(row.key)
        return super()._write(plan)


class VersionKept(Mutant):
    """A row keeps the version it was first written with."""

    def _write(self, plan: Plan) -> Applied:
        held = {
            (name, key): row.version
            for name, table in self._tables.items()
            for key, row in table.rows.items()
        }
        applied = super()._write(plan)
        _change(self._tables, lambda name, row: held.get((name, row.row.key), row.version))
        return applied


class VersionOfTheRow(Mutant):
    """Every row counts for itself from 1, so that a version comes back after a drop."""

    def _write(self, plan: Plan) -> Applied:
        held = {
            (name, key): row.version
            for name, table in self._tables.items()
            for key, row in table.rows.items()
        }
        applied = super()._write(plan)
        written = {(kind.name, row.key) for kind, rows in plan.writes for row in rows}

        def version(name: str, row: Held) -> int:
            at = (name, row.row.key)
            return held.get(at, 0) + (at in written or at not in held)

        _change(self._tables, version)
        return applied


def _change(tables: Mapping[str, Table], version: Callable[[str, Held], int]) -> None:
    for name, table in tables.items():
        for key, row in table.rows.items():
            table.rows[key] = evolve(row, version=version(name, row))


class TenantLeak(Mutant):
    """All tenants share their rows."""

    shared: ClassVar[dict[int, dict[str, Table]]] = {}

    def __init__(self, name: str, lock: RLock) -> None:
        super().__init__(name, lock)
        self._tables = self.shared.setdefault(id(lock), {})


class RequestLeak(Mutant):
    """Request keys are one table for all tenants."""

    shared: ClassVar[dict[int, Table]] = {}

    def __init__(self, name: str, lock: RLock) -> None:
        super().__init__(name, lock)
        self._tables[REQUESTS.name] = self.shared.setdefault(id(lock), Table())


class ReplayForgotten(Mutant):
    """Request keys are not kept."""

    def apply(self, changes: ChangeSet) -> Applied:
        return super().apply(changes.keyed(None))


class ReplayUnchecked(Mutant):
    """The digest of a request key is not compared."""

    def _before(self, plan: Plan) -> Request | None:
        before = super()._before(plan)
        if before and plan.request:
            return evolve(before, params_digest=plan.request.params_digest)
        return before


class ReplayOfTheSecond(Mutant):
    """A replay hands back the result of the set that came now."""

    def _before(self, plan: Plan) -> Request | None:
        before = super()._before(plan)
        return before and evolve(before, result=plan.result)


class KeyUsedUp(Mutant):
    """A request that conflicts uses up its key."""

    def apply(self, changes: ChangeSet) -> Applied:
        try:
            return super().apply(changes)
        except ConflictError:
            super().apply(ChangeSet(key=changes.key))
            raise


class ReplayAfterExpects(Mutant):
    """Expectations are looked at before the request key: a harmless repetition conflicts."""

    def apply(self, changes: ChangeSet) -> Applied:
        with self._lock:
            for kind, expects in plan_of(changes).expects:
                self._check(kind, expects)
            return super().apply(changes)


class CursorIncluded(Mutant):
    """A page begins with the last row of the page before."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        after = asked.get("after")
        if after is None or asked.get("index") or after not in self._table(kind).rows:
            return page
        first = self.get_many(kind, [after])[after]
        return Page((first, *page.rows)[: asked.get("limit", 500)], page.following)


class RowSkipped(Mutant):
    """A page forgets the row that told it there is a following one."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        if page.following is None:
            return page
        more = MemoryTenant.scan(self, kind, **{**asked, "after": page.following, "limit": 1})
        return Page(page.rows, more.following)


class FollowingForEver(Mutant):
    """A full page always says that another follows."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        if page.rows and len(page.rows) == asked.get("limit", 500) and not asked.get("index"):
            return Page(page.rows, kind.key_of(page.rows[-1].value))
        return page


class PrefixAsPattern(Mutant):
    """``starts`` goes into LIKE as it is: % and _ match anything."""

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        starts = asked.get("starts")
        pattern = {**asked, "starts": starts and starts.split("%", 1)[0]}
        return MemoryTenant.scan(self, kind, **pattern)


class NoneIndexed(Mutant):
    """A missing column is entered as empty text."""

    def _write(self, plan: Plan) -> Applied:
        writes = tuple(
            (kind, tuple(_entered(kind, row) for row in rows)) for kind, rows in plan.writes
        )
        return super()._write(evolve(plan, writes=writes))


def _entered(kind: Kind[Any], row: Row) -> Row:
    entries = {
        index.name: row.entries[index.name] or ("",) * len(index.columns) for index in kind.indexes
    }
    return evolve(row, entries=entries)


class EmitsRepeated(Mutant):
    """A second effect under a key replaces the first."""

    def _write(self, plan: Plan) -> Applied:
        for kind, rows in plan.writes:
            if kind is OUTBOX and kind.name in self._tables:
                for row in rows:
                    self._tables[kind.name].drop(row.key)
        return super()._write(plan)


class EmitsLost(Mutant):
    """Effects are left to be sent later, and forgotten."""

    def apply(self, changes: ChangeSet) -> Applied:
        return super().apply(evolve(changes, emits=()))


class KeysJoined(Mutant):
    """The columns of a key are joined without a separator."""

    def get_many(self, kind: Kind[Any], keys: Collection[Key]) -> Mapping[Key, Stored[Any]]:
        found = dict(super().get_many(kind, keys))
        rows = self._table(kind).rows
        joined = {"".join(key): key for key in rows}
        for key in keys:
            if key not in found and "".join(key) in joined:
                twin = joined["".join(key)]
                found[key] = super().get_many(kind, [twin])[twin]
        return found


class NewerFormatRead(Mutant):
    """Rows of a later format are overwritten by a program that does not know them."""

    def apply(self, changes: ChangeSet) -> Applied:
        for kind, _ in plan_of(changes).writes:
            if kind.name in self._tables and self._tables[kind.name].format > kind.format:
                del self._tables[kind.name]
        return super().apply(changes)


class IndexFromBefore(Mutant):
    """A new index starts empty: rows from before are not in it."""

    def _table(self, kind: Kind[Any], index: str | None = None) -> Table:
        table = self._tables.get(kind.name)
        known = self.__dict__.setdefault("_known", {})
        if table and index and known.get(kind.name, kind) is not kind:
            return Table()
        if table is not None:
            known.setdefault(kind.name, kind)
        return super()._table(kind, index)


class Unlocked(Mutant):
    """Checks and writes are two critical sections."""

    def apply(self, changes: ChangeSet) -> Applied:
        import time

        plan = plan_of(changes)
        with self._lock:
            before = self._before(plan)
            if before is not None and plan.request is not None:
                return replay(plan.request, before)
            for kind, expects in plan.expects:
                self._check(kind, expects)
        time.sleep(0.001)
        with self._lock:
            return super().apply(evolve(changes, expects=()))


class StaleDelete(Mutant):
    """DELETE without looking at the version: a row that was changed meanwhile is gone."""

    def apply(self, changes: ChangeSet) -> Applied:
        dropped = {(drop.kind.name, drop.key) for drop in changes.drops}
        expects = [e for e in changes.expects if (e.kind.name, e.key) not in dropped]
        return super().apply(evolve(changes, expects=tuple(expects)))


class LeftoverRows(Mutant):
    """Of several rows to be dropped the first is, and the others are left over."""

    def _write(self, plan: Plan) -> Applied:
        drops = tuple((kind, keys[:1]) for kind, keys in plan.drops)
        return super()._write(evolve(plan, drops=drops))


class DuplicateKey(Mutant):
    """INSERT without a primary key: a row that is written again is there twice."""

    def _write(self, plan: Plan) -> Applied:
        olds: dict[tuple[str, Key], Held] = self.__dict__.setdefault("_olds", {})
        for kind, rows in plan.writes:
            held = self._tables.get(kind.name, Table()).rows
            olds |= {(kind.name, row.key): held[row.key] for row in rows if row.key in held}
        return super()._write(plan)

    def page(self, kind: Kind[Any], page: Page[Any], asked: dict[str, Any]) -> Page[Any]:
        rows: list[Stored[Any]] = []
        for row in page.rows:
            old = self.__dict__.get("_olds", {}).get((kind.name, kind.key_of(row.value)))
            rows += [kind.read(old.row.body, old.version, old.format)] if old else []
            rows.append(row)
        return Page(tuple(rows), page.following)


class ManyKeysCut(Mutant):
    """A call looks for as many keys as the database takes variables, and forgets the others."""

    def get_many(self, kind: Kind[Any], keys: Collection[Key]) -> Mapping[Key, Stored[Any]]:
        return super().get_many(kind, list(keys)[:999])


class NoneMeansAll(Mutant):
    """Without keys there is no WHERE."""

    def get_many(self, kind: Kind[Any], keys: Collection[Key]) -> Mapping[Key, Stored[Any]]:
        return super().get_many(kind, keys or list(self._table(kind).rows))


class NoLock(Mutant):
    """Nothing keeps two threads apart."""

    def __init__(self, name: str, lock: RLock) -> None:
        super().__init__(name, RLock())
        self._lock = nullcontext()  # type: ignore[assignment]


class AskedLastFirst(Mutant):
    """The rows of a question come in no order that is the index's."""

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        found = super().ask(questions)
        return Answers({q: {value: rows[::-1] for value, rows in found[q].items()}
                        for q in questions})  # fmt: skip


class AskedLimitOfAll(Mutant):
    """LIMIT counts the rows of all values of a question together."""

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        found = super().ask(questions)
        return Answers({q: dict(list(found[q].items())[: q.limit]) for q in questions})


MUTANTS = Mutant.__subclasses__()
