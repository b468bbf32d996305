"""Asking: many questions at once find what each alone would find."""

from __future__ import annotations

from typing import Any

import pytest

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import ChangeSet, Drop, Key, Kind, Put, instant_text
from ecrm_core.ports import Question, Store, ask, ask_each
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import (
    LINES,
    NOON,
    THINGS,
    TRAPS,
    Line,
    Shade,
    Thing,
    fill,
    things,
)

_ABSENT = Kind(name="never_written", of=Line, key=("number",), owner="testing")
_NOON = instant_text(NOON)


def _questions(limit: int | None = None) -> list[Question[Thing]]:
    """One question of every shape a Kind may be asked in."""
    names = [(source, name) for source in ("s", "t", "'") for name in TRAPS]
    shades: list[Key] = [(shade.value,) for shade in Shade]
    return [
        Question(kind=THINGS, values=tuple(names), limit=limit),
        Question(kind=THINGS, values=(("s",), ("no",), ("s",)), limit=limit),
        Question(kind=THINGS, values=(("ann",), ("bob",), ("",)), index="owner", limit=limit),
        Question(kind=THINGS, values=tuple(shades), index="shade", limit=limit),
        Question(kind=THINGS, values=tuple((*s, _NOON) for s in shades), index="shade",
                 limit=limit),
    ]  # fmt: skip


class Asking(Opening):
    """ask, of stores that offer it and of those that are asked one question after the other."""

    def test_many_questions_find_what_each_alone_finds(self, store: Store) -> None:
        store.apply(ChangeSet(puts=things(TRAPS, note="Zoë 가 \U0001f600 '\"\\ \r\n\t")))
        store.apply(ChangeSet(puts=things(["a", "'"], source="t")))
        for limit in (None, 1, 3, 10_000):
            questions = _questions(limit)
            together, apart = ask(store, questions), ask_each(store, questions)
            for question in questions:
                assert together[question] == apart[question]
            first = together[questions[0]]
            assert {key for key in first if key[0] == "s"} == {("s", name) for name in TRAPS}

    def test_rows_of_a_value_come_in_the_order_of_the_index_and_the_first_ones_are_kept(
        self, store: Store
    ) -> None:
        fill(store, [f"{n:02}" for n in range(40)])
        dark = ((Shade.DARK.value,),)
        whole = Question(kind=THINGS, values=dark, index="shade")
        few = Question(kind=THINGS, values=dark, index="shade", limit=7)
        found = ask(store, [whole, few])
        (rows,), (first,) = found[whole].values(), found[few].values()
        order = [(row.value.at, row.value.name) for row in rows]
        assert (len(order), order) == (20, sorted(order))
        assert first == rows[:7]

    def test_a_store_without_rows_and_a_kind_that_never_had_any_have_no_answers(
        self, store: Store
    ) -> None:
        absent = Question(kind=_ABSENT, values=(("a",),))
        lines = Question(kind=LINES, values=(("a",),))
        questions: list[Question[Any]] = [*_questions(), lines]
        assert all(not ask(store, questions)[question] for question in questions)
        store.apply(ChangeSet(puts=(Put(LINES, Line(number="a")),)))
        found = ask(store, [*questions, absent])
        assert (list(found[lines]), found[absent]) == ([("a",)], {})
        store.apply(ChangeSet(puts=(Put(_ABSENT, Line(number="a")),)))
        assert list(ask(store, [absent])[absent]) == [("a",)]

    def test_no_questions_and_questions_without_values_have_no_answers(self, store: Store) -> None:
        fill(store, "ab")
        ask(store, [])
        nothing = Question(kind=THINGS, values=())
        unsayable = Question(kind=THINGS, values=(("s\ud800",), ("s\0",)))
        found = ask(store, [nothing, unsayable])
        assert found[nothing] == found[unsayable] == {}

    def test_an_index_that_came_later_has_the_rows_written_before(self, store: Store) -> None:
        before = Kind(name="shelf", of=Thing, key=("source", "name"), owner="testing")
        now = Kind(name="shelf", of=Thing, key=before.key, indexes=THINGS.indexes, owner="testing")
        store.apply(ChangeSet(puts=(Put(before, Thing(source="s", name="a", owner="ann")),)))
        asked = Question(kind=now, values=(("ann",),), index="owner")
        (row,) = ask(store, [asked])[asked]["ann",]
        assert row.value.name == "a"

    def test_what_was_dropped_is_not_found(self, store: Store) -> None:
        fill(store, "abcdef")
        questions = _questions()
        ask(store, questions)
        store.apply(ChangeSet(drops=(Drop(THINGS, ("s", "b")),)))
        found = ask(store, questions)
        names = {r.value.name for q in questions for rows in found[q].values() for r in rows}
        assert names == set("acdef")

    def test_many_values_and_many_questions_in_a_call(self, store: Store) -> None:
        numbers = [f"{n:05}" for n in range(2_500)]
        store.apply(ChangeSet(puts=tuple(Put(LINES, Line(number=n)) for n in numbers)))
        one = Question(kind=LINES, values=tuple((n,) for n in numbers))
        each = [Question(kind=LINES, values=((n,),)) for n in numbers[:650]]
        found = ask(store, [one, *each])
        assert len(found[one]) == 2_500
        assert all(len(found[question]) == 1 for question in each)

    def test_values_of_other_columns_are_a_programming_error(self) -> None:
        for values in ((("a", "b", "c"),), ((),), (("a",), ("a", "b"))):
            with pytest.raises(DefinitionError):
                Question(kind=THINGS, values=values)
        with pytest.raises(DefinitionError):
            Question(kind=THINGS, values=(("a",),), index="nothing")
        with pytest.raises(DefinitionError):
            Question(kind=THINGS, values=(("a",),), limit=0)
