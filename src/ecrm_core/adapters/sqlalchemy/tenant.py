"""Tenant: the handle of one tenant in a database; implements ports.Store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from attrs import evolve, frozen

from ecrm_core.adapters.sqlalchemy.asked import statement_of, values_of
from ecrm_core.adapters.sqlalchemy.database import Database
from ecrm_core.adapters.sqlalchemy.projecting import Projected, Projecting
from ecrm_core.adapters.sqlalchemy.projection import Projection
from ecrm_core.adapters.sqlalchemy.statements import Statements, shape_of
from ecrm_core.adapters.sqlalchemy.values import Query, bound
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Applied, ChangeSet, Key, Kind, Stored
from ecrm_core.ports.asking import Answers, AnyQuestion
from ecrm_core.ports.plan import plan_of
from ecrm_core.ports.sorting import sorted_answers
from ecrm_core.ports.span import Span, check_keys, check_limit, span_of
from ecrm_core.ports.store import Cursor, Page

__all__ = ["SqlAlchemyTenant"]

T = TypeVar("T")
_MOST = 200  # questions of one statement: SQLite takes 500 parts


@frozen
class SqlAlchemyTenant:
    """Reads and writes the rows of one tenant; a call is one statement, or one transaction."""

    _name: str
    _database: Database

    @property
    def tenant(self) -> str:
        return self._name

    @property
    def remote(self) -> bool:
        """Postgres is another process, often on another machine."""
        return self._database.postgres

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        asked = [key for key in check_keys(kind, keys) if _possible(key)]
        if not asked:
            return {}
        query = self._statements(kind).by_key, self._bound(asked, len(kind.key))
        rows = self._database.ask(kind, None, query)
        found: dict[Key, Any] = {tuple(row[:-3]): row for row in rows}
        return {key: _read(kind, found[key]) for key in asked if key in found}

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        asked = [value for value in check_keys(kind, values, index=index) if _possible(value)]
        check_limit(limit)
        if not asked:
            return {}
        width = len(kind.index(index).columns)
        statement = self._statements(kind).by_index(index, limited=limit is not None)
        query = statement, self._bound(asked, width) | ({} if limit is None else {"limit": limit})
        found: dict[Key, list[Any]] = {value: [] for value in asked}
        for row in self._database.ask(kind, index, query):
            found[tuple(row[1 : width + 1])].append(row)
        return {
            value: tuple(_read(kind, row) for row in sorted(rows, key=_columns))
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
        span = _without_nul(span)
        if span.nothing:
            return Page(())
        found = self._asked(kind, index, span, free=False)
        first = 0 if index is None else 1  # after the number of the declarations
        following = tuple(found[limit - 1][first:-3]) if len(found) > limit else None
        return Page(tuple(_read(kind, row) for row in found[:limit]), following)

    def pick(self, kind: Kind[T], *, index: str, within: Key, limit: int) -> tuple[Stored[T], ...]:
        """Return the first rows of a scan, on Postgres past those that somebody else holds."""
        span = _without_nul(
            span_of(kind, index=index, within=within, starts=None, after=None, limit=limit)
        )
        if span.nothing:
            return ()
        found = self._asked(kind, index, span, free=self._database.postgres)
        return tuple(_read(kind, row) for row in found[:limit])

    def _asked(
        self, kind: Kind[Any], index: str | None, span: Span, *, free: bool
    ) -> list[sa.Row[Any]]:
        shape, values = shape_of(self._database.tables.of(kind), index, span)
        statements = self._statements(kind)
        statement = statements.free(shape) if free else statements.page(shape)
        values["tenant"] = self._name
        if free:
            values["limit"] = span.limit  # the row after them is somebody else's
        return self._database.ask(kind, index, (statement, values))

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        """Answer many questions in one statement (200 in each); see ``ports.Asking``."""
        asked = [question for question in questions if question.sayable]
        found: dict[AnyQuestion, Any] = {question: {} for question in questions}
        for at in range(0, len(asked), _MOST):
            found |= self._together(asked[at : at + _MOST])
        return Answers(found)

    def _together(
        self, asked: Sequence[AnyQuestion]
    ) -> dict[AnyQuestion, dict[Key, tuple[Stored[Any], ...]]]:
        postgres, tables, chosen = self._database.postgres, self._database.tables, list(asked)

        def build(standing: tuple[int, ...]) -> tuple[Query, dict[str, object]]:
            chosen[:] = [asked[at] for at in standing]
            values = values_of(self._name, chosen, postgres=postgres)
            return statement_of(tables, chosen, postgres=postgres), values

        rows = self._database.ask_all([(one.kind, one.index) for one in asked], build)
        return sorted_answers(chosen, (row[1:] for row in rows))

    def apply(self, changes: ChangeSet) -> Applied:
        def follow(connection: sa.Connection) -> None:
            for projection in self._database.projections:
                projection.write(connection, self._name, changes)

        return self._database.apply(self._name, plan_of(changes), follow)

    def project_all(
        self,
        projection: Projection,
        *,
        page: int = 500,
        after: str | None = None,
        progress: Callable[[Projected], object] | None = None,
    ) -> Projected:
        """Write the projection's row of every customer, and remove all others of the tenant.

        Each page is a transaction; what is changed meanwhile is written as it is then.
        ``progress`` is called after each page and stops the work by returning False; ``after``
        (of the result) goes on from there. Raises DefinitionError for a page that is not 1 to
        10,000 or a projection of another tenant.
        """
        if not projection.concerns(self._name):
            message = f"the projection is of the tenant {projection.tenant!r}, not of this one"
            raise DefinitionError(message, code="projection")
        work = Projecting(self, self._database, projection, page)
        return work.run(after or "", progress)

    def _statements(self, kind: Kind[Any]) -> Statements:
        return self._database.tables.statements(kind, postgres=self._database.postgres)

    def _bound(self, rows: list[Key], width: int) -> dict[str, object]:
        given = bound(rows, width=width, postgres=self._database.postgres)
        return given | {"tenant": self._name}


def _read(kind: Kind[T], row: Any) -> Stored[T]:  # noqa: ANN401 - a row of any columns
    version, format_, body = row[-3:]
    return kind.read(body, version, format_)


def _columns(row: Any) -> Key:  # noqa: ANN401 - a row of any columns
    return tuple(row[1:-3])


def _possible(key: Key) -> bool:
    """No row has a NUL in its key, and Postgres does not take one in a question."""
    return not any("\0" in text for text in key)


def _without_nul(span: Span) -> Span:
    """Return the span said without NUL: every stored text lies on the same side of it."""
    if not _possible(span.within) or "\0" in (span.below or ""):
        return evolve(span, nothing=True)
    for at, text in enumerate(span.low):
        if "\0" in text:  # above "a\0b" is what is above "a"
            return evolve(span, low=(*span.low[:at], text.partition("\0")[0]), closed=False)
    return span
