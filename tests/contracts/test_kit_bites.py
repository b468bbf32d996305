"""The kit bites: each seeded fault is found, most by an example, many by random histories alone."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import Phase, settings

from ecrm_core.ports import Tenants
from ecrm_core.testing.contracts import StoreContract
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
    """Runs contracts outside pytest."""

    examples = size(600, 2_000)  # a margin: other versions draw other histories

    def __init__(self, handle: type[Mutant]) -> None:
        self.handle = handle

    def open_store(self, folder: Path) -> Tenants:  # noqa: ARG002 - nothing to keep there
        return MutantStore(self.handle)

    def holds(self, name: str) -> bool:
        test = getattr(self, name)
        with tempfile.TemporaryDirectory() as folder, closing(self.open_store(Path())) as opened:
            given = {"opened": opened, "store": opened.tenant("main"), "tmp_path": Path(folder)}
            try:
                test(**{name: given[name] for name in inspect.signature(test).parameters})
            except pytest.skip.Exception:
                return True
            except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever it does, it shows
                return False
        return True

    def broken(self) -> Iterator[str]:
        """Go through the contracts that do not hold."""
        return (name for name in EXAMPLES if not self.holds(name))


EXAMPLES = [name for name in dir(StoreContract) if name.startswith("test_") and name != RANDOM]
# What a history of one tenant, one thread, one declaration of a Kind cannot show.
UNSEEN = {
    "KeysJoined",
    "TenantLeak",
    "RequestLeak",
    "NewerFormatRead",
    "IndexFromBefore",
    "Unlocked",
}


def test_a_store_without_a_fault_holds_all() -> None:
    assert list(Harness(Mutant).broken()) == []
    assert len(MUTANTS) >= 25


@pytest.mark.parametrize("mutant", MUTANTS)
def test_an_example_finds_the_fault(mutant: type[Mutant]) -> None:
    assert next(Harness(mutant).broken(), None) is not None


@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.__name__ not in UNSEEN])
def test_random_histories_alone_find_the_fault(mutant: type[Mutant]) -> None:
    assert not Harness(mutant).holds(RANDOM)
