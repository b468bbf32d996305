"""The SQLAlchemy store keeps the contract, on Postgres and on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.testing.contracts import StoreContract
from tests.postgres import Postgres
from tests.profile import size


class TestSqlite(StoreContract):
    shared = durable = True
    examples = size(60, 2_000)

    def open_store(self, folder: Path) -> SqlAlchemyStore:
        return SqlAlchemyStore.open(f"sqlite:///{folder / 'shop.db'}")


class TestPostgres(StoreContract):
    shared = durable = True
    examples = size(60, 2_000)

    @pytest.fixture(autouse=True)
    def _database(self, postgres: Postgres, tmp_path: Path) -> None:
        (tmp_path / "url").write_text(postgres.fresh())

    def open_store(self, folder: Path) -> SqlAlchemyStore:
        return SqlAlchemyStore.open((folder / "url").read_text())
