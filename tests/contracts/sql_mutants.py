"""SQL mutants: the SQLAlchemy adapter with one seeded fault each, as authors of SQL make them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve

from ecrm_core.adapters.sqlalchemy import kindtable, statements, tables
from ecrm_core.adapters.sqlalchemy.binding import Borrowed
from ecrm_core.adapters.sqlalchemy.statements import Statements
from ecrm_core.adapters.sqlalchemy.values import Values
from ecrm_core.adapters.sqlalchemy.writing import Writing
from ecrm_core.kernel import REQUESTS, AnyKind, Expect, Row
from ecrm_core.ports.plan import Plan

Sql = Any  # SQLAlchemy's statements have no common type
PUTS: Any = Statements._puts


def no_collation(patch: pytest.MonkeyPatch) -> None:
    """Texts go by the locale of the database: no COLLATE "C"."""
    for module in (kindtable, tables):
        patch.setattr(module, "TEXT", sa.Text())


def no_order(patch: pytest.MonkeyPatch) -> None:
    """Pages without ORDER BY."""
    paged = Statements._page
    patch.setattr(Statements, "_page", lambda self, shape: paged(self, shape).order_by(None))


def no_for_update(patch: pytest.MonkeyPatch) -> None:
    """Rows that are expected or replaced are read, and not locked."""
    locking = Writing._lock

    def lock(self: Writing, plan: Plan) -> None:
        written = {kind.name: {row.key for row in rows} for kind, rows in plan.writes}
        _look_at(self, plan, lambda expect: expect.key in written.get(expect.kind.name, set()))
        expects = [
            (kind, tuple(one for one in some if one.key not in written.get(kind.name, set())))
            for kind, some in plan.expects
        ]
        locking(self, evolve(plan, expects=tuple(expects)))

    patch.setattr(Writing, "_lock", lock)


def unwritten_unlocked(patch: pytest.MonkeyPatch) -> None:
    """Only the rows that are written are locked; what is expected beside them is looked at."""
    patch.setattr(Writing, "_lock", lambda self, plan: _look_at(self, plan, lambda _: True))


def _look_at(work: Writing, plan: Plan, which: Callable[[Expect], bool]) -> None:
    for kind, expects in plan.expects:
        keys = [expect.key for expect in expects if which(expect)]
        found = work._run(kind, _unlocked(work._of(kind)), keys) if keys else ()
        looked_at = {tuple(key): version for *key, version in found}
        work.held[kind.name] = work.held.get(kind.name, {}) | looked_at


def phantoms(patch: pytest.MonkeyPatch) -> None:
    """READ COMMITTED: a row expected to be absent is put by somebody else meanwhile."""
    patch.setattr(Writing, "_hold", lambda *_: None)


def inserts_uncounted(patch: pytest.MonkeyPatch) -> None:
    """INSERT ... ON CONFLICT DO NOTHING, and nobody counts what was inserted."""

    def put_all(self: Writing, *write: Any) -> None:  # noqa: ANN401 - as it is called
        kind, how, rows, sequence = write
        if rows:
            self._put(kind, how, [self._of(kind).of.texts(row) for row in rows], sequence)

    patch.setattr(Writing, "_put_all", put_all)


def requests_kept(patch: pytest.MonkeyPatch) -> None:
    """The row of a request is put if it is not there: two at once write twice."""
    writes = Writing._write

    def write(self: Writing, kind: AnyKind, rows: Sequence[Row], sequence: int) -> None:
        if kind is REQUESTS:
            self._put_all(kind, "keep", rows, sequence)
        else:
            writes(self, kind, rows, sequence)

    patch.setattr(Writing, "_write", write)


def conflicts_ignored(patch: pytest.MonkeyPatch) -> None:
    """ON CONFLICT DO NOTHING also where a row is to be replaced."""
    _property(patch, "_puts", lambda self: (puts := PUTS.func(self)) | {"replace": puts["keep"]})
    inserts_uncounted(patch)


def version_kept(patch: pytest.MonkeyPatch) -> None:
    """A row that is replaced keeps its version."""
    _replacing(patch, lambda self: ("format", "body", *(c.name for c in self.of.extras)))


def index_columns_kept(patch: pytest.MonkeyPatch) -> None:
    """A row that is replaced keeps its index columns."""
    _replacing(patch, lambda _: ("version", "format", "body"))


def tenant_missing_in_look_ups(patch: pytest.MonkeyPatch) -> None:
    """WHERE key, whoever's row it is."""

    def among(self: Values, query: Sql, tenant: Sql, columns: Sequence[Sql]) -> Sql:
        same = [column == value for column, value in zip(columns, self.columns, strict=True)]
        return query.select_from(tenant.table.join(self.source, sa.and_(*same)))

    patch.setattr(Values, "among", among)


