"""The kit bites: each seeded fault is found, most by an example, many by random histories alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from ecrm_core.ports import Tenants
from ecrm_core.testing.contracts import Outcome, StoreContract
from ecrm_core.testing.contracts.report import ask, names_of
from tests.contracts.mutants import MUTANTS, Mutant, MutantStore
from tests.profile import PROFILE, size

RANDOM = "test_random_histories_go_as_in_memory"


@pytest.fixture(autouse=True)
def first_failure_is_enough() -> Iterator[None]:
    settings.register_profile("bite", settings.get_profile(PROFILE), phases=[Phase.generate])
    settings.load_profile("bite")
    yield
    settings.load_profile(PROFILE)


class Harness(StoreContract):
    """Asks a mutant."""

    examples = size(600, 2_000)  # a margin: other versions draw other histories

    def __init__(self, handle: type[Mutant]) -> None:
        self.handle = handle

    def open_store(self, folder: Path) -> Tenants:  # noqa: ARG002 - nothing to keep there
        return MutantStore(self.handle)

    def holds(self, name: str) -> bool:
        return ask(self, name).outcome is not Outcome.BROKEN

    def broken(self) -> Iterator[str]:
        """Go through the contracts that do not hold."""
        return (name for name in EXAMPLES if not self.holds(name))


EXAMPLES = [name for name in names_of(StoreContract) if name != RANDOM]
# What a history of one tenant, one thread, one declaration of a Kind cannot show.
UNSEEN = {
    "KeysJoined",
    "TenantLeak",
    "RequestLeak",
    "NewerFormatRead",
    "IndexFromBefore",
    "Unlocked",
    "NoLock",
    "ManyKeysCut",
    "NoneMeansAll",
    "AskedLastFirst",
    "AskedLimitOfAll",
}


def test_a_store_without_a_fault_holds_all() -> None:
    assert list(Harness(Mutant).broken()) == []
    assert len(MUTANTS) >= 35


@pytest.mark.parametrize("mutant", MUTANTS)
def test_an_example_finds_the_fault(mutant: type[Mutant]) -> None:
    assert next(Harness(mutant).broken(), None) is not None


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.__name__ not in UNSEEN])
def test_random_histories_alone_find_the_fault(mutant: type[Mutant]) -> None:
    assert not Harness(mutant).holds(RANDOM)
