"""Paging: pages in code point order, none twice, compared with sorting by hand."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import ChangeSet, Drop, Index, Key, Kind, Put
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import THINGS, TRAPS, Thing, fill, names, things

_INDEXES = (None, "owner", "shade")


def _columns(index: str | None, thing: Thing) -> Key | None:
    entry = THINGS.row(thing).entries[index] if index else ()
    return None if entry is None else (*entry, thing.source, thing.name)


def _pages(store: Store, limit: int, index: str | None = None, **asked: object) -> Iterator[Key]:
    """Go through all pages, as the columns they are ordered by."""
    after = None
    while True:
        page = store.scan(THINGS, index=index, after=after, limit=limit, **asked)  # type: ignore[arg-type]
        assert len(page.rows) <= limit
        entries = [_columns(index, row.value) for row in page.rows]
        yield from (entry for entry in entries if entry is not None)
        if page.following is None:
            return
        assert page.following == entries[-1]
        after = page.following


class Paging(Opening):
    """scan."""

    def test_the_order_is_that_of_code_points(self, store: Store) -> None:
        for name in reversed(TRAPS):
            fill(store, [name])
        assert names(store) == sorted(TRAPS)

    def test_every_stretch_is_what_sorting_by_hand_gives(self, store: Store) -> None:
        fill(store, TRAPS)
        fill(store, TRAPS[::2], source="S")
        rows = [row.value for row in store.scan(THINGS).rows]
        for index in _INDEXES:
            order = sorted(e for thing in rows if (e := _columns(index, thing)) is not None)
            for within in {entry[:width] for entry in order for width in (0, 1, 2)}:
                self._compare_starts(store, index, within, order)

    def _compare_starts(
        self, store: Store, index: str | None, within: Key, order: list[Key]
    ) -> None:
        width = len(within)
        inside = [entry for entry in order if entry[:width] == within]
        assert list(_pages(store, 1_000, index, within=within)) == inside
        if width == len(order[0]):
            return
        for starts in ("", "a", "A", "%", "_", "\U0010ffff", "가", "s", "2024-02-29T12:00:00"):
            expected = [entry for entry in inside if entry[width].startswith(starts)]
            assert list(_pages(store, 7, index, within=within, starts=starts)) == expected

    def test_no_row_is_lost_or_repeated_at_any_page_size(self, store: Store) -> None:
        fill(store, TRAPS)
        for index, limit in product(_INDEXES, (1, 2, 3, len(TRAPS) - 1, len(TRAPS), 10_000)):
            whole = list(_pages(store, 10_000, index))
            assert list(_pages(store, limit, index)) == whole

    def test_the_last_page_says_so(self, store: Store) -> None:
        fill(store, "abcd")
        assert store.scan(THINGS, limit=4).following is None
        assert store.scan(THINGS, limit=3).following == ("s", "c")

    def test_any_cursor_works_with_any_stretch(self, store: Store) -> None:
        fill(store, "bdf")
        fill(store, "bdf", source="t")
        cursors = [
            ("s", "a"),
            ("s", "d"),
            ("s", "e"),
            ("s", "z"),
            ("a", "z"),
            ("t", "d"),
            ("z", ""),
        ]
        rows = [("s", n) for n in "bdf"] + [("t", n) for n in "bdf"]
        for after, within in product(cursors, [(), ("s",), ("t",), ("s", "d"), ("x",)]):
            page = store.scan(THINGS, within=within, after=after)
            expected = [row for row in rows if row[: len(within)] == within and row > after]
            assert [THINGS.key_of(row.value) for row in page.rows] == expected, (after, within)

    def test_an_index_may_repeat_columns_of_the_key(self, store: Store) -> None:
        parts = (("source",), ("name",), ("name", "owner"), ("owner", "source"), ("source", "name"))
        indexes = tuple(Index(f"i{at}", columns) for at, columns in enumerate(parts))
        kind: Kind[Thing] = Kind(
            name="again", of=Thing, key=("source", "name"), indexes=indexes, owner="testing"
        )
        puts = [*things("abc"), *things("abcde", source="b"), *things("ac", source="c")]
        store.apply(ChangeSet(puts=tuple(Put(kind, put.value) for put in puts)))
        for index in indexes:
            rows = [kind.row(row.value) for row in store.scan(kind).rows]
            order = sorted(e + row.key for row in rows if (e := row.entries[index.name]))
            for entry, other in product(order, order):
                self._compare_after(store, kind, index.name, (entry, other, order))

    def _compare_after(
        self, store: Store, kind: Kind[Thing], index: str, case: tuple[Key, Key, list[Key]]
    ) -> None:
        """Cursors put together from two rows: a column that comes again may disagree."""
        entry, other, order = case
        value = entry[: len(entry) - 2]
        keys = [e[-2:] for e in order if e[:-2] == value]
        found = store.find_many(kind, index, [value])[value]
        assert [kind.key_of(row.value) for row in found] == keys
        for width, cut in product(range(len(entry)), range(len(entry))):
            within, after = entry[:width], entry[:cut] + other[cut:]
            page = store.scan(kind, index=index, within=within, after=after, limit=3)
            expected = [e for e in order if e[:width] == within and e > after]
            assert [kind.key_of(row.value) for row in page.rows] == [e[-2:] for e in expected[:3]]
            assert page.following == (expected[2] if len(expected) > 3 else None)

    def test_rows_written_between_pages_appear_behind_the_cursor_only(self, store: Store) -> None:
        fill(store, "bdfh")
        first = store.scan(THINGS, limit=2)
        fill(store, "aceg")
        store.apply(ChangeSet(drops=(Drop(THINGS, ("s", "d")), Drop(THINGS, ("s", "f")))))
        rest = store.scan(THINGS, after=first.following)
        assert [row.value.name for row in rest.rows] == ["e", "g", "h"]

    def test_what_no_scan_can_mean_is_refused(self, store: Store) -> None:
        wrong: list[dict[str, object]] = [
            {"limit": 0},
            {"limit": 10_001},
            {"index": "nothing"},
            {"index": ""},
            {"within": ("s", "a", "b")},
            {"within": ("s", "a"), "starts": "b"},
            {"after": ("s",)},
            {"after": ("ann", "s", "a")},
            {"index": "owner", "after": ("s", "a")},
        ]
        for asked in wrong:
            with pytest.raises(DefinitionError):
                store.scan(THINGS, **asked)  # type: ignore[arg-type]
        unsayable: list[dict[str, object]] = [
            {"starts": "\ud800"},
            {"within": ("\udfff",)},
            {"after": ("s", "\ud800")},
        ]
        for asked in unsayable:
            with pytest.raises(InputError):
                store.scan(THINGS, **asked)  # type: ignore[arg-type]