def tenant_missing_in_pages(patch: pytest.MonkeyPatch) -> None:
    """A page of the rows of all."""
    paged = Statements._page

    def page(self: Statements, shape: Any) -> Sql:  # noqa: ANN401 - handed on
        with pytest.MonkeyPatch.context() as inside:
            inside.setattr(statements, "_TENANT", sa.literal_column("tenant"))
            return paged(self, shape)

    patch.setattr(Statements, "_page", page)


def tenant_missing_in_deletes(patch: pytest.MonkeyPatch) -> None:
    """DELETE WHERE key, whoever's row it is."""

    def drop(self: Statements) -> sa.Delete:
        given = Values(len(self.of.keys), postgres=self.postgres)
        return sa.delete(self.table).where(given.has(self.of.keys))

    _property(patch, "drop", drop)


def commits_inside(patch: pytest.MonkeyPatch) -> None:
    """A set on a borrowed connection commits the host's transaction."""

    @contextmanager
    def writing(self: Borrowed) -> Iterator[sa.Connection]:
        yield self._connection()
        self._connection().commit()

    patch.setattr(Borrowed, "writing", writing)


def no_savepoint(patch: pytest.MonkeyPatch) -> None:
    """What the database refuses takes the host's transaction along."""

    @contextmanager
    def writing(self: Borrowed) -> Iterator[sa.Connection]:
        yield self._connection()

    patch.setattr(Borrowed, "writing", writing)


def rolls_back_the_host(patch: pytest.MonkeyPatch) -> None:
    """A refused set rolls back everything."""

    @contextmanager
    def writing(self: Borrowed) -> Iterator[sa.Connection]:
        try:
            yield self._connection()
        except BaseException:
            self._connection().rollback()
            raise

    patch.setattr(Borrowed, "writing", writing)


OWN: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    no_collation: "test_the_order_is_that_of_code_points",
    no_order: "test_every_stretch_is_what_sorting_by_hand_gives",
    no_for_update: "test_threads_on_one_handle_lose_no_update",
    unwritten_unlocked: "test_of_two_sets_that_stand_on_the_row_of_the_other_one_applies",
    phantoms: "test_of_two_sets_that_need_the_row_of_the_other_absent_one_applies",
    inserts_uncounted: "test_one_of_two_first_writers_conflicts",
    requests_kept: "test_of_one_request_sent_twice_at_once_one_writes",
    conflicts_ignored: "test_a_put_replaces_and_a_drop_removes",
    version_kept: "test_versions_and_sequences_grow_with_every_set",
    index_columns_kept: "test_a_changed_or_dropped_row_leaves_the_index",
    tenant_missing_in_look_ups: "test_nothing_of_one_tenant_is_found_by_another",
    tenant_missing_in_pages: "test_nothing_of_one_tenant_is_found_by_another",
    tenant_missing_in_deletes: "test_a_write_of_one_tenant_does_not_touch_another",
}
"""Faults of a store on an engine of its own, and the contract that finds each."""

BORROWED: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    commits_inside: "test_what_the_host_rolls_back_never_was",
    no_savepoint: "test_a_set_the_database_refuses_leaves_what_the_host_did",
    rolls_back_the_host: "test_a_refused_set_leaves_what_the_host_did_and_its_transaction",
}
"""Faults on a connection of the host's."""


def _unlocked(self: Statements) -> Sql:
    keys, values = self.of.keys, Values(len(self.of.keys), postgres=True)
    query = sa.select(*keys, self.table.c.version).order_by(*keys)
    return values.among(query, self.table.c.tenant, keys)


def _property(patch: pytest.MonkeyPatch, name: str, get: Callable[[Statements], Sql]) -> None:
    made = cached_property(get)
    made.__set_name__(Statements, name)
    patch.setattr(Statements, name, made)


def _replacing(patch: pytest.MonkeyPatch, columns: Callable[[Statements], Sequence[str]]) -> None:
    def puts(self: Statements) -> Sql:
        into = self._insert()
        replace = into.on_conflict_do_update(
            index_elements=[self.table.c.tenant, *self.of.keys],
            set_={name: into.excluded[name] for name in columns(self)},
        )
        return PUTS.func(self) | {"replace": replace.execution_options(preserve_rowcount=True)}

    _property(patch, "_puts", puts)
