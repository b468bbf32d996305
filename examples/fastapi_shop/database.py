"""Database: the shop's asynchronous engine, and a Crm inside its transactions.

The CRM is synchronous. SQLAlchemy's ``run_sync`` runs a whole call of it on the session; whenever
it waits for the database, the event loop serves other requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import Session

from ecrm_core import Crm
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, collided
from fastapi_shop.models import TABLES, Base
from fastapi_shop.settings import Settings

T = TypeVar("T")
_ATTEMPTS = 5


class Database:
    """The engine, and the two ways to a Crm: inside a transaction of the shop, or by itself."""

    def __init__(self, settings: Settings) -> None:
        """Make the engine; it connects when first used. No value of a row gets into an error."""
        self.settings = settings
        self.engine = create_async_engine(
            settings.database_url, hide_parameters=True, pool_pre_ping=True
        )

    async def transaction(self, work: Callable[[Session], T]) -> T:
        """Run a unit of work and commit it: all of it, or, if it raises, nothing.

        It is run again when another transaction was in its way, so it does nothing but read and
        write this session.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                async with AsyncSession(self.engine) as session, session.begin():
                    return await session.run_sync(work)
            except Exception as error:
                if attempt == _ATTEMPTS or not collided(error):
                    raise

    async def alone(self, work: Callable[[Crm], T]) -> T:
        """Run work with a Crm of which each call is a transaction of its own."""
        async with self.engine.connect() as connection:
            return await connection.run_sync(lambda own: work(self.crm(own.engine)))

    def crm(self, bind: Session | sa.Engine) -> Crm:
        """Return the Crm on a session, in its transaction, or on the engine inside ``run_sync``."""
        return Crm(SqlAlchemyStore(bind, tables=TABLES), settings=self.settings.crm)

    async def create(self) -> None:
        """Make the tables that are missing; a shop in production migrates (see the how-to)."""
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
