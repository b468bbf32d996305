"""Histories: what the comparison does, drawn at random.

Found by experiment: sets that expect versions drawn blindly fail nearly always and find nothing;
eight out of ten must expect the version that is there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from ecrm_core.kernel import (
    ChangeSet,
    Drop,
    Emit,
    Expect,
    Key,
    Kind,
    Put,
    RequestKey,
)
from ecrm_core.ports import Page, Store
from ecrm_core.testing.contracts.sample import LINES, NOON, THINGS, Line, Shade, Thing

__all__ = ["TEXTS", "Ask", "Write", "histories"]

TEXTS = ("B", "a", "\uffff", "\U0001f600")
"""The few names and owners there are, so that rows meet each other."""

_TEXTS = st.sampled_from(TEXTS)
_NOTES = st.sampled_from(["", "x", "가"])
_BAD = st.sampled_from(["\0", "\ud800"])
_THING = st.builds(
    Thing,
    source=st.sampled_from(["s", "S"]),
    name=_TEXTS,
    owner=st.none() | _TEXTS,
    shade=st.sampled_from(Shade),
    note=_NOTES | _NOTES | _NOTES | _NOTES | _BAD,
)
_LINE = st.builds(Line, number=_TEXTS, text=_NOTES)
_KEYS = st.tuples(st.just(THINGS), st.tuples(st.sampled_from(["s", "S"]), _TEXTS)) | st.tuples(
    st.just(LINES), st.tuples(_TEXTS)
)
_GONE = -1_000_000
_OFFSETS = st.sampled_from([0] * 12 + [1, _GONE, None])
"""Added to the version that is there; None stands for the last one the row ever had."""


@frozen(kw_only=True)
class Write:
    """A set to apply, its expectations relative to the store."""

    puts: Mapping[tuple[str, Key], Put]
    drops: tuple[tuple[Kind[Any], Key], ...]
    expected: Mapping[tuple[Kind[Any], Key], int | None]
    emits: tuple[str, ...]
    key: tuple[str, int] | None
    count: int

    def changes(self, expects: tuple[Expect, ...]) -> ChangeSet:
        """Return the set; a row that is put is not dropped too."""
        drops = [Drop(kind, key) for kind, key in self.drops if (kind.name, key) not in self.puts]
        return ChangeSet(
            puts=tuple(self.puts.values()),
            drops=tuple(drops),
            expects=expects,
            emits=tuple(Emit(key=key, topic="mail", at=NOON) for key in self.emits),
            key=self.key and RequestKey.of(self.key[0], self.key[1], NOON),
            result={"count": self.count, "ids": ("a", "b")},
        )


@frozen(kw_only=True)
class Ask:
    """A stretch to read, page by page."""

    index: str | None
    within: str | None
    starts: str | None
    limit: int

    def of(self, store: Store) -> list[list[Thing]]:
        """Return the pages, without versions."""
        within = () if self.within is None else (self.within,)
        pages: list[list[Thing]] = []
        page: Page[Thing] = Page((), ())
        while page.following is not None:
            page = store.scan(
                THINGS,
                index=self.index,
                within=within,
                starts=self.starts,
                after=page.following or None,
                limit=self.limit,
            )
            pages.append([row.value for row in page.rows])
        return pages


def _by_key(puts: list[Put]) -> dict[tuple[str, Key], Put]:
    return {(put.kind.name, put.key): put for put in puts}


def histories() -> st.SearchStrategy[list[Ask | Write]]:
    """Return lists of 4 to 16 steps over a few rows, so that they meet each other."""
    puts = st.builds(Put, st.just(THINGS), _THING) | st.builds(Put, st.just(LINES), _LINE)
    write = st.builds(
        Write,
        puts=st.lists(puts, min_size=1, max_size=4).map(_by_key),
        drops=st.lists(_KEYS, max_size=3, unique=True).map(tuple),
        expected=st.dictionaries(_KEYS, _OFFSETS, max_size=3),
        emits=st.lists(st.sampled_from(["mail", "task"]), max_size=1, unique=True).map(tuple),
        key=st.none() | st.tuples(st.sampled_from("pq"), st.sampled_from([1, 1, 1, 2])),
        count=st.integers(0, 9),
    )
    ask = st.builds(
        Ask,
        index=st.sampled_from([None, "owner", "shade"]),
        within=st.none() | st.sampled_from(["s", "S", Shade.DARK.value]) | _TEXTS,
        starts=st.none() | _TEXTS | st.sampled_from(["", "%", "_", "s", "2024"]),
        limit=st.integers(1, 4),
    )
    return st.lists(write | write | write | ask, min_size=4, max_size=16)
