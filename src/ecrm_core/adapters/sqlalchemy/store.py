"""Store: the tables of a host's database, and the handle of one tenant in them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import TracebackType
from typing import Self

import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy.binding import Bind, Own, bind_of
from ecrm_core.adapters.sqlalchemy.database import Database
from ecrm_core.adapters.sqlalchemy.hooks import begin_immediate, give_room, renew_after_fork
from ecrm_core.adapters.sqlalchemy.projection import Projection
from ecrm_core.adapters.sqlalchemy.tables import Tables, build_tables, empty_tables
from ecrm_core.adapters.sqlalchemy.tenant import SqlAlchemyTenant
from ecrm_core.adapters.sqlalchemy.troubles import translated
from ecrm_core.errors import DefinitionError
from ecrm_core.ports import KINDS
from ecrm_core.ports.span import check_tenant

__all__ = ["SqlAlchemyStore"]


class SqlAlchemyStore:
    """A store in Postgres or SQLite, through SQLAlchemy.

    On an Engine each call is a transaction of its own. On a Connection or Session of the host each
    ``apply`` is a savepoint in the host's transaction: the host commits, or nothing of it stays.
    ``tables`` are those of ``build_tables``, made by the host's migrations; without them a store on
    an Engine makes and changes its tables itself. ``projections`` are tables of the host's own that
    follow the profiles.

    Raises DefinitionError for another database or an asynchronous engine, StorageUnavailable
    (codes "locked", "read_only", "full", "no_tables", "gone", "aborted", "closed", ...) and
    StorageError ("newer_format").
    """

    def __init__(
        self, bind: Bind, *, tables: Tables | None = None, projections: Iterable[Projection] = ()
    ) -> None:
        """Work on an Engine, or in the transaction of a Connection or Session."""
        with translated(own=False):  # a session connects when it is first asked
            binding = bind_of(bind)
        if tables is None and binding.own:
            tables = empty_tables(sa.MetaData(), prefix="ecrm_", schema=None, managed=True)
        postgres = binding.engine.dialect.name == "postgresql"
        self._database = Database(binding, tables or _usual_tables(), postgres, tuple(projections))
        self._disposes = False

    @classmethod
    def open(cls, url: str | sa.URL) -> Self:
        """Open a database under a URL with an engine of its own, given back by ``close``."""
        try:
            engine = sa.create_engine(url, hide_parameters=True)
        except ImportError as error:
            message = f"the driver of this URL is not installed: no module {error.name!r}"
            raise DefinitionError(message, code="url") from None
        except (sa.exc.ArgumentError, ValueError) as error:
            message = f"found a URL no engine can be made for ({type(error).__name__})"
            raise DefinitionError(message, code="url") from None
        renew_after_fork(engine)
        if engine.dialect.name == "sqlite":
            give_room(begin_immediate(engine))  # which overwrites what is dropped, too
        store = cls(engine)
        store._disposes = True
        return store

    def tenant(self, name: str) -> SqlAlchemyTenant:
        """Return the handle of a tenant (1 to 200 characters)."""
        return SqlAlchemyTenant(check_tenant(name), self._database)

    def create(self) -> None:
        """Make what is missing, on an engine: tables, columns, indexes, and rows entered there.

        After a migration that brought an index, it enters the rows written before.
        """
        database = self._database
        if database.tables.managed:
            database.declare(KINDS)
            return
        if database.binding.own:
            database.tables.metadata.create_all(
                database.binding.engine, tables=database.tables.everything()
            )
        database.declare([of.kind for of in database.tables.every()])

    def close(self) -> None:
        """Give back the connections of an engine of its own, for good; the host's engine stays."""
        binding = self._database.binding
        if self._disposes and isinstance(binding, Own):
            binding.close()

    def __repr__(self) -> str:
        return f"SqlAlchemyStore({self._database.binding.engine.dialect.name!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


@cache
def _usual_tables() -> Tables:
    """The tables under the usual prefix; built once, since a host opens a store a request."""
    return build_tables(sa.MetaData())
