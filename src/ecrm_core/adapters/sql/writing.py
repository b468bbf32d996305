"""Writing: what all SQL of a segment is made of: names, bound values, two-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from attrs import define, field
from sqlglot import exp

from ecrm_core.adapters.sql.forms import Dialect

__all__ = [
    "FALSE",
    "TRUE",
    "Sql",
    "Writer",
    "both",
    "either",
    "known",
    "opposite",
    "select",
    "some",
]

Sql = exp.Expression
"""A part of a statement."""
TRUE = exp.Boolean(this=True)
"""What always holds; told apart by identity."""
FALSE = exp.Boolean(this=False)
"""What never holds; told apart by identity."""


@define
class Writer:
    """One statement in the making: its database, and the values bound so far."""

    dialect: Dialect
    _names: dict[tuple[type, Any], str] = field(factory=dict, repr=False)

    @property
    def postgres(self) -> bool:
        """Whether it is for Postgres."""
        return self.dialect == "postgres"

    @property
    def values(self) -> Mapping[str, object]:
        """The bound values by name."""
        return {name: value for (_, value), name in self._names.items()}

    def bind(self, value: object) -> Sql:
        """Return the place of a value; one that occurs twice is bound once."""
        name = self._names.setdefault((type(value), value), f"p{len(self._names)}")
        # Versions of sqlglot write a Placeholder for Postgres in different styles.
        return exp.Var(this=f"%({name})s" if self.postgres else f":{name}")

    def name(self, text: str) -> exp.Identifier:
        """Return an identifier, always quoted. psycopg reads a % in it as a placeholder's."""
        return exp.to_identifier(text.replace("%", "%%") if self.postgres else text, quoted=True)

    def column(self, table: str, name: str) -> Sql:
        """Return a column of the table with that alias."""
        return exp.Column(this=self.name(name), table=self.name(table))

    def table(self, name: str, schema: str | None, alias: str) -> Sql:
        """Return a table under an alias."""
        return exp.Table(
            this=self.name(name),
            db=None if schema is None else self.name(schema),
            alias=exp.TableAlias(this=self.name(alias)),
        )

    def text(self, value: Sql) -> Sql:
        """Return a text to be compared by code point, whatever the collation of its column."""
        if not self.postgres:
            return exp.Collate(this=value, expression=exp.to_identifier("BINARY"))
        plain = exp.Cast(this=value, to=exp.DataType.build("text"))
        return exp.Collate(this=plain, expression=exp.to_identifier("C", quoted=True))

    def call(self, name: str, *parts: Sql) -> Sql:
        """Return a call of a function of the database."""
        return exp.Anonymous(this=name, expressions=list(parts))

    def unplanned(self, part: Sql) -> Sql:
        """Return the same, written so that the planner of SQLite does not look into it.

        Over an OR of many parts it takes time without end: it makes new terms of each two of them.
        """
        if self.postgres or part is TRUE or part is FALSE:
            return part
        return exp.Case(ifs=[exp.If(this=part, true=TRUE.copy())], default=FALSE.copy())

    def render(self, statement: Sql) -> str:
        """Return the text of a statement."""
        return statement.sql(dialect=self.dialect, copy=False)


def select(what: Sequence[Sql], table: Sql, where: Sql) -> exp.Select:
    """Return a query; sqlglot would copy its parts at every step."""
    found = exp.select(*what, copy=False).from_(table, copy=False)
    return found.where(where, copy=False)


def some(table: Sql, where: Sql) -> Sql:
    """Return that a table has a row of which that holds."""
    return exp.Exists(this=select([exp.Literal.number(1)], table, where))


# ---------------------------------------------------------------- logic


def both(parts: Iterable[Sql]) -> Sql:
    """Return that all of these hold."""
    return _joined([part for part in parts if part is not TRUE], FALSE, TRUE, exp.And)


def either(parts: Iterable[Sql]) -> Sql:
    """Return that one of these holds."""
    return _joined([part for part in parts if part is not FALSE], TRUE, FALSE, exp.Or)


def _joined(parts: Sequence[Sql], wins: Sql, empty: Sql, kind: Callable[..., Sql]) -> Sql:
    if any(part is wins for part in parts):
        return wins
    if not parts:
        return empty
    return _halved(parts, kind)


def _halved(parts: Sequence[Sql], kind: Callable[..., Sql]) -> Sql:
    """Join in halves: a chain of thousands is deeper than SQLite allows."""
    if len(parts) == 1:
        return parts[0]
    if len(parts) <= 8:
        joined = _closed(parts[0])
        for part in parts[1:]:
            joined = kind(this=joined, expression=_closed(part))
        return joined
    at = len(parts) // 2
    left, right = _halved(parts[:at], kind), _halved(parts[at:], kind)
    return kind(this=_closed(left), expression=_closed(right))


def opposite(part: Sql) -> Sql:
    """Return that it does not hold; it is never NULL."""
    if part is TRUE or part is FALSE:
        return FALSE if part is TRUE else TRUE
    if isinstance(part, exp.Not):
        inner: Sql = part.this.unnest()
        return inner
    return exp.Not(this=_closed(part))


def known(value: Sql) -> Sql:
    """Return that a value is not NULL."""
    return exp.Not(this=exp.Is(this=value, expression=exp.Null()))


def _closed(part: Sql) -> Sql:
    return exp.Paren(this=part) if isinstance(part, (exp.And, exp.Or)) else part
