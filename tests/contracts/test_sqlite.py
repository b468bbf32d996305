"""The SQLite store keeps the contract."""

from pathlib import Path

from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.testing.contracts import StoreContract
from tests.profile import size


class TestSqlite(StoreContract):
    shared = durable = True
    examples = size(200, 2_000)

    def open_store(self, folder: Path) -> SqliteStore:
        return SqliteStore(folder / "shop.db")
