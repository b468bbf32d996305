"""The contract of borrowed transactions holds for a sound store, and finds each seeded fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_core.testing.contracts import BorrowedContract, Host, Outcome, report
from tests.contracts.borrowed import MUTANTS, BorrowedStore, MemoryHost


class TestBorrowedMemory(BorrowedContract):
    store: type[BorrowedStore] = BorrowedStore

    def open_host(self, folder: Path) -> Host:
        assert folder.is_dir()
        return MemoryHost(self.store)


@pytest.mark.parametrize("mutant", MUTANTS)
def test_each_fault_is_found(mutant: type[BorrowedStore]) -> None:
    asked = report(type(mutant.__name__, (TestBorrowedMemory,), {"store": mutant}))
    assert asked.count(Outcome.BROKEN) > 0
