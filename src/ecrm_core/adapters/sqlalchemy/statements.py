"""Statements: everything that is ever asked of the table of one Kind, put together once.

Names come from the Kind and the prefix; values are bound. Postgres writes the rows of a set as one
statement; SQLite's driver is fastest row by row.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ecrm_core.adapters.sqlalchemy.kindtable import KindTable
from ecrm_core.adapters.sqlalchemy.known import last_declaration
from ecrm_core.adapters.sqlalchemy.values import Query, Values
from ecrm_core.ports.span import Span, lower_bound

__all__ = ["Shape", "Statements", "quoted", "shape_of"]

Shape = tuple[str | None, int, tuple[str, ...], bool, bool]
"""A page: index, columns fixed, columns of the lower bound, whether it is in, an upper bound."""

_TENANT = sa.bindparam("tenant", type_=sa.Text)
_LIMIT = sa.bindparam("limit", type_=sa.Integer)


class Statements:
    """The statements about one table, for one of the two databases."""

    def __init__(self, of: KindTable, kinds: sa.Table, *, postgres: bool) -> None:
        """Build each when it is first needed."""
        self.of, self.table, self.postgres = of, of.table, postgres
        changed = last_declaration(kinds, postgres=postgres)
        self._changed = sa.select(changed.label("changed")).select_from(kinds).subquery("k")
        self.page = lru_cache(maxsize=64)(self._page)
        self.free = lru_cache(maxsize=8)(self._free)
        self.by_index = lru_cache(maxsize=32)(self._by_index)
        self._driver_puts: dict[str, str] = {}

    @cached_property
    def by_key(self) -> Query:
        """Rows with these keys: key, version, format, body."""
        return self._among(self.of.keys, self.of.keys)

    def _by_index(self, index: str, *, limited: bool = False) -> Query:
        """Rows with these values of an index, after the number of the last declaration.

        Limited, the first rows of each value.
        """
        columns = self.of.indexes[index]
        if limited:
            return self._with_changed(self._first(index))
        # Said once more: SQLite does not see that two columns with values are not missing.
        entered = self.of.entered(index)
        return self._with_changed(self._among(columns, (*columns, *self.of.keys), *entered))

    def _first(self, index: str) -> Query:
        """The first rows of each value: Postgres stops at the limit, SQLite counts them."""
        columns, keys, limit = self.of.indexes[index], self.of.keys, _LIMIT
        named = [c.label(f"o{at}") for at, c in enumerate((*columns, *keys))]
        query = sa.select(*named, *self._state()).where(*self.of.entered(index))
        if self.postgres:
            given = Values(len(columns), postgres=True)
            same = [c == value for c, value in zip(columns, given.columns, strict=True)]
            of_one = query.where(self.table.c.tenant == _TENANT, *same).order_by(*keys).limit(limit)
            rows = of_one.lateral("f")
            return sa.select(*rows.c).select_from(given.source.join(rows, sa.true()))
        place = sa.func.row_number().over(partition_by=columns, order_by=keys).label("place")
        values = Values(len(columns), postgres=False)
        counted = values.among(query.add_columns(place), self.table.c.tenant, columns).subquery("f")
        return sa.select(*counted.c[:-1]).where(counted.c.place <= limit)

    def asked(self, number: int, asked: tuple[str | None, int, int | None], pad: int) -> Query:
        """Rows of one of many questions, as (number, columns, nothing up to ``pad``, state).

        ``asked`` is the index, the columns its values have, and the limit for each of them.
        """
        index, width, limit = asked
        order = self.of.order(index)
        empty = [sa.cast(sa.null(), sa.Text)] * (pad - len(order))
        texts = [c.label(f"o{at}") for at, c in enumerate((*order, *empty))]
        place: sa.ColumnElement[Any] = sa.literal_column(str(number)).label("asked")
        query: Query = sa.select(place, *texts, *self._state())
        query = query.where(*self.of.entered(index))
        values = Values(width, postgres=self.postgres, name=f"q{number}_")
        fixed = order[:width]
        if limit is None:
            return values.among(query, self.table.c.tenant, fixed)
        ordered = list(dict.fromkeys(order))
        if self.postgres:
            same = [c == value for c, value in zip(fixed, values.columns, strict=True)]
            of_one = query.where(self.table.c.tenant == _TENANT, *same).order_by(*ordered)
            first = of_one.limit(limit).lateral(f"f{number}")
            return sa.select(*first.c).select_from(values.source.join(first, sa.true()))
        nth = sa.func.row_number().over(partition_by=fixed, order_by=ordered).label("place")
        counted = values.among(query.add_columns(nth), self.table.c.tenant, fixed)
        rows = counted.subquery(f"f{number}")
        return sa.select(*rows.c[:-1]).where(rows.c.place <= limit)

    def locked(self, number: int, pad: int, *, share: bool) -> Query:
        """Rows as (number, key, nothing up to ``pad``, version), locked in the order given.

        Shared, others may lock them so too, and nobody may write them.
        """
        keys = self.of.keys
        values = Values(len(keys), postgres=self.postgres, name=f"q{number}_")
        empty = [sa.cast(sa.null(), sa.Text)] * (pad - len(keys))
        texts = [column.label(f"o{at}") for at, column in enumerate((*keys, *empty))]
        place: sa.ColumnElement[Any] = sa.literal_column(str(number)).label("asked")
        query: Query = sa.select(place, *texts, self.table.c.version)
        if self.postgres:
            query = query.with_for_update(of=self.table, read=share)
        return values.among(query, self.table.c.tenant, keys)

    def _page(self, shape: Shape) -> Query:
        """One page of a span; without an index the last declaration does not matter."""
        index, query = shape[0], self._rows(shape)
        return query if index is None else self._with_changed(query, order=self._width(index))

    def _free(self, shape: Shape) -> Query:
        """A page of an index past the rows that somebody holds, each for himself meanwhile."""
        query = self._rows(shape).with_for_update(skip_locked=True)
        return self._with_changed(query, order=self._width(shape[0]))

    def _width(self, index: str | None) -> int:
        return len(self.of.order(index))

    def _rows(self, shape: Shape) -> Query:
        index, fixed, low, closed, below = shape
        order = self.of.order(index)
        same = [c == sa.bindparam(f"v{at}", type_=sa.Text) for at, c in enumerate(order[:fixed])]
        conditions = [self.table.c.tenant == _TENANT, *same, *self.of.entered(index)]
        if low:
            columns = sa.tuple_(*(self.table.c[name] for name in low))
            bounds = sa.tuple_(*(sa.bindparam(f"l{at}", type_=sa.Text) for at in range(len(low))))
            conditions.append(columns >= bounds if closed else columns > bounds)
        elif not closed:
            conditions.append(sa.false())
        if below:
            conditions.append(order[fixed] < sa.bindparam("below", type_=sa.Text))
        return (
            sa.select(*(c.label(f"o{at}") for at, c in enumerate(order)), *self._state())
            .where(*conditions)
            .order_by(*dict.fromkeys(order))
            .limit(_LIMIT)
        )

    def put(self, how: str) -> Any:  # noqa: ANN401 - the two dialects have their own classes
        """Rows written: "replace" those older than they are, "keep" those there, or all "fresh"."""
        return self._puts[how]

    def driver_put(self, how: str) -> str:
        """How SQLite's driver is told to ``put`` rows, each in the order of the columns."""
        if how not in self._driver_puts:
            self._driver_puts[how] = str(self.put(how).compile(dialect=sqlite.dialect()))
        return self._driver_puts[how]

    @cached_property
    def _puts(self) -> dict[str, Any]:
        keep = self._insert().on_conflict_do_nothing()
        into = self._insert()
        own = ("version", "format", "body", *(column.name for column in self.of.extras))
        replace = into.on_conflict_do_update(
            index_elements=[self.table.c.tenant, *self.of.keys],
            set_={name: into.excluded[name] for name in own},
            where=self.table.c.version < into.excluded.version,
        )
        puts = {"keep": keep, "fresh": keep, "replace": replace}
        return {how: put.execution_options(preserve_rowcount=True) for how, put in puts.items()}

    def _insert(self) -> Any:  # noqa: ANN401 - see put
        """Rows bound as w0, w1, ... (key, extras, body), with tenant, version and format."""
        columns = (*self.of.keys, *self.of.extras, self.table.c.body)
        names = ["tenant", *(column.name for column in columns), "version", "format"]
        version = sa.bindparam("version", type_=sa.BigInteger)
        format_ = sa.bindparam("format", type_=sa.Integer)
        if not self.postgres:
            each = [sa.bindparam(f"w{at}", type_=sa.Text) for at in range(len(columns))]
            values = dict(zip(names, [_TENANT, *each, version, format_], strict=True))
            return sqlite.insert(self.table).values(values)
        given = Values(len(columns), postgres=True)
        *texts, body = given.columns
        body = sa.cast(sa.func.replace(body, sa.func.chr(1), '"'), postgresql.JSON)
        rows = sa.select(_TENANT, *texts, body, version, format_)
        return postgresql.insert(self.table).from_select(names, rows.select_from(given.source))

    @cached_property
    def drop(self) -> sa.Delete:
        """Rows removed by their keys."""
        given = Values(len(self.of.keys), postgres=self.postgres)
        return sa.delete(self.table).where(self.table.c.tenant == _TENANT, given.has(self.of.keys))

    def _among(
        self,
        columns: Sequence[sa.Column[str]],
        wanted: Sequence[sa.Column[str]],
        *conditions: sa.ColumnElement[bool],
    ) -> Query:
        values = Values(len(columns), postgres=self.postgres)
        named = [column.label(f"o{at}") for at, column in enumerate(wanted)]
        query = sa.select(*named, *self._state()).where(*conditions)
        return values.among(query, self.table.c.tenant, columns)

    def _state(self) -> tuple[sa.ColumnElement[Any], ...]:
        """Version, format, and the body as the text that was written."""
        c = self.table.c
        return c.version, c.format, sa.cast(c.body, sa.Text).label("body")

    def _with_changed(self, query: Query, *, order: int = 0) -> Query:
        """The query's rows beside the number; without rows the number alone."""
        rows = query.subquery("r")
        beside = self._changed.outerjoin(rows, sa.true())
        columns = [rows.c[f"o{at}"] for at in range(order)]
        return sa.select(self._changed.c.changed, *rows.c).select_from(beside).order_by(*columns)


def quoted(body: str | None) -> str | None:
    """Return JSON with another sign for its quotes, one that JSON has nowhere.

    In an array drivers escape each quote, which takes longer than writing the row.
    """
    return body and body.replace('"', "\x01")


def shape_of(of: KindTable, index: str | None, span: Span) -> tuple[Shape, dict[str, object]]:
    """Return the shape of a page, and the values to bind beside the tenant."""
    low, closed = lower_bound([column.name for column in of.order(index)], span)
    values: dict[str, object] = {f"v{at}": text for at, text in enumerate(span.within)}
    values |= {f"l{at}": text for at, text in enumerate(low.values())}
    if span.below is not None:
        values["below"] = span.below
    values["limit"] = span.limit + 1
    shape = (index, len(span.within), tuple(low), closed, span.below is not None)
    return shape, values
