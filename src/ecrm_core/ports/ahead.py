"""Ahead: a handle that answers from what was asked before, and asks all that is missing at once.

Code that reads one thing after the other is run again and again: what it misses is noted and found
empty at first, then asked for in one statement, until nothing is missing. So it takes as many
statements as its readings stand on each other, not as many as there are, and its rules stay where
they are: in the code that would read the store itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import AnyKind, Applied, ChangeSet, Key, Kind, Stored
from ecrm_core.ports.asking import AnyQuestion, Question, ask
from ecrm_core.ports.span import MAX_LIMIT, check_keys, check_limit
from ecrm_core.ports.store import Cursor, Page, Store

__all__ = ["Ahead"]

T = TypeVar("T")
R = TypeVar("R")
_Slot = tuple[Kind[Any], str | None, int, int | None]
"""What is asked: the Kind, the index, how many columns, the limit."""


class Ahead:
    """A store for one reading: rows as they were when they were asked for, never written.

    ``watch`` names a row that is read anew with every question; ``steady`` tells whether it was the
    same each time, so that all answers belong together. ``at_once`` asks for everything anew when
    something is missing: what ``settle`` returns then comes from the answers of one statement.
    """

    def __init__(self, store: Store, *, at_once: bool = False) -> None:
        """Hold nothing yet."""
        self._store, self._at_once = store, at_once
        self._held: dict[_Slot, dict[Key, tuple[Stored[Any], ...]]] = {}
        self._missing: dict[_Slot, dict[Key, None]] = {}
        self._watched: AnyQuestion | None = None
        self._seen: set[int | None] = set()

    @property
    def tenant(self) -> str:
        """The tenant of the store."""
        return self._store.tenant

    def watch(self, kind: AnyKind, key: Key, version: int) -> None:
        """Look at the version of a row with every question from now on."""
        self._watched, self._seen = Question(kind=kind, values=(key,)), {version}

    @property
    def steady(self) -> bool:
        """Whether the row had one version all the time."""
        return len(self._seen) <= 1

    def settle(self, read: Callable[[], R]) -> R:
        """Return what ``read`` comes to when nothing it asks for is missing.

        What it raises while something is, says nothing.
        """
        while True:
            try:
                result = read()
            except Exception:  # rows without those that belong to them: it may stumble in any way
                if not self._missing:
                    raise
            else:
                if not self._missing:
                    return result
            self._ask()

    def expect(self, kind: AnyKind, keys: Collection[Key], *, index: str | None = None) -> None:
        """Ask for these too when something is asked for next."""
        for key in keys:
            self._rows((kind, index, len(key), None), key)

    def get_many(self, kind: Kind[T], keys: Collection[Key]) -> Mapping[Key, Stored[T]]:
        """Return the rows of these keys that are known; the others will be asked for."""
        found: dict[Key, Stored[T]] = {}
        for key in check_keys(kind, keys):
            for row in self._rows((kind, None, len(kind.key), None), key):
                found[key] = row
        return found

    def find_many(
        self, kind: Kind[T], index: str, values: Collection[Key], *, limit: int | None = None
    ) -> Mapping[Key, tuple[Stored[T], ...]]:
        """Return the rows of these values that are known; the others will be asked for."""
        check_limit(limit)
        asked = check_keys(kind, values, index=index)
        found = {value: self._rows((kind, index, len(value), limit), value) for value in asked}
        return {value: rows for value, rows in found.items() if rows}

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
        """Return a first page within some columns from what was asked; any other from the store."""
        most = len(kind.key if index is None else kind.index(index).columns)
        first = starts is None and after is None and 0 < len(within) <= most and limit < MAX_LIMIT
        if not first:
            return self._store.scan(
                kind, index=index, within=within, starts=starts, after=after, limit=limit
            )
        check_limit(limit)
        rows = self._rows((kind, index, len(within), limit + 1), within)
        last = rows[limit - 1] if len(rows) > limit else None
        return Page(rows[:limit], None if last is None else _cursor(kind, index, last.value))

    def apply(self, changes: ChangeSet) -> Applied:
        """Refuse (DefinitionError): what was read here may be of several moments."""
        message = f"found {len(changes.puts)} rows to write by a handle that only reads"
        raise DefinitionError(message, code="read_only")

    def _rows(self, slot: _Slot, value: Key) -> tuple[Stored[Any], ...]:
        held = self._held.get(slot, {}).get(value)
        if held is None:
            self._missing.setdefault(slot, {})[value] = None
            return ()
        return held

    def _ask(self) -> None:
        missing, self._missing = self._missing, {}
        for slot, held in self._held.items() if self._at_once else ():
            missing[slot] = dict.fromkeys(held) | missing.get(slot, {})
        questions = {
            slot: Question(kind=slot[0], index=slot[1], limit=slot[3], values=tuple(values))
            for slot, values in missing.items()
        }
        watched = () if self._watched is None else (self._watched,)
        answers = ask(self._store, (*questions.values(), *watched))
        for slot, question in questions.items():
            found = answers[question]
            held = self._held.setdefault(slot, {})
            held |= {value: found.get(value, ()) for value in question.values}
        for question in watched:
            rows = answers[question].values()
            self._seen.add(next((row.version for held in rows for row in held), None))


def _cursor(kind: Kind[Any], index: str | None, value: object) -> Cursor:
    row = kind.row(value)
    columns = row.entries[index] if index is not None else None
    return (*(columns or ()), *row.key)
