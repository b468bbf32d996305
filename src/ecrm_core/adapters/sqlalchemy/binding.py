"""Binding: whose transaction a call is in, the store's own or the host's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol

import sqlalchemy as sa
from attrs import define, field, frozen
from sqlalchemy.orm import Session, scoped_session

from ecrm_core.adapters.sqlalchemy.hooks import begins_immediately
from ecrm_core.adapters.sqlalchemy.troubles import unavailable
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


@define
class Own:
    """An engine: each call takes a connection, and a write is one transaction.

    A call that reads is one statement, which needs no transaction around it.
    """

    engine: sa.Engine
    own: bool = True
    _closed: bool = field(default=False, init=False)
    _reader: sa.Engine = field(init=False, repr=False)
    _writer: sa.Engine = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        """Say once what the connections are for: the host's own settings may be any."""
        level = {} if _is_sqlite(self.engine) else {"isolation_level": "READ COMMITTED"}
        self._reader = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._writer = self.engine.execution_options(**level)

    def close(self) -> None:
        """Give the connections back, for good: the engine would connect anew."""
        self._closed = True
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read one statement."""
        self._refuse_closed()
        with self._reader.connect() as connection:
            yield connection

    def _refuse_closed(self) -> None:
        if self._closed:
            raise unavailable("closed")

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write in a transaction, on SQLite with its lock from the beginning."""
        self._refuse_closed()
        with self._writer.begin() as connection:
            if _is_sqlite(connection) and not _begun(connection):
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection

    def retry(self) -> str:
        """The next try is a new transaction in any case."""
        return "operation"


@frozen
class Borrowed:
    """The host's Connection or Session: a savepoint in its transaction, never a commit."""

    bind: sa.Connection | Session
    own: bool = False

    @property
    def engine(self) -> sa.Engine:
        """The engine of the host."""
        return self._connection().engine

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Read what the host has written too."""
        yield self._connection()

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Write between a savepoint and its release."""
        connection = self._connection()
        if _is_sqlite(connection):
            _refuse_deferred(connection)
        with connection.begin_nested():
            yield connection

    def retry(self) -> str:
        """Under more than READ COMMITTED a transaction never sees what it collided with."""
        connection = self._connection()
        if _is_sqlite(connection):
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


def _is_sqlite(bind: sa.Engine | sa.Connection) -> bool:
    return bind.dialect.name == "sqlite"


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
