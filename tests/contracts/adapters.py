"""Adapters: every store there is, by name, for tests that ask all of them the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants
from tests.postgres import Postgres

ADAPTERS = ("memory", "sqlite", "sqlalchemy on sqlite", "sqlalchemy on postgres")


def open_adapter(name: str, folder: Path, request: pytest.FixtureRequest) -> Tenants:
    """Open the store kept in a folder, or in a fresh database of the server."""
    if name == "memory":
        return MemoryStore()
    if name == "sqlite":
        return SqliteStore(folder / "shop.db")
    if name == "sqlalchemy on sqlite":
        return SqlAlchemyStore.open(f"sqlite:///{folder / 'sqlalchemy.db'}")
    server: Postgres = request.getfixturevalue("postgres")
    return SqlAlchemyStore.open(server.fresh())
