"""Tenant: the handle of one tenant in a SQLite file; implements ports.Store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from sqlite3 import Connection
from typing import Any, TypeVar

from ecrm_core.adapters.sqlite.asked import Asked
from ecrm_core.adapters.sqlite.file import File
from ecrm_core.adapters.sqlite.kinds import adopt
from ecrm_core.adapters.sqlite.known import Known, Place
from ecrm_core.adapters.sqlite.rows import Found, among, drop, first, put
from ecrm_core.adapters.sqlite.table import table_of
from ecrm_core.kernel import ABSENT, REQUESTS, Applied, ChangeSet, Key, Kind, Stored
from ecrm_core.ports.asking import Answers, AnyQuestion
from ecrm_core.ports.plan import Plan, conflict, plan_of, replay
from ecrm_core.ports.span import check_keys, check_limit, span_of
from ecrm_core.ports.store import Cursor, Page

__all__ = ["SqliteTenant"]

T = TypeVar("T")
R = TypeVar("R")
_STATE = "version, format, body"


class SqliteTenant:
    """Reads and writes the rows of one tenant; each call is one transaction."""

    def __init__(self, name: str, file: File, known: Known) -> None:
        """Hold the name; the file and what is known of its tables are the store's."""
        self._name, self._file, self._known = name, file, known

    @property
    def tenant(self) -> str:
        return self._name

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        asked = check_keys(kind, keys)
        if not asked:  # an intake asks for many things that most deliveries have none of
            return {}
        table = table_of(kind)
        query = (table.key, _STATE, asked)
        found = dict(self._ask(kind, None, lambda on, own: among(on, table, own, query)))
        return {key: _read(kind, found[key]) for key in asked if key in found}

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        asked = check_keys(kind, values, index=index)
        check_limit(limit)
        table = table_of(kind)
        query = (table.indexes[index], ", ".join((*table.key, _STATE)), asked)

        def search(on: Connection, own: int) -> Iterable[tuple[Key, Found]]:
            if limit is None:
                return among(on, table, own, query)
            return first(on, table, own, (index, asked, limit))

        found: dict[Key, list[Found]] = {value: [] for value in asked}
        for value, row in self._ask(kind, index, search):
            found[value].append(row)
        return {
            value: tuple(_read(kind, row[-3:]) for row in sorted(rows))
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
        if span.nothing:
            return Page(())
        sql, values = table_of(kind).page(index, span)
        found = self._ask(kind, index, lambda on, own: on.execute(sql, (own, *values)))
        following = found[limit - 1][:-3] if len(found) > limit else None
        return Page(tuple(_read(kind, row[-3:]) for row in found[:limit]), following)

    def ask(self, questions: Collection[AnyQuestion]) -> Answers:
        """Answer many questions in one statement; see ``ports.Asking``."""
        while True:
            with self._file.reading() as connection:
                if self._known.at < 0:
                    self._known.place(connection, self._name)
                asked = Asked(self._standing(connection, questions))
                if not asked.late:
                    at, found = asked.rows(connection, self._name)
                    if at == self._known.at:
                        return asked.answers(questions, found)
                    self._known.forget()
                    continue
            with self._file.writing() as connection:
                for kind in asked.late:
                    adopt(connection, kind)
                self._known.forget()

    def _standing(
        self, connection: Connection, questions: Collection[AnyQuestion]
    ) -> Iterator[tuple[AnyQuestion, bool]]:
        """Go through the questions about Kinds with a table, and whether their index stands."""
        for question in questions:
            there = self._known.standing(connection, question.kind)
            if there is not None and question.sayable:
                index = question.index
                yield question, index is None or there.serves(question.kind, index)

    def apply(self, changes: ChangeSet) -> Applied:
        plan = plan_of(changes)
        try:
            with self._file.writing() as connection:
                place = self._known.place(connection, self._name)
                before = self._before(connection, place, plan)
                if before is not None:
                    return before
                self._check(connection, place, plan)
                return self._write(connection, place, plan)
        except BaseException:
            self._known.forget()
            raise

    def _ask(
        self, kind: Kind[T], index: str | None, ask: Callable[[Connection, int], Iterable[R]]
    ) -> list[R]:
        """Return what the query finds, in one transaction; without a table or rows, nothing.

        An index the store does not have yet, or has for an older format, is made first.
        """
        with self._file.reading() as connection:
            number = self._known.place(connection, self._name).number
            there = self._known.there(connection, kind)
            if there is None or number is None:
                return []
            if index is None or there.serves(kind, index):
                return list(ask(connection, number))
        with self._file.writing() as connection:
            adopt(connection, kind)
            return list(ask(connection, number))

    def _before(self, connection: Connection, place: Place, plan: Plan) -> Applied | None:
        """Return what the same request came to before, if there was one."""
        if plan.request is None:
            return None
        name = (plan.request.name,)
        found = self._look_up(connection, place, REQUESTS, (_STATE, [name])).get(name)
        return replay(plan.request, _read(REQUESTS, found).value) if found else None

    def _check(self, connection: Connection, place: Place, plan: Plan) -> None:
        for kind, expects in plan.expects:
            keys = [expect.key for expect in expects]
            found = self._look_up(connection, place, kind, ("version", keys))
            for expect in expects:
                if found.get(expect.key, (ABSENT,))[0] != expect.version:
                    raise conflict(expect)

    def _look_up(
        self, connection: Connection, place: Place, kind: Kind[Any], asked: tuple[str, list[Key]]
    ) -> dict[Key, Found]:
        if self._known.there(connection, kind) is None or place.number is None:
            return {}
        wanted, keys = asked
        table = table_of(kind)
        return dict(among(connection, table, place.number, (table.key, wanted, keys)))

    def _write(self, connection: Connection, place: Place, plan: Plan) -> Applied:
        sequence = place.sequence + 1
        own = self._take(connection, place, sequence)
        for kind, keys in plan.drops:
            if self._known.there(connection, kind) is not None:
                drop(connection, table_of(kind), own, keys)
        for kind, rows in plan.writes_at(sequence):
            self._known.ready(connection, kind)
            put(connection, kind, (own, sequence, rows))
        return plan.applied(sequence)

    def _take(self, connection: Connection, place: Place, sequence: int) -> int:
        """Take the next number of the tenant's sequence, and a place for a tenant that is new."""
        if place.number is not None:
            sql = "UPDATE ecrm_tenant SET sequence=? WHERE number=?"
            connection.execute(sql, (sequence, place.number))
            return place.number
        sql = "INSERT INTO ecrm_tenant (name, sequence) VALUES (?, ?)"
        return connection.execute(sql, (self._name, sequence)).lastrowid or 0


def _read(kind: Kind[T], found: Found) -> Stored[T]:
    version, format_, body = found
    return kind.read(body, version, format_)
