"""Requesting: a request applied once, however often it is sent."""

from __future__ import annotations

import pytest

from ecrm_core.errors import ConflictError, InputError, KeyReused
from ecrm_core.kernel import (
    ABSENT,
    OUTBOX,
    REQUESTS,
    ChangeSet,
    Drop,
    Emit,
    Expect,
    RequestKey,
    instant_text,
)
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import NOON, THINGS, fill, names, things


def _request(name: str, params: object = None) -> RequestKey:
    return RequestKey.of(name, params, NOON)


class Requesting(Opening):
    """RequestKey and KeyReused."""

    def test_a_repetition_brings_the_first_result_and_writes_nothing(self, store: Store) -> None:
        result = {"ids": ("a", "b"), "counts": {"rows": 2}, "none": None}
        first = store.apply(
            ChangeSet(puts=things("ab", note="1"), key=_request("r"), result=result)
        )
        fill(store, "a", note="2")
        again = ChangeSet(
            puts=things("abc", note="3"),
            emits=(Emit(key="e", topic="mail", at=NOON),),
            key=_request("r"),
            result={"other": 1},
        )
        before = store.scan(THINGS)
        replayed = [store.apply(again) for _ in range(3)]
        assert store.scan(THINGS) == before
        assert store.scan(OUTBOX).rows == ()
        assert not first.replayed
        for applied in replayed:
            assert (applied.replayed, applied.sequence) == (True, first.sequence)
            assert repr(applied.result) == repr(first.result)

    def test_a_result_is_the_same_json_with_and_without_a_key(self, store: Store) -> None:
        result = {"ids": ("a", "b"), "n": 1}
        plain, keyed = ChangeSet(result=result), ChangeSet(result=result, key=_request("r"))
        assert repr(store.apply(plain).result) == repr(store.apply(keyed).result)

    def test_the_same_name_with_other_parameters_is_refused(self, store: Store) -> None:
        store.apply(ChangeSet(puts=things("a"), key=_request("r", 1)))
        with pytest.raises(KeyReused):
            store.apply(ChangeSet(puts=things("b"), key=_request("r", 2)))
        assert names(store) == ["a"]

    def test_the_request_is_asked_before_the_expectations(self, store: Store) -> None:
        expects = (Expect(THINGS, ("s", "a"), ABSENT),)
        changes = ChangeSet(puts=things("a"), expects=expects, key=_request("r"))
        assert [store.apply(changes).replayed for _ in "12"] == [False, True]

    def test_a_refused_set_does_not_use_up_its_key(self, store: Store) -> None:
        key = _request("r")
        wrong = (Expect(THINGS, ("s", "a"), 5),)
        with pytest.raises(ConflictError):
            store.apply(ChangeSet(puts=things("a"), expects=wrong, key=key))
        with pytest.raises(InputError):
            store.apply(ChangeSet(puts=things("a", note="\0"), key=key))
        assert not store.apply(ChangeSet(puts=things("a"), key=key)).replayed
        assert names(store) == ["a"]

    def test_requests_are_rows_that_can_be_read_by_time_and_dropped(self, store: Store) -> None:
        applied = store.apply(ChangeSet(key=_request("r", 1), result={"n": 1}))
        (row,) = store.scan(REQUESTS, index="by_time", starts=instant_text(NOON)).rows
        assert (row.value.name, row.value.sequence) == ("r", applied.sequence)
        store.apply(ChangeSet(drops=(Drop(REQUESTS, ("r",)),)))
        assert not store.apply(ChangeSet(key=_request("r", 2))).replayed

    def test_a_name_no_store_can_hold_is_refused(self, store: Store) -> None:
        for name in ("a\0", "\ud800"):
            with pytest.raises(InputError):
                store.apply(ChangeSet(puts=things("a"), key=_request(name)))
        assert names(store) == []
