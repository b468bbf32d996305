"""Asked: many questions as one statement, and its rows as their answers."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from functools import lru_cache
from sqlite3 import Connection
from typing import Any

from ecrm_core.adapters.sqlite.rows import Found
from ecrm_core.adapters.sqlite.table import table_of
from ecrm_core.kernel import AnyKind
from ecrm_core.ports.asking import Answers, AnyQuestion
from ecrm_core.ports.sorting import sorted_answers

__all__ = ["Asked"]

_MOST = 200  # questions of one statement: SQLite takes 500 parts
_Shape = tuple[AnyKind, str | None, int, int | None]


class Asked:
    """The questions that some row may answer, with the Kinds whose indexes are to be made first."""

    def __init__(self, standing: Iterable[tuple[AnyQuestion, bool]]) -> None:
        """Take the questions, and whether the index of each stands."""
        held = list(standing)
        self.questions = [question for question, _ in held]
        self.late = tuple(dict.fromkeys(question.kind for question, stands in held if not stands))

    def rows(self, connection: Connection, tenant: str) -> tuple[int, list[Found]]:
        """Return the number of the declarations, and the rows found, by number of the question."""
        at, found = -1, list[Found]()
        for start in range(0, len(self.questions) or 1, _MOST):
            part = self.questions[start : start + _MOST]
            sql = _statement(start, tuple((q.kind, q.index, q.width, q.limit) for q in part))
            for row in connection.execute(sql, (tenant, *map(_json, part))):
                if row[0] < 0:
                    at = row[1]
                else:
                    found.append(row)
        return at, found

    def answers(self, questions: Collection[AnyQuestion], found: Iterable[Found]) -> Answers:
        """Return the answers to these questions; those left out of the statement have none."""
        nothing: dict[AnyQuestion, Any] = {question: {} for question in questions}
        return Answers({**nothing, **sorted_answers(self.questions, found)})


def _json(question: AnyQuestion) -> str:
    values = question.sayable
    return json.dumps([value[0] for value in values] if question.width == 1 else values)


@lru_cache(maxsize=256)
def _statement(start: int, shapes: tuple[_Shape, ...]) -> str:
    """Return all questions as one statement, after a row with the number of the declarations."""
    tables = [(table_of(kind), (index, width, limit)) for kind, index, width, limit in shapes]
    pad = max((len(table.order(asked[0])) for table, asked in tables), default=1)
    # The tenant's name is bound first whether or not a question needs it.
    nothing = ", NULL" * (pad - 1)
    head = f"SELECT -1, declarations{nothing}, NULL, NULL, ?1 FROM ecrm_store"
    parts = [table.asked(start + at, asked, pad) for at, (table, asked) in enumerate(tables)]
    return " UNION ALL ".join([head, *parts])
