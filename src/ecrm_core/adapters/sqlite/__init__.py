"""SQLite: the store of one shop in one file, with nothing but the standard library."""

from ecrm_core.adapters.sqlite.store import SqliteStore

__all__ = ["SqliteStore"]
