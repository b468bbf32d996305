"""Statements: what goes through a driver while something is done, told by the driver itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from ecrm_core.adapters.memory import MemoryStore
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.ports import Tenants

_FRAME = ("BEGIN", "COMMIT", "ROLLBACK")


@contextmanager
def statements(store: Tenants) -> Iterator[list[str]]:
    """Gather the statements sent to a store's driver; the frame of a transaction is none."""
    seen: list[str] = []
    if isinstance(store, SqliteStore):
        connection = store._file._connection
        assert connection is not None
        connection.set_trace_callback(
            lambda sql: None if sql.startswith(_FRAME) else seen.append(sql)
        )
        yield seen
        connection.set_trace_callback(None)
    elif isinstance(store, SqlAlchemyStore):

        def note(*given: object) -> None:
            seen.append(str(given[2]))

        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        yield seen
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    else:
        assert isinstance(store, MemoryStore)
        yield seen
