"""Table: the SQL of one Kind, made of the Kind alone.

Names come from the Kind (plain identifiers, by its own rule); values are bound, never written into
SQL. Text compares as BINARY: the order of UTF-8 bytes is the order of code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from ecrm_core.kernel import Kind, Row
from ecrm_core.ports.span import Span

__all__ = ["Table", "table_of"]


@frozen(slots=False)
class Table:
    """Columns and statements of a Kind; every statement begins with the tenant's number."""

    name: str
    key: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]]
    insert_only: bool
    put: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Put the one long statement together once."""
        object.__setattr__(self, "put", self._put())

    @property
    def extra(self) -> tuple[str, ...]:
        """The columns of all indexes."""
        return tuple(column for columns in self.indexes.values() for column in columns)

    @property
    def create(self) -> str:
        """The statement that makes the table."""
        texts = ", ".join(f"{column} TEXT NOT NULL" for column in self.key)
        extra = "".join(f", {column} TEXT" for column in self.extra)
        return (
            f"CREATE TABLE {self.name} (tenant INTEGER NOT NULL, {texts}, "
            "version INTEGER NOT NULL, format INTEGER NOT NULL, body TEXT NOT NULL"
            f"{extra}, PRIMARY KEY (tenant, {', '.join(self.key)}))"
        )

    def create_index(self, index: str) -> str:
        """The statement that makes an index; rows without its columns are not in it."""
        columns = self.indexes[index]
        return (
            f"CREATE INDEX IF NOT EXISTS {self.name}${index} ON {self.name} "
            f"(tenant, {', '.join(columns + self.key)}) WHERE {columns[0]} IS NOT NULL"
        )

    def order(self, index: str | None) -> tuple[str, ...]:
        """The columns a scan goes by."""
        return (*self.indexes[index], *self.key) if index else self.key

    @property
    def drop(self) -> str:
        """The statement that removes one row by its key."""
        same = " AND ".join(f"{column}=?" for column in self.key)
        return f"DELETE FROM {self.name} WHERE tenant=? AND {same}"

    def among(self, columns: tuple[str, ...], wanted: str, count: int) -> str:
        """Rows with these values of all columns but the last, whose last is one of ``count``."""
        same = "".join(f" AND {column}=?" for column in columns[:-1])
        marks = ",".join("?" * count)
        return (
            f"SELECT {columns[-1]}, {wanted} FROM {self.name} "
            f"WHERE tenant=?{same} AND {columns[-1]} IN ({marks})"
        )

    def columns_of(self, row: Row) -> list[str | None]:
        """The values of ``extra`` for a row: None where it is not in the index."""
        values: list[str | None] = []
        for index, columns in self.indexes.items():
            values += row.entries[index] or (None,) * len(columns)
        return values

    def page(self, index: str | None, span: Span) -> tuple[str, list[object]]:
        """Rows of a span in order, and the values to bind after the tenant."""
        columns = self.order(index)
        rest = columns[len(span.within) :]
        conditions = [f"{column}=?" for column in columns[: len(span.within)]]
        values: list[object] = [*span.within]
        if span.low:
            low = rest[: len(span.low)]
            sign = ">=" if span.closed else ">"
            conditions.append(f"({', '.join(low)}) {sign} ({', '.join('?' * len(low))})")
            values += span.low
        if span.below is not None:
            conditions.append(f"{rest[0]} < ?")
            values.append(span.below)
        if index:
            conditions.append(f"{columns[0]} IS NOT NULL")
        sql = (
            f"SELECT {', '.join(columns)}, version, format, body FROM {self.name} "
            f"WHERE {' AND '.join(['tenant=?', *conditions])} "
            f"ORDER BY {', '.join(columns)} LIMIT {span.limit + 1}"
        )
        return sql, values

    def _put(self) -> str:
        columns = ("tenant", *self.key, "version", "format", "body", *self.extra)
        changed = ("version", "format", "body", *self.extra)
        then = "UPDATE SET " + ", ".join(f"{column}=excluded.{column}" for column in changed)
        return (
            f"INSERT INTO {self.name} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT (tenant, {', '.join(self.key)}) "
            f"DO {'NOTHING' if self.insert_only else then}"
        )


@lru_cache(maxsize=256)
def table_of(kind: Kind[Any]) -> Table:
    """Return the table of a Kind."""
    return Table(
        name=f"k_{kind.name}",
        key=tuple(f"key{at}" for at in range(len(kind.key))),
        indexes={
            index.name: tuple(f"x_{index.name}_{at}" for at in range(len(index.columns)))
            for index in kind.indexes
        },
        insert_only=kind.insert_only,
    )
