"""Opening: a path, a URL or nothing, to a store; drivers are imported only when asked for."""

from __future__ import annotations

from pathlib import Path

from ecrm_core.errors import DefinitionError
from ecrm_core.ports import Tenants

__all__ = ["open_store"]


def open_store(target: str | Path | None) -> Tenants:
    """Return the store at a path (SQLite), under a URL ("sqlite:///shop.db"), or in memory.

    Raises DefinitionError for a URL no adapter serves and StorageError for a file that is none.
    """
    if target is None or target == ":memory:":
        from ecrm_core.adapters.memory import MemoryStore  # noqa: PLC0415 - only what is used

        return MemoryStore()
    scheme, separator, rest = str(target).partition("://")
    if separator and scheme != "sqlite":
        message = f"no adapter serves {scheme!r} URLs, expected a path or sqlite:///path"
        raise DefinitionError(message, code="url", scheme=scheme)
    from ecrm_core.adapters.sqlite import SqliteStore  # noqa: PLC0415 - only what is used

    return SqliteStore(rest.removeprefix("/") if separator else target)
