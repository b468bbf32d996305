"""Opening: a path, a URL or nothing, to a store; drivers are imported only when asked for."""

from __future__ import annotations

from pathlib import Path

from ecrm_core.errors import DefinitionError
from ecrm_core.ports import Tenants

__all__ = ["open_store"]


def open_store(target: str | Path | None) -> Tenants:
    """Return the store at a path (SQLite), under a URL, or in memory.

    ``sqlite:///shop.db`` is the path; any other URL is opened by SQLAlchemy. Raises DefinitionError
    for a URL no adapter serves, or none can without the extra, and StorageError for a file that is
    no store.
    """
    if target is None or target == ":memory:":
        from ecrm_core.adapters.memory import MemoryStore  # noqa: PLC0415 - only what is used

        return MemoryStore()
    scheme, separator, rest = str(target).partition("://")
    if separator and scheme != "sqlite":
        return _open_url(str(target), scheme)
    from ecrm_core.adapters.sqlite import SqliteStore  # noqa: PLC0415 - only what is used

    return SqliteStore(rest.removeprefix("/") if separator else target)


def _open_url(url: str, scheme: str) -> Tenants:
    if scheme.partition("+")[0] not in {"postgresql", "sqlite"}:
        message = f"no adapter serves {scheme!r} URLs, expected postgresql, sqlite or a path"
        raise DefinitionError(message, code="url", scheme=scheme)
    try:
        from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore  # noqa: PLC0415 - as above
    except ImportError as error:
        message = "a database URL needs SQLAlchemy: pip install 'ecrm_core[sqlalchemy]'"
        raise DefinitionError(message, code="url", scheme=scheme) from error
    return SqlAlchemyStore.open(url)
