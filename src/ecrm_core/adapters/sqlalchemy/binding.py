"""Binding: whose transaction a call is in, the store's own or the host's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.orm import Session, scoped_session

from ecrm_core.adapters.sqlalchemy.hooks import READ, begins_immediately
from ecrm_core.errors import DefinitionError

__all__ = ["Bind", "Binding", "Borrowed", "Own", "bind_of"]

Bind = sa.Engine | sa.Connection | Session | scoped_session[Any]
"""What a store works on."""


class Binding(Protocol):
    """Where connections come from, and how a transaction begins and ends."""

    @property
    def engine(self) -> sa.Engine:
        """The engine the connections are of."""
        ...

    @property
    def own(self) -> bool:
        """Whether the transactions are the store's."""
        ...

    def reading(self) -> AbstractContextManager[sa.Connection]:
        """Read."""
        ...

    def writing(self) -> AbstractContextManager[sa.Connection]:
        """Write all or nothing."""
        ...

    def retry(self) -> str:
        """What has to be done again after a conflict: the operation, or the transaction."""
        ...


@frozen
class Own:
    """An engine: each call takes a connection and is one transaction."""

    engine: sa.Engine
    own: bool = True

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        with self.engine.execution_options(**{READ: True}).connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        with self._certain().begin() as connection:
            if connection.dialect.name == "sqlite" and not _begun(connection):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def retry(self) -> str:
        return "operation"

    def _certain(self) -> sa.Engine:
        """On Postgres a real transaction in which each statement sees what was committed before."""
        if self.engine.dialect.name == "sqlite":
            return self.engine
        return self.engine.execution_options(isolation_level="READ COMMITTED")


@frozen
class Borrowed:
    """The host's Connection or Session: a savepoint in its transaction, never a commit."""

    bind: sa.Connection | Session
    own: bool = False

    @property
    def engine(self) -> sa.Engine:
        return self._connection().engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        yield self._connection()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        connection = self._connection()
        if connection.dialect.name == "sqlite":
            _refuse_deferred(connection)
        with connection.begin_nested():
            yield connection

    def retry(self) -> str:
        """Under more than READ COMMITTED a transaction never sees what it collided with."""
        connection = self._connection()
        if connection.dialect.name == "sqlite":
            return "operation"
        level = connection.get_isolation_level()
        return "operation" if level == "READ COMMITTED" else "transaction"

    def _connection(self) -> sa.Connection:
        return self.bind if isinstance(self.bind, sa.Connection) else self.bind.connection()


def bind_of(bind: Bind) -> Binding:
    """Return the binding; DefinitionError for what is no engine, connection or session of ours."""
    if isinstance(bind, scoped_session):
        bind = bind()
    if isinstance(bind, sa.Engine):
        binding: Binding = Own(bind)
    elif isinstance(bind, sa.Connection | Session):
        binding = Borrowed(bind)
    else:
        message = (
            f"found {type(bind).__name__}, expected an Engine, Connection or Session "
            "(of an asynchronous one: await session.run_sync(...))"
        )
        raise DefinitionError(message, code="bind")
    found = binding.engine.dialect.name
    if found not in {"postgresql", "sqlite"}:
        message = f"found the database {found!r}, expected postgresql or sqlite"
        raise DefinitionError(message, code="dialect")
    return binding


def _begun(connection: sa.Connection) -> bool:
    raw = connection.connection.dbapi_connection
    return bool(getattr(raw, "in_transaction", False))


def _refuse_deferred(connection: sa.Connection) -> None:
    if not connection.in_transaction():
        connection.begin()
    if not (begins_immediately(connection) and _begun(connection)):
        message = (
            "the connection begins its transactions late, expected BEGIN IMMEDIATE: "
            "call begin_immediate(engine) before the engine is used"
        )
        raise DefinitionError(message, code="deferred")
