"""Sorting: the rows of one statement put in order as the answers to many questions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ecrm_core.kernel import Key, Stored
from ecrm_core.ports.asking import AnyQuestion

__all__ = ["sorted_answers"]


def sorted_answers(
    asked: Sequence[AnyQuestion], found: Iterable[Sequence[Any]]
) -> dict[AnyQuestion, dict[Key, tuple[Stored[Any], ...]]]:
    """Return the answers to the questions that one statement asked.

    A row has the number of the question among those asked, the columns of the index and of the key,
    anything, and last version, format and body. Rows are sorted here: by code point, in every
    database.
    """
    sorts: list[list[tuple[Key, Sequence[Any]]]] = [[] for _ in asked]
    widths = [len(q.kind.key) + (len(q.columns) if q.index else 0) for q in asked]
    for row in found:
        at = row[0]
        sorts[at].append((tuple(row[1 : widths[at] + 1]), row))
    for rows in sorts:
        rows.sort(key=lambda pair: pair[0])
    return {q: _by_value(q, rows) for q, rows in zip(asked, sorts, strict=True)}


def _by_value(
    question: AnyQuestion, rows: Iterable[tuple[Key, Sequence[Any]]]
) -> dict[Key, tuple[Stored[Any], ...]]:
    found: dict[Key, list[Stored[Any]]] = {}
    for columns, row in rows:
        version, format_, body = row[-3:]
        stored = question.kind.read(body, version, format_)
        found.setdefault(columns[: question.width], []).append(stored)
    return {value: tuple(held) for value, held in found.items()}
