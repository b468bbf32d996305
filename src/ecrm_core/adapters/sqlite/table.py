"""Table: the SQL of one Kind, made of the Kind alone.

Names come from the Kind (plain identifiers, by its own rule); values are bound, never written into
SQL. Text compares as BINARY: the order of UTF-8 bytes is the order of code points. An index column
that is a part of the key is not kept twice, and an index that begins the key is the key's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from attrs import field, frozen

from ecrm_core.kernel import Kind, Row
from ecrm_core.ports.span import Span, lower_bound

__all__ = ["Table", "table_of"]


@frozen(slots=False)
class Table:
    """Columns and statements of a Kind; every statement begins with the tenant's number.

    ``extra`` are the columns kept for an index alone, by their place in its entries.
    """

    name: str
    key: tuple[str, ...]
    indexes: Mapping[str, tuple[str, ...]]
    extra: Mapping[str, tuple[tuple[int, str], ...]]
    insert_only: bool
    put: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Put the one long statement together once."""
        object.__setattr__(self, "put", self._put())

    @property
    def extras(self) -> tuple[str, ...]:
        """The columns beside the key that indexes need."""
        return tuple(column for columns in self.extra.values() for _, column in columns)

    @property
    def create(self) -> str:
        """The statement that makes the table."""
        texts = ", ".join(f"{column} TEXT NOT NULL" for column in self.key)
        extra = "".join(f", {column} TEXT" for column in self.extras)
        return (
            f"CREATE TABLE {self.name} (tenant INTEGER NOT NULL, {texts}, "
            "version INTEGER NOT NULL, format INTEGER NOT NULL, body TEXT NOT NULL"
            f"{extra}, PRIMARY KEY (tenant, {', '.join(self.key)}))"
        )

    def create_index(self, index: str) -> str | None:
        """The statement that makes an index without the rows that lack a column.

        None where the primary key serves.
        """
        columns = self.indexes[index]
        if columns == self.key[: len(columns)]:
            return None
        distinct = dict.fromkeys(columns + self.key)
        return (
            f"CREATE INDEX IF NOT EXISTS {self.name}${index} ON {self.name} "
            f"(tenant, {', '.join(distinct)}){' WHERE '.join(['', *self._entered(index)])}"
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

    def first(self, index: str) -> str:
        """The first rows with a value of an index, so many as are bound last."""
        conditions = ["tenant=?", *(f"{column}=?" for column in self.indexes[index])]
        return (
            f"SELECT {', '.join(self.key)}, version, format, body FROM {self.name} "
            f"WHERE {' AND '.join([*conditions, *self._entered(index)])} "
            f"ORDER BY {', '.join(self.key)} LIMIT ?"
        )

    def asked(self, number: int, asked: tuple[str | None, int, int | None], pad: int) -> str:
        """Rows of one of many questions, as (number, columns, nothing up to ``pad``, state).

        ``asked`` is the index, the columns its values have, and the limit for each of them. The
        tenant's name is bound first, the values of each question as one JSON text: so the
        statement is the same for any number of them, and stays ready.
        """
        index, width, limit = asked
        order = self.order(index)
        empty = ", NULL" * (pad - len(order))
        own = "tenant=(SELECT number FROM ecrm_tenant WHERE name=?1)"
        shown = f"{number}, {', '.join(order)}{empty}, version, format, body"
        given = [_given(at, width) for at in range(width)]
        same = [f"{column}={value}" for column, value in zip(order[:width], given, strict=True)]
        # A column with a value is entered: said once more, SQLite would look through all that are.
        entered = [text for text in self._entered(index) if text.split()[0] not in order[:width]]
        conditions = " AND ".join([own, *same, *entered])
        source = f"SELECT {shown} FROM json_each(?) AS given CROSS JOIN {self.name} ON "
        if limit is None:
            return source + conditions
        first = (
            f"SELECT rowid FROM {self.name} WHERE {conditions} "
            f"ORDER BY {', '.join(dict.fromkeys(order))} LIMIT {limit}"
        )
        return f"{source}{self.name}.rowid IN ({first})"

    def columns_of(self, row: Row) -> list[str | None]:
        """The values of ``extras`` for a row: None where it is not in the index."""
        values: list[str | None] = []
        for index, columns in self.extra.items():
            entry = row.entries[index]
            values += [entry[at] if entry else None for at, _ in columns]
        return values

    def page(self, index: str | None, span: Span) -> tuple[str, list[object]]:
        """Rows of a span in order, and the values to bind after the tenant."""
        columns = self.order(index)
        rest = columns[len(span.within) :]
        conditions = [f"{column}=?" for column in columns[: len(span.within)]]
        low, closed = lower_bound(columns, span)
        if low:
            sign = ">=" if closed else ">"
            conditions.append(f"({', '.join(low)}) {sign} ({', '.join('?' * len(low))})")
        elif not closed:
            conditions.append("0")
        values: list[object] = [*span.within, *low.values()]
        if span.below is not None:
            conditions.append(f"{rest[0]} < ?")
            values.append(span.below)
        conditions += self._entered(index)
        sql = (
            f"SELECT {', '.join(columns)}, version, format, body FROM {self.name} "
            f"WHERE {' AND '.join(['tenant=?', *conditions])} "
            f"ORDER BY {', '.join(dict.fromkeys(columns))} LIMIT {span.limit + 1}"
        )
        return sql, values

    def _entered(self, index: str | None) -> list[str]:
        """The condition that holds for the rows of an index, if it leaves any out."""
        extra = self.extra.get(index or "", ())
        return [f"{column} IS NOT NULL" for _, column in extra[:1]]

    def _put(self) -> str:
        columns = ("tenant", *self.key, "version", "format", "body", *self.extras)
        changed = ("version", "format", "body", *self.extras)
        then = "UPDATE SET " + ", ".join(f"{column}=excluded.{column}" for column in changed)
        return (
            f"INSERT INTO {self.name} ({', '.join(columns)}) "
            f"VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT (tenant, {', '.join(self.key)}) "
            f"DO {'NOTHING' if self.insert_only else then}"
        )


def _given(at: int, width: int) -> str:
    """One column of a value among those given as JSON: a text alone, or a list of texts."""
    return "value" if width == 1 else f"json_extract(value, '$[{at}]')"


@lru_cache(maxsize=256)
def table_of(kind: Kind[Any]) -> Table:
    """Return the table of a Kind."""
    key = {path: f"key{at}" for at, path in enumerate(kind.key)}
    indexes = {
        index.name: tuple(
            key.get(path, f"x_{index.name}_{at}") for at, path in enumerate(index.columns)
        )
        for index in kind.indexes
    }
    return Table(
        name=f"k_{kind.name}",
        key=tuple(key.values()),
        indexes=indexes,
        extra={
            name: tuple((at, c) for at, c in enumerate(columns) if c not in key.values())
            for name, columns in indexes.items()
        },
        insert_only=kind.insert_only,
    )
