"""Asked: many questions of a database as one statement."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy.known import last_declaration
from ecrm_core.adapters.sqlalchemy.tables import Shape, Tables
from ecrm_core.adapters.sqlalchemy.values import Query, bound
from ecrm_core.ports.asking import AnyQuestion

__all__ = ["statement_of", "values_of"]

_MOST = 256  # statements that are kept ready


def statement_of(tables: Tables, questions: Sequence[AnyQuestion], *, postgres: bool) -> Query:
    """Return the statement that answers these questions, after the last declaration.

    It is made once for each combination of what they are about, whatever the values.
    """
    shapes = tuple((q.kind, q.index, q.width, q.limit) for q in questions)
    found = tables.asked.get((shapes, postgres))
    if found is None:
        if len(tables.asked) >= _MOST:
            tables.asked.clear()
        found = tables.asked[shapes, postgres] = _statement(tables, shapes, postgres=postgres)
    return found


def values_of(
    tenant: str, questions: Sequence[AnyQuestion], *, postgres: bool
) -> dict[str, object]:
    """Return the values to bind."""
    values: dict[str, object] = {"tenant": tenant} if questions else {}
    for at, question in enumerate(questions):
        rows = question.sayable
        values |= bound(rows, width=question.width, postgres=postgres, name=f"q{at}_")
    return values


def _statement(tables: Tables, shapes: Sequence[Shape], *, postgres: bool) -> Query:
    changed = last_declaration(tables.kinds, postgres=postgres).label("changed")
    last = sa.select(changed).select_from(tables.kinds).subquery("k")
    if not shapes:
        return sa.select(last.c.changed, sa.null().label("version"))
    pad = max(len(tables.of(kind).order(index)) for kind, index, _, _ in shapes)
    parts = [
        tables.statements(kind, postgres=postgres).asked(at, (index, width, limit), pad)
        for at, (kind, index, width, limit) in enumerate(shapes)
    ]
    rows = sa.union_all(*parts).subquery("r")
    return sa.select(last.c.changed, *rows.c).select_from(last.outerjoin(rows, sa.true()))
