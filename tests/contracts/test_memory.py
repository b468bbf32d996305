"""The memory store keeps the contract (and is what the others are compared with)."""

from pathlib import Path

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.testing.contracts import StoreContract
from tests.profile import size


class TestMemory(StoreContract):
    examples = size(200, 2_000)

    def open_store(self, folder: Path) -> MemoryStore:
        assert folder.is_dir()
        return MemoryStore()
