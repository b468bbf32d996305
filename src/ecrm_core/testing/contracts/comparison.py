"""Comparison: random histories, step by step beside the memory store."""

from __future__ import annotations

from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from attrs import field, frozen
from hypothesis import given, settings

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import EcrmError
from ecrm_core.kernel import ABSENT, OUTBOX, REQUESTS, ChangeSet, Expect, Key, Kind
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.histories import TEXTS, Ask, Write, histories
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import LINES, THINGS

_Versions = dict[tuple[str, Key], int]
_KINDS: tuple[Kind[Any], ...] = (THINGS, LINES, OUTBOX, REQUESTS)


@frozen
class _Side:
    """One of the two stores, with the versions seen in it: numbers need not agree, growth must."""

    store: Store
    now: _Versions = field(factory=dict)
    before: _Versions = field(factory=dict)
    sequence: list[int] = field(factory=list)

    def step(self, step: Ask | Write) -> object:
        """Do one step and return what came of it, an error by its class and code."""
        try:
            if isinstance(step, Ask):
                return step.of(self.store)
            applied = self.store.apply(self._set(step))
        except EcrmError as error:
            return type(error).__name__, error.code
        self.sequence[:] = [applied.sequence]
        return applied.replayed, repr(applied.result)

    def _set(self, write: Write) -> ChangeSet:
        """The set as this store needs it: expected versions are relative to what it has now."""
        expects = tuple(
            Expect(kind, key, self._expected((kind.name, key), offset))
            for (kind, key), offset in write.expected.items()
        )
        return write.changes(expects)

    def _expected(self, row: tuple[str, Key], offset: int | None) -> int:
        if offset is None:
            return self.before.get(row, ABSENT)
        return max(ABSENT, self.now.get(row, ABSENT) + offset)

    def look(self) -> tuple[object, ...]:
        """Return every row, as found each way, and which were written since the last look."""
        rows = [(kind, row) for kind in _KINDS for row in self.store.scan(kind).rows]
        seen = {(kind.name, kind.key_of(row.value)): row.version for kind, row in rows}
        written = {row for row, version in seen.items() if self.now.get(row) != version}
        highest = max(self.before.values(), default=ABSENT)
        for row in written:
            assert seen[row] > highest, "a version that is not above all before"
            assert [seen[row]] == self.sequence, "a version that is not the sequence of its set"
        self.before.update(seen)
        self.now.clear()
        self.now.update(seen)
        return [(kind.name, _comparable(row.value)) for kind, row in rows], written, self._ways()

    def _ways(self) -> list[object]:
        """The things by key, by owner, and in small pages of each order."""
        by_key = self.store.get_many(THINGS, [(s, name) for s in ("s", "S") for name in TEXTS])
        by_owner = self.store.find_many(THINGS, "owner", [(owner,) for owner in TEXTS])
        pages = [
            Ask(index=index, within=None, starts=None, limit=2).of(self.store)
            for index in (None, "owner", "shade")
        ]
        found = {key: [row.value for row in rows] for key, rows in by_owner.items()}
        return [{key: row.value for key, row in by_key.items()}, found, pages]


def _comparable(value: object) -> str:
    """A request row without the sequence it was given: that number is the store's own."""
    return repr(value).split(", sequence=", maxsplit=1)[0]


class Comparing(Opening):
    """The same answers and the same errors as the memory store, at every step."""

    def test_random_histories_go_as_in_memory(self, tmp_path: Path) -> None:
        tenants = count()
        with closing(self.open_store(tmp_path)) as opened, MemoryStore() as memory:

            @settings(max_examples=self.examples, deadline=None)
            @given(histories())
            def compare(history: list[Ask | Write]) -> None:
                tenant = str(next(tenants))
                mine, model = _Side(opened.tenant(tenant)), _Side(memory.tenant(tenant))
                for step in history:
                    assert mine.step(step) == model.step(step)
                    assert mine.look() == model.look()

            compare()
