"""Following: a Kind that changes between two versions of a program."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import frozen

from ecrm_core.errors import StorageError
from ecrm_core.kernel import ChangeSet, Index, Kind, Put
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening


@frozen(kw_only=True)
class OldPart:
    """Format 1: a part has one word."""

    number: str
    word: str


@frozen(kw_only=True)
class Part:
    """Format 2: the word is called label, in capitals."""

    number: str
    label: str
    colour: str | None = None


def _upgrade(data: dict[str, Any]) -> dict[str, Any]:
    return {"number": data["number"], "label": data["word"].upper()}


_ONE = Kind(
    name="part",
    of=OldPart,
    key=("number",),
    indexes=(Index("text", ("word",)),),
    owner="testing",
)
_TWO = Kind(
    name="part",
    of=Part,
    key=("number",),
    indexes=(Index("text", ("label",)), Index("colour", ("colour",))),
    format=2,
    upgrades={1: _upgrade},
    owner="testing",
)
_BARE = Kind(name="part", of=OldPart, key=("number",), owner="testing")


def _write_old(store: Store, kind: Kind[OldPart], *words: str) -> None:
    store.apply(ChangeSet(puts=tuple(Put(kind, OldPart(number=w, word=w)) for w in words)))


class Following(Opening):
    """Format numbers and declared indexes."""

    def test_rows_of_the_format_before_are_upgraded_when_read(self, store: Store) -> None:
        _write_old(store, _ONE, "a", "b")
        values = [row.value for row in store.scan(_TWO).rows]
        assert values == [Part(number="a", label="A"), Part(number="b", label="B")]
        assert store.get_many(_TWO, [("a",)])[("a",)].value.label == "A"

    def test_an_index_goes_by_the_upgraded_values(self, store: Store) -> None:
        _write_old(store, _ONE, "a", "b")
        assert list(store.find_many(_TWO, "text", [("A",), ("a",), ("B",)])) == [("A",), ("B",)]
        store.apply(ChangeSet(puts=(Put(_TWO, Part(number="c", label="C", colour="red")),)))
        assert [row.value.number for row in store.scan(_TWO, index="text").rows] == ["a", "b", "c"]
        assert [row.value.number for row in store.scan(_TWO, index="colour").rows] == ["c"]

    def test_rows_of_a_later_format_are_refused(self, store: Store) -> None:
        store.apply(ChangeSet(puts=(Put(_TWO, Part(number="a", label="A")),)))
        attempts = (
            lambda: store.get_many(_ONE, [("a",)]),
            lambda: store.find_many(_ONE, "text", [("a",)]),
            lambda: store.scan(_ONE),
            lambda: _write_old(store, _ONE, "b"),
        )
        for attempt in attempts:
            with pytest.raises(StorageError) as caught:
                attempt()
            assert caught.value.code == "newer_format"
        assert len(store.scan(_TWO).rows) == 1

    def test_a_kind_that_gains_an_index_finds_older_rows_by_it(self, store: Store) -> None:
        _write_old(store, _BARE, "a", "b")
        assert list(store.find_many(_ONE, "text", [("b",)])) == [("b",)]
        _write_old(store, _ONE, "c")
        assert len(store.scan(_ONE, index="text").rows) == 3

    def test_rows_written_by_a_program_without_the_index_are_found(self, store: Store) -> None:
        _write_old(store, _ONE, "a")
        _write_old(store, _BARE, "b")
        assert [row.value.number for row in store.scan(_ONE, index="text").rows] == ["a", "b"]
        store.apply(ChangeSet(puts=(Put(_BARE, OldPart(number="a", word="z")),)))
        _write_old(store, _ONE, "c")
        assert [row.value.number for row in store.scan(_ONE, index="text").rows] == ["b", "c", "a"]
