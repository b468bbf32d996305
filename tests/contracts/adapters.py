"""Adapters: every store there is, by name, for tests that ask all of them the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants

ADAPTERS: dict[str, Callable[[Path], Tenants]] = {
    "memory": lambda _: MemoryStore(),
    "sqlite": lambda folder: SqliteStore(folder / "shop.db"),
}
