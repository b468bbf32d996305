"""Stores that fail on purpose fail where they are told to, and nowhere else."""

from __future__ import annotations

import pytest

from ecrm_core import Crm
from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.errors import StorageUnavailable
from ecrm_core.testing.contracts.sample import THINGS, fill, names
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore, SingleTenant


def test_the_nth_call_fails_without_effect() -> None:
    store = FailingStore(MemoryStore().tenant("main"), at=2)
    assert store.get_many(THINGS, []) == {}
    with pytest.raises(StorageUnavailable):
        fill(store, "a")
    assert names(store) == []
    assert (store.calls, store.tenant) == (3, "main")


def test_writes_alone_may_count() -> None:
    store = FailingStore(MemoryStore().tenant("main"), at=2, writes_only=True)
    assert store.find_many(THINGS, "owner", [("ann",)]) == {}
    fill(store, "a")
    assert names(store) == ["a"]
    with pytest.raises(StorageUnavailable):
        fill(store, "b")
    assert names(store) == ["a"]


def test_a_lost_answer_is_of_a_set_that_is_there() -> None:
    store = CommitThenErrorStore(MemoryStore().tenant("main"), at=1)
    assert names(store) == []
    with pytest.raises(StorageUnavailable) as caught:
        fill(store, "a")
    assert caught.value.code == "injected"
    fill(store, "b")
    assert names(store) == ["a", "b"]


def test_one_handle_makes_a_whole_store() -> None:
    handle = FailingStore(MemoryStore().tenant("acme"), at=0)
    with Crm(SingleTenant(handle)) as crm:
        assert crm.find("nobody") == ()
    assert handle.calls > 0
