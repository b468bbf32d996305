"""Expecting: a set applies to what was read, or not at all."""

from __future__ import annotations

import pytest

from ecrm_core.errors import ConflictError
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Key, Put
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import LINES, THINGS, Line, fill, names, things

_KEY: Key = ("s", "a")


def _version(store: Store, key: Key = _KEY) -> int:
    found = store.get_many(THINGS, [key])
    return found[key].version if found else ABSENT


def _apply(store: Store, version: int, key: Key = _KEY) -> None:
    store.apply(ChangeSet(puts=things("x"), expects=(Expect(THINGS, key, version),)))


class Expecting(Opening):
    """Expect and ConflictError."""

    def test_the_version_read_is_the_version_that_applies(self, store: Store) -> None:
        fill(store, "a")
        version = _version(store)
        _apply(store, version)
        assert names(store) == ["a", "x"]
        for wrong in (version + 1, version - 1, version + 1_000, ABSENT):
            with pytest.raises(ConflictError):
                _apply(store, wrong)

    def test_absent_means_not_there(self, store: Store) -> None:
        _apply(store, ABSENT)
        fill(store, "a")
        with pytest.raises(ConflictError):
            _apply(store, ABSENT)
        with pytest.raises(ConflictError):
            _apply(store, 1, ("s", "missing"))

    def test_an_insert_between_reading_and_writing_conflicts(self, store: Store) -> None:
        assert _version(store) == ABSENT
        fill(store, "a")
        with pytest.raises(ConflictError):
            store.apply(ChangeSet(puts=things("a"), expects=(Expect(THINGS, _KEY, ABSENT),)))

    def test_a_change_between_reading_and_dropping_conflicts(self, store: Store) -> None:
        fill(store, "a")
        version = _version(store)
        fill(store, "a", note="changed")
        with pytest.raises(ConflictError):
            store.apply(
                ChangeSet(drops=(Drop(THINGS, _KEY),), expects=(Expect(THINGS, _KEY, version),))
            )
        assert names(store) == ["a"]

    def test_a_row_dropped_and_written_again_is_another(self, store: Store) -> None:
        fill(store, "a")
        version = _version(store)
        store.apply(ChangeSet(drops=(Drop(THINGS, _KEY),)))
        with pytest.raises(ConflictError):
            _apply(store, version)
        fill(store, "a")
        with pytest.raises(ConflictError):
            _apply(store, version)

    def test_every_expectation_counts_wherever_it_stands(self, store: Store) -> None:
        fill(store, "abc")
        store.apply(ChangeSet(puts=(Put(LINES, Line(number="1")),)))
        right = [
            *(Expect(THINGS, ("s", name), _version(store, ("s", name))) for name in "abc"),
            Expect(THINGS, ("s", "d"), ABSENT),
            Expect(LINES, ("2",), ABSENT),
        ]
        store.apply(ChangeSet(expects=tuple(right)))
        for at, expect in enumerate(right):
            wrong = Expect(expect.kind, expect.key, expect.version + 1)
            expects = (*right[:at], wrong, *right[at + 1 :])
            with pytest.raises(ConflictError):
                store.apply(ChangeSet(expects=expects))

    def test_a_conflict_names_the_kind_and_no_key(self, store: Store) -> None:
        fill(store, ["kim@example.kr"])
        with pytest.raises(ConflictError) as caught:
            _apply(store, ABSENT, ("s", "kim@example.kr"))
        assert (caught.value.facts["kind"], caught.value.retry) == ("thing", "operation")
        assert "kim" not in f"{caught.value!r} {caught.value.facts}"

    def test_two_thousand_expectations_in_a_set(self, store: Store) -> None:
        numbers = [f"{n:05}" for n in range(2_500)]
        store.apply(ChangeSet(puts=things(numbers[:1_250])))
        found = store.get_many(THINGS, [("s", number) for number in numbers])
        versions = {key: row.version for key, row in found.items()}
        expects = [Expect(THINGS, ("s", n), versions.get(("s", n), ABSENT)) for n in numbers]
        store.apply(ChangeSet(expects=tuple(expects)))
        with pytest.raises(ConflictError):
            store.apply(ChangeSet(expects=(*expects[:-1], Expect(THINGS, ("s", numbers[-1]), 1))))
