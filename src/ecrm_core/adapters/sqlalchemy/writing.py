"""Writing: one set applied inside a transaction, as a plan in the order that lets nobody wait long.

Rows that are expected are locked in the order of Kinds and keys, and rows are written in that
order, so that two sets hardly ever wait for each other in a circle (the database ends it then, and
the set is tried again). A row expected to be absent is locked by being put
there, whether or not the set writes it: whoever else puts it waits, and finds that it lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from attrs import define, field

from ecrm_core.adapters.sqlalchemy.adopting import (
    declare,
    next_number,
    refuse_changed,
    share_declarations,
)
from ecrm_core.adapters.sqlalchemy.known import Declarations, declaration
from ecrm_core.adapters.sqlalchemy.locked import Locked, lock_rows
from ecrm_core.adapters.sqlalchemy.statements import Statements, quoted
from ecrm_core.adapters.sqlalchemy.tables import Tables
from ecrm_core.adapters.sqlalchemy.values import bound
from ecrm_core.kernel import ABSENT, REQUESTS, AnyKind, Applied, Expect, Key, Row
from ecrm_core.ports.plan import Plan, conflict, replay

__all__ = ["AgainError", "Writing"]

_Found = dict[Key, int]


class AgainError(Exception):
    """Somebody else was first where nothing was expected: the set is to be tried once more."""


@define
class Writing:
    """One plan on its way into the tables."""

    connection: sa.Connection
    tables: Tables
    known: Declarations
    tenant: str
    postgres: bool
    held: dict[str, _Found] = field(factory=dict)
    free: dict[str, dict[Key, Expect]] = field(factory=dict)

    def apply(self, plan: Plan) -> Applied:
        """Do the whole plan; ConflictError, KeyReused, or AgainError and nothing is done."""
        self._prepare(plan)
        before = self._before(plan)
        if before is not None:
            return before
        self._lock(plan)
        self._check(plan)
        sequence = self._sequence()
        for kind, keys in plan.drops:
            if self._is(kind):
                self._run(kind, self._of(kind).drop, keys)
        for kind, rows in plan.writes_at(sequence):
            self._write(kind, rows, sequence)
        return plan.applied(sequence)

    def _prepare(self, plan: Plan) -> None:
        """Share the declarations with other writers, or hold them alone to change one."""
        kinds = [kind for kind, _ in plan.writes_at(ABSENT)]
        alone = self.known.changed is None or bool(self._unready(kinds))
        blind = share_declarations(self.connection, self.tables, alone=alone)
        if alone:
            self.tables.remember(self.connection, None)
            self.known = declare(self.connection, self.tables, kinds, blind=blind)
        elif blind:
            refuse_changed(self.connection, self.tables, kinds)

    def _unready(self, kinds: Iterable[AnyKind]) -> list[AnyKind]:
        return [kind for kind in kinds if self.known.there(kind) != declaration(kind)]

    def _before(self, plan: Plan) -> Applied | None:
        """Return what the same request came to before, if there was one."""
        if plan.request is None:
            return None
        values = self._bind([(plan.request.name,)], 1)
        found = self.connection.execute(self._of(REQUESTS).by_key, values).first()
        if found is None:
            return None
        return replay(plan.request, REQUESTS.read(found[-1], found[-3], found[-2]).value)

    def _lock(self, plan: Plan) -> None:
        """Lock what is expected: against everybody where it is written too, else against writers.

        What is written without being expected is locked by its own statement.
        """
        parts = []
        for kind, expects in plan.expects:
            if self._is(kind):
                keys = {expect.key for expect in expects}
                own = keys & _written(plan, kind)
                parts += [Locked(kind, own, share=False), Locked(kind, keys - own, share=True)]
        parts = [part for part in parts if part.keys]
        if parts:
            for kind, key, version in lock_rows(self.connection, self.tables, self.tenant, parts):
                self.held.setdefault(kind.name, {})[key] = version

    def _check(self, plan: Plan) -> None:
        for kind, expects in plan.expects:
            held = self.held.get(kind.name, {})
            for expect in expects:
                if held.get(expect.key, ABSENT) != expect.version:
                    raise conflict(expect)
            free = {expect.key: expect for expect in expects if expect.version == ABSENT}
            self.free[kind.name] = free
            if self.postgres:
                put = {row.key for of, rows in plan.writes if of.name == kind.name for row in rows}
                self._hold([expect for key, expect in free.items() if key not in put])

    def _hold(self, expects: Sequence[Expect]) -> None:
        """Lock rows that are not there: put and remove them, which others wait for all the same."""
        if not expects or not self._is(expects[0].kind):
            return
        kind = expects[0].kind
        of, keys = self._of(kind), [expect.key for expect in expects]
        blank = [(*key, *[None] * len(of.of.extras), "null") for key in keys]
        put = self._put(kind, "fresh", blank, ABSENT)
        self._run(kind, of.drop, keys)
        if put != len(keys):
            raise conflict(expects[0])

    def _sequence(self) -> int:
        """Take the next number, unless a Kind was declared anew since this process looked."""
        number, changed = next_number(self.connection, self.tables)
        if changed != self.known.changed:
            self.tables.remember(self.connection, None)
            raise AgainError
        return number

    def _write(self, kind: AnyKind, rows: Sequence[Row], sequence: int) -> None:
        """Write in the order of keys; what should be new must be, and nothing newer is replaced."""
        rows = sorted(rows, key=lambda row: row.key)
        free = self.free.get(kind.name, {})
        self._put_all(kind, "fresh", [row for row in rows if row.key in free], sequence)
        others = [row for row in rows if row.key not in free]
        how = "keep" if kind.insert_only else "replace"
        self._put_all(kind, "fresh" if kind is REQUESTS else how, others, sequence)

    def _put_all(self, kind: AnyKind, how: str, rows: Sequence[Row], sequence: int) -> None:
        if not rows:
            return
        of = self._of(kind).of
        texts = [of.texts(row) for row in rows]
        if self._put(kind, how, texts, sequence) == len(texts) or how == "keep":
            return
        free = self.free.get(kind.name, {})
        raise conflict(free[rows[0].key]) if rows[0].key in free else AgainError

    def _put(self, kind: AnyKind, how: str, rows: Sequence[Any], version: int) -> int:
        if not self.postgres:
            return self._put_each(kind, how, rows, version)
        own: dict[str, object] = {"version": version, "format": kind.format, "tenant": self.tenant}
        texts = [(*columns, quoted(body)) for *columns, body in rows]
        values = bound(texts, width=len(rows[0]), postgres=True) | own
        return self.connection.execute(self._of(kind).put(how), values).rowcount

    def _put_each(self, kind: AnyKind, how: str, rows: Sequence[Any], version: int) -> int:
        """Hand the driver the rows as they are: binding takes as long as writing them."""
        sql = self._of(kind).driver_put(how)
        tenant, format_ = self.tenant, kind.format
        each = [(tenant, *row[:-1], version, format_, row[-1]) for row in rows]
        return self.connection.exec_driver_sql(sql, each, {"preserve_rowcount": True}).rowcount

    def _run(self, kind: AnyKind, statement: Any, keys: Sequence[Key]) -> Any:  # noqa: ANN401
        return self.connection.execute(statement, self._bind(keys, len(kind.key)))

    def _bind(self, keys: Sequence[Key], width: int) -> dict[str, object]:
        return bound(keys, width=width, postgres=self.postgres) | {"tenant": self.tenant}

    def _is(self, kind: AnyKind) -> bool:
        """Whether the Kind has a table."""
        return not self.tables.managed or self.known.there(kind) is not None

    def _of(self, kind: AnyKind) -> Statements:
        return self.tables.statements(kind, postgres=self.postgres)


def _written(plan: Plan, kind: AnyKind) -> set[Key]:
    """The keys of a Kind that the plan puts or drops."""
    put = (row.key for of, rows in plan.writes if of.name == kind.name for row in rows)
    dropped = (key for of, keys in plan.drops if of.name == kind.name for key in keys)
    return {*put, *dropped}
