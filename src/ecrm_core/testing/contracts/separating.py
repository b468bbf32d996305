"""Separating: tenants never see each other."""

from __future__ import annotations

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import ABSENT, OUTBOX, REQUESTS, ChangeSet, Drop, Emit, Expect, RequestKey
from ecrm_core.ports import Tenants
from ecrm_core.testing.contracts.opening import Opening
from ecrm_core.testing.contracts.sample import NOON, THINGS, fill, names, things

_ODD = ("a", "A", "a ", "á", "a\u0301", "1", "%", "_", "'; --", "../x", "가" * 200, "\U0001f600")


class Separating(Opening):
    """Handles of several tenants."""

    def test_a_handle_knows_its_tenant(self, opened: Tenants) -> None:
        assert [opened.tenant(name).tenant for name in _ODD] == list(_ODD)

    def test_tenants_whose_names_look_alike_are_different(self, opened: Tenants) -> None:
        for at, name in enumerate(_ODD):
            fill(opened.tenant(name), [str(at)])
        assert [names(opened.tenant(name)) for name in _ODD] == [[str(n)] for n in range(len(_ODD))]

    def test_nothing_of_one_tenant_is_found_by_another(self, opened: Tenants) -> None:
        one, two = opened.tenant("one"), opened.tenant("two")
        emit = Emit(key="e", topic="mail", at=NOON)
        one.apply(ChangeSet(puts=things("abc"), emits=(emit,), key=RequestKey.of("r", 1, NOON)))
        fill(two, "z")
        assert two.get_many(THINGS, [("s", "a")]) == {}
        assert two.find_many(THINGS, "owner", [("ann",), ("bob",)]) == {}
        assert [len(two.scan(THINGS, index=i).rows) for i in (None, "owner", "shade")] == [1, 0, 1]
        assert not two.scan(OUTBOX).rows + two.scan(REQUESTS).rows

    def test_a_write_of_one_tenant_does_not_touch_another(self, opened: Tenants) -> None:
        one, two = opened.tenant("one"), opened.tenant("two")
        for store in (one, two):
            fill(store, "ab", note=store.tenant)
        before = two.scan(THINGS)
        fill(one, "a", note="changed")
        one.apply(ChangeSet(drops=(Drop(THINGS, ("s", "b")),)))
        assert two.scan(THINGS) == before

    def test_request_keys_and_expectations_are_a_tenants_own(self, opened: Tenants) -> None:
        one, two = opened.tenant("one"), opened.tenant("two")
        expects = (Expect(THINGS, ("s", "a"), ABSENT),)
        for store, params in ((one, 1), (two, 2)):
            key = RequestKey.of("r", params, NOON)
            applied = store.apply(ChangeSet(puts=things("a"), expects=expects, key=key))
            assert not applied.replayed

    def test_two_handles_of_one_tenant_are_one(self, opened: Tenants) -> None:
        fill(opened.tenant("main"), "a")
        fill(opened.tenant("main"), "b")
        assert names(opened.tenant("main")) == ["a", "b"]

    def test_a_tenant_has_a_name_a_store_can_hold(self, opened: Tenants) -> None:
        for wrong in ("", "x" * 201, "a\0"):
            with pytest.raises(DefinitionError):
                opened.tenant(wrong)
        with pytest.raises(InputError):
            opened.tenant("\ud800")
