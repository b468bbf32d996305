"""Finding: rows by the whole of an index."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, Drop, Put, instant_text
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import NOON, THINGS, TRAPS, Shade, Thing, fill, things


def _found(store: Store, owner: str) -> list[str]:
    rows = store.find_many(THINGS, "owner", [(owner,)]).get((owner,), ())
    return [row.value.name for row in rows]


class Finding(Opening):
    """find_many."""

    def test_rows_come_in_key_order(self, store: Store) -> None:
        for name in reversed(TRAPS):
            store.apply(ChangeSet(puts=(Put(THINGS, Thing(source="s", name=name, owner="ann")),)))
        assert _found(store, "ann") == sorted(TRAPS)

    def test_a_limit_keeps_the_first_rows_of_each_value(self, store: Store) -> None:
        fill(store, [f"{n:02}" for n in range(30)])  # ten of ann's, ten of bob's
        whole = store.find_many(THINGS, "owner", [("ann",), ("bob",), ("eve",)])
        assert [len(rows) for rows in whole.values()] == [10, 10]
        for limit in (1, 3, 10, 11, 10_000):
            found = store.find_many(THINGS, "owner", [("bob",), ("ann",), ("eve",)], limit=limit)
            assert found == {value: rows[:limit] for value, rows in whole.items()}
        for wrong in (0, -1, 10_001):
            with pytest.raises(DefinitionError):
                store.find_many(THINGS, "owner", [("ann",)], limit=wrong)

    def test_a_value_without_rows_is_absent(self, store: Store) -> None:
        fill(store, "abc")
        values = [("bob",), ("nobody",), ("bob",), ("",), ("None",), ("\ud800",)]
        assert list(store.find_many(THINGS, "owner", values)) == [("bob",)]

    def test_two_thousand_and_more_values_in_a_call(self, store: Store) -> None:
        owners = [f"owner {n}" for n in range(2_500)]
        puts = [Put(THINGS, Thing(source="s", name=owner, owner=owner)) for owner in owners]
        store.apply(ChangeSet(puts=tuple(puts)))
        assert len(store.find_many(THINGS, "owner", [(owner,) for owner in owners])) == 2_500

    def test_a_row_without_a_column_is_not_in_the_index(self, store: Store) -> None:
        fill(store, "abc")
        rows = store.scan(THINGS, index="owner").rows
        assert [row.value.name for row in rows] == ["b", "c"]

    def test_an_index_goes_by_instants_and_by_the_values_of_an_enum(self, store: Store) -> None:
        puts = things([str(n) for n in range(10)])
        store.apply(ChangeSet(puts=puts))
        value = (Shade.DARK.value, instant_text(NOON + timedelta(microseconds=1)))
        (row,) = store.find_many(THINGS, "shade", [value])[value]
        assert (row.value.shade, row.value.at) == (Shade.DARK, NOON + timedelta(microseconds=1))
        by_shade = [r.value for r in store.scan(THINGS, index="shade").rows]
        assert by_shade == sorted(by_shade, key=lambda t: (t.shade.value, t.at, t.name))

    def test_a_changed_or_dropped_row_leaves_the_index(self, store: Store) -> None:
        fill(store, "abcdef")
        moved = Thing(source="s", name="b", owner="bob")
        gone = Thing(source="s", name="e")
        store.apply(
            ChangeSet(
                puts=(Put(THINGS, moved), Put(THINGS, gone)), drops=(Drop(THINGS, ("s", "c")),)
            )
        )
        assert (_found(store, "ann"), _found(store, "bob")) == ([], ["b", "f"])

    def test_part_of_an_index_or_none_is_a_programming_error(self, store: Store) -> None:
        for index, value in (("shade", ("z-light",)), ("owner", ("ann", "s")), ("nothing", ("x",))):
            with pytest.raises(DefinitionError):
                store.find_many(THINGS, index, [value])
