"""Writing: the whole set or nothing, versions that grow, effects in the outbox."""

from __future__ import annotations

import pytest
from attrs import evolve

from ecrm_core.errors import ConflictError, EcrmError, InputError
from ecrm_core.kernel import (
    ABSENT,
    AUDIT,
    AUDIT_LINKS,
    OUTBOX,
    ChangeSet,
    Drop,
    Emit,
    Expect,
    Noted,
    Put,
    RequestKey,
)
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import (
    LINES,
    LONG,
    NOON,
    THINGS,
    Line,
    Thing,
    fill,
    names,
    things,
)


def _version(store: Store, name: str) -> int:
    return store.get_many(THINGS, [("s", name)])[("s", name)].version


class Writing(Opening):
    """apply."""

    def test_an_empty_set_is_applied(self, store: Store) -> None:
        applied = store.apply(ChangeSet(result={"none": 0}))
        assert (applied.replayed, dict(applied.result)) == (False, {"none": 0})

    def test_a_put_replaces_and_a_drop_removes(self, store: Store) -> None:
        fill(store, "ab", note="old")
        store.apply(ChangeSet(puts=things("a", note="new"), drops=(Drop(THINGS, ("s", "b")),)))
        assert [row.value.note for row in store.scan(THINGS).rows] == ["new"]

    def test_dropping_what_is_not_there_does_nothing(self, store: Store) -> None:
        store.apply(ChangeSet(drops=(Drop(THINGS, ("s", "a")),)))
        fill(store, "a")
        store.apply(ChangeSet(drops=(Drop(THINGS, ("s", "b")), Drop(LINES, ("1",)))))
        assert names(store) == ["a"]

    def test_a_row_written_once_keeps_its_first_value_and_version(self, store: Store) -> None:
        store.apply(ChangeSet(puts=(Put(LINES, Line(number="1", text="first")),)))
        before = store.scan(LINES).rows
        second = (Put(LINES, Line(number="1", text="second")), Put(LINES, Line(number="2")))
        store.apply(ChangeSet(puts=second))
        first, new = store.scan(LINES).rows
        assert (first,) == before
        assert new.version > first.version

    def test_versions_and_sequences_grow_with_every_set(self, store: Store) -> None:
        seen = [0]
        for turn in range(5):
            applied = store.apply(ChangeSet(puts=things("ab" if turn % 2 else "a")))
            assert _version(store, "a") == applied.sequence > max(seen)
            seen += [_version(store, name) for name in names(store)]

    def test_a_row_that_was_not_written_keeps_its_version(self, store: Store) -> None:
        fill(store, "ab")
        before = _version(store, "a")
        fill(store, "b")
        assert _version(store, "a") == before < _version(store, "b")

    def test_a_version_does_not_come_back_after_a_drop(self, store: Store) -> None:
        fill(store, "a")
        first = _version(store, "a")
        store.apply(ChangeSet(drops=(Drop(THINGS, ("s", "a")),)))
        fill(store, "a")
        assert _version(store, "a") > first

    def test_a_conflict_in_the_last_place_leaves_nothing(self, store: Store) -> None:
        fill(store, "z")
        changes = ChangeSet(
            puts=(*things("abc"), Put(LINES, Line(number="1"))),
            drops=(Drop(THINGS, ("s", "z")),),
            emits=(Emit(key="e", topic="mail", at=NOON),),
            expects=(Expect(LINES, ("1",), ABSENT), Expect(THINGS, ("s", "z"), ABSENT)),
        )
        self._refused(store, changes, ConflictError)

    def test_what_cannot_be_stored_leaves_nothing(self, store: Store) -> None:
        fill(store, "z")
        for bad in ("a\0b", "\ud800", "x\udfff"):
            for last in (Thing(source="t", name="t", note=bad), Thing(source="t", name=bad)):
                changes = ChangeSet(
                    puts=(*things("abc"), Put(LINES, Line(number="1")), Put(THINGS, last)),
                    drops=(Drop(THINGS, ("s", "z")),),
                )
                self._refused(store, changes, InputError)

    def test_texts_no_row_can_have_are_refused_everywhere(self, store: Store) -> None:
        fill(store, "z")
        keys = [("s", bad) for bad in ("\ud800", "a\0")]
        emit = Emit(key="e", topic="mail", at=NOON, payload={"text": "\ud800"})
        whole = ChangeSet(puts=things("abc"))
        for changes in (
            *(evolve(whole, drops=(Drop(THINGS, key),)) for key in keys),
            *(evolve(whole, expects=(Expect(THINGS, key, ABSENT),)) for key in keys),
            evolve(whole, emits=(emit,)),
            evolve(whole, result={"text": "a\0"}),
        ):
            self._refused(store, changes, InputError)

    def _refused(self, store: Store, changes: ChangeSet, error: type[EcrmError]) -> None:
        before = (store.scan(THINGS), store.scan(LINES), store.scan(OUTBOX))
        with pytest.raises(error):
            store.apply(changes)
        assert (store.scan(THINGS), store.scan(LINES), store.scan(OUTBOX)) == before

    def test_a_key_the_database_finds_too_long_leaves_nothing_or_is_stored(
        self, store: Store
    ) -> None:
        fill(store, "z")
        changes = ChangeSet(puts=things(["a", LONG, "b"]), drops=(Drop(THINGS, ("s", "z")),))
        try:
            store.apply(changes)
        except InputError:
            assert names(store) == ["z"]
        else:
            assert names(store) == sorted(["a", LONG, "b"])

    def test_a_store_is_usable_after_a_refusal(self, store: Store) -> None:
        wrong = ChangeSet(puts=things("a"), expects=(Expect(THINGS, ("s", "a"), 7),))
        for _ in range(3):
            with pytest.raises(ConflictError):
                store.apply(wrong)
        fill(store, "a")
        assert names(store) == ["a"]

    def test_the_audit_tells_of_a_set_once(self, store: Store) -> None:
        note = Noted(verb="fill", at=NOON, by="ann", customers=("c1",))
        key = RequestKey.of("r", 1, NOON)
        store.apply(ChangeSet(puts=things("ab"), key=key, note=note))
        assert store.apply(ChangeSet(puts=things("ab"), key=key, note=note)).replayed
        (entry,) = store.scan(AUDIT, index="by_time").rows
        assert (entry.value.verb, entry.value.written) == ("fill", {"thing": 2})
        (link,) = store.scan(AUDIT_LINKS, within=("c1",)).rows
        assert link.value.entry == entry.value.id

    def test_an_effect_stands_in_the_outbox_once(self, store: Store) -> None:
        first = Emit(key="mail/1", topic="mail", at=NOON, payload={"to": "c1", "n": [1, 2]})
        store.apply(ChangeSet(emits=(first, Emit(key="task/1", topic="task", at=NOON))))
        store.apply(ChangeSet(emits=(Emit(key="mail/1", topic="other", at=NOON),)))
        assert [row.value.topic for row in store.scan(OUTBOX).rows] == ["mail", "task"]
        assert store.scan(OUTBOX).rows[0].value == first
