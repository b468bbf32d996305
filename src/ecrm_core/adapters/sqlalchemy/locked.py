"""Locked: the rows that a set expects, of all Kinds, locked and read by one statement.

Its parts are done one after the other, each in the order of keys, so that two sets meet at the same
row first. A row that somebody changed while this waited is read as it is then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import sqlalchemy as sa
from attrs import frozen

from ecrm_core.adapters.sqlalchemy.tables import Tables
from ecrm_core.adapters.sqlalchemy.values import Query, bound
from ecrm_core.kernel import AnyKind, Key

__all__ = ["Locked", "lock_rows"]

_MOST = 256  # statements that are kept ready


@frozen
class Locked:
    """Rows of a Kind to be locked: against everybody, or shared against those who write them."""

    kind: AnyKind
    keys: Collection[Key]
    share: bool


def lock_rows(
    connection: sa.Connection, tables: Tables, tenant: str, parts: Sequence[Locked]
) -> Iterator[tuple[AnyKind, Key, int]]:
    """Lock these rows; go through those that are there, with their versions."""
    postgres = connection.dialect.name == "postgresql"
    values: dict[str, object] = {"tenant": tenant}
    for at, part in enumerate(parts):
        keys, width = sorted(part.keys), len(part.kind.key)
        values |= bound(keys, width=width, postgres=postgres, name=f"q{at}_")
    for at, *columns, version in connection.execute(_statement(tables, parts, postgres), values):
        kind = parts[at].kind
        yield kind, tuple(columns[: len(kind.key)]), version


def _statement(tables: Tables, parts: Sequence[Locked], postgres: bool) -> Query:  # noqa: FBT001
    """Return the statement, made once for each combination of Kinds."""
    shapes = tuple((part.kind, part.share) for part in parts)
    found = tables.locked.get((shapes, postgres))
    if found is None:
        if len(tables.locked) >= _MOST:
            tables.locked.clear()
        pad = max(len(kind.key) for kind, _ in shapes)
        each = [
            tables.statements(kind, postgres=postgres).locked(at, pad, share=share)
            for at, (kind, share) in enumerate(shapes)
        ]
        rows = (sa.select(*part.subquery(f"l{at}").c) for at, part in enumerate(each))
        found = sa.select(*sa.union_all(*rows).subquery("l").c) if len(each) > 1 else each[0]
        tables.locked[shapes, postgres] = found
    return found
