"""Values: many keys as one table inside a statement, so that a call is one statement.

Postgres unnests arrays, SQLite reads a JSON text: neither has a limit of bound values then, and one
statement sees one state of the database.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

__all__ = ["Query", "Values", "bound"]

Query = sa.Select[*tuple[Any, ...]]
"""A query with whatever columns."""
Texts = Sequence[str | None]


class Values:
    """A table of texts given with the statement: ``columns`` to compare with, in their order."""

    def __init__(self, width: int, *, postgres: bool, name: str = "w") -> None:
        """Make the table, of that many columns; ``name`` begins the names of what is bound."""
        self.postgres = postgres
        self.source: Any
        self.columns: tuple[sa.ColumnElement[Any], ...]
        if postgres:
            arrays = [sa.bindparam(f"{name}{at}", type_=ARRAY(sa.Text)) for at in range(width)]
            names = [sa.column(f"c{at}", sa.Text) for at in range(width)]
            self.source = sa.func.unnest(*arrays).table_valued(*names, name="w").render_derived()
            self.columns = tuple(self.source.c)
        else:
            given = sa.bindparam(name, type_=sa.Text)
            self.source = sa.func.json_each(given).table_valued(sa.column("value"), name="w")
            self.columns = tuple(
                sa.func.json_extract(self.source.c.value, sa.literal_column(f"'$[{at}]'"))
                for at in range(width)
            )

    def among(
        self, query: Query, tenant: sa.Column[str], columns: Sequence[sa.Column[str]]
    ) -> Query:
        """Return the query about the rows of the tenant with one of the values in these columns.

        SQLite would go through the whole table for a join, and uses the index for IN. Postgres
        goes to the index for each value, in their order: a plain join may be planned while the
        table is empty, and then reads the whole of it when it is not. OFFSET keeps the two apart.
        """
        query = query.where(tenant == sa.bindparam("tenant", type_=sa.Text))
        if self.postgres:
            same = [column == value for column, value in zip(columns, self.columns, strict=True)]
            of_one = query.where(*same).offset(sa.literal_column("0")).lateral("of_one")
            return sa.select(*of_one.c).select_from(self.source.join(of_one, sa.true()))
        return query.where(self.has(columns))

    def has(self, columns: Sequence[sa.Column[str]]) -> sa.ColumnElement[bool]:
        """Return the condition that the columns hold one of the values."""
        wanted = sa.select(*self.columns).select_from(self.source)
        one = columns[0] if len(columns) == 1 else sa.tuple_(*columns)
        return one.in_(wanted)


def bound(
    rows: Sequence[Texts], *, width: int, postgres: bool, name: str = "w"
) -> dict[str, object]:
    """Return the values to bind for such a table."""
    if not postgres:
        return {name: json.dumps(rows, ensure_ascii=False)}
    columns = zip(*rows, strict=True) if rows else ((),) * width
    return {f"{name}{at}": list(column) for at, column in enumerate(columns)}
