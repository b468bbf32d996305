"""Reading: rows by key, any number of them at once."""

from __future__ import annotations

import pytest

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, Kind, Put, Stored
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import LINES, THINGS, TRAPS, Line, fill, things


class Reading(Opening):
    """get_many."""

    def test_a_row_reads_as_it_was_written(self, store: Store) -> None:
        puts = things(TRAPS, note="Zoë 가 \U0001f600 '\"\\ \r\n\t")
        store.apply(ChangeSet(puts=puts))
        found = store.get_many(THINGS, [put.key for put in puts])
        assert {key: row.value for key, row in found.items()} == {p.key: p.value for p in puts}

    def test_an_empty_store_has_nothing(self, store: Store) -> None:
        assert store.get_many(THINGS, [("s", "a")]) == {}
        assert store.find_many(THINGS, "owner", [("ann",)]) == {}
        assert store.scan(THINGS).rows == store.scan(THINGS, index="owner").rows == ()

    def test_no_keys_no_rows(self, store: Store) -> None:
        fill(store, "ab")
        assert store.get_many(THINGS, []) == {}
        assert store.find_many(THINGS, "owner", ()) == {}

    def test_a_missing_key_is_absent_and_a_repeated_one_comes_once(self, store: Store) -> None:
        fill(store, "ab")
        found = store.get_many(THINGS, [("s", "b"), ("s", "x"), ("s", "b"), ("x", "a")])
        assert list(found) == [("s", "b")]

    def test_keys_that_only_look_alike_are_different(self, store: Store) -> None:
        fill(store, "a")
        near = ["A", "a ", " a", "á", "a\0", "%", "_", "a\ud800"]
        assert store.get_many(THINGS, [("s", name) for name in near]) == {}
        assert store.get_many(THINGS, [("sa", "")]) == store.get_many(THINGS, [("", "sa")]) == {}

    def test_two_thousand_and_more_keys_in_a_call(self, store: Store) -> None:
        numbers = [f"{n:05}" for n in range(2_500)]
        store.apply(ChangeSet(puts=tuple(Put(LINES, Line(number=n)) for n in numbers)))
        fill(store, numbers[:2_100])
        found = store.get_many(LINES, [(number,) for number in (*numbers, *numbers, "missing")])
        assert sorted(found) == [(number,) for number in numbers]
        sources = [("s", n) for n in numbers] + [(n, "s") for n in numbers]
        assert len(store.get_many(THINGS, sources)) == 2_100

    def test_a_huge_key_is_a_key(self, store: Store) -> None:
        huge = "k" * 200_000
        fill(store, [huge, huge + "l"])
        assert list(store.get_many(THINGS, [("s", huge)])) == [("s", huge)]
        assert len(store.scan(THINGS, starts="s").rows) == 2

    def test_a_key_of_the_wrong_shape_is_a_programming_error(self, store: Store) -> None:
        fill(store, "a")
        for keys in ([("s",)], [("s", "a", "b")], ["sa"], [("s", 1)]):
            with pytest.raises(DefinitionError):
                store.get_many(THINGS, keys)  # type: ignore[arg-type]

    def test_a_reader_gets_a_value_of_its_own(self, store: Store) -> None:
        fill(store, "a")
        key = ("s", "a")
        first, second = (store.get_many(THINGS, [key])[key] for _ in "12")
        assert first == second
        assert isinstance(first, Stored)
        assert first.value is not second.value

    def test_two_kinds_do_not_share_rows(self, store: Store) -> None:
        other = Kind(name="thing_owner", of=Line, key=("number",), owner="testing")
        store.apply(ChangeSet(puts=(Put(other, Line(number="a")), Put(LINES, Line(number="a")))))
        fill(store, "a")
        assert len(store.scan(other).rows) == len(store.scan(LINES).rows) == 1
