"""Each adapter is a Store: the assignments are what mypy checks."""

from pathlib import Path

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Store, Tenants
from ecrm_core.testing.faults import CommitThenErrorStore, FailingStore


def test_every_adapter_is_a_store(tmp_path: Path) -> None:
    memory: Tenants = MemoryStore()
    sqlite: Tenants = SqliteStore(tmp_path / "shop.db")
    in_memory: Store = MemoryStore().tenant("main")
    in_sqlite: Store = sqlite.tenant("main")
    failing: Store = FailingStore(in_memory, at=1)
    late: Store = CommitThenErrorStore(in_sqlite, at=1)
    sqlite.close()
    assert {memory.tenant("main").tenant, failing.tenant, late.tenant} == {"main"}
