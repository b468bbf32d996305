"""Database: one transaction for what the shop writes and what the CRM writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from ecrm_core import Crm
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, run_in_transaction
from flask_shop.models import PROJECTION, TABLES
from flask_shop.settings import Settings

T = TypeVar("T")


class Database:
    """The engine, and the two ways to a Crm: inside a transaction of the shop, or by itself."""

    def __init__(self, settings: Settings) -> None:
        """Make the engine; it connects when first used. No value of a row gets into an error."""
        self.settings = settings
        self.engine = sa.create_engine(
            settings.database_url, hide_parameters=True, pool_pre_ping=True
        )

    def transaction(self, work: Callable[[Session], T]) -> T:
        """Run a unit of work and commit it: all of it, or, if it raises, nothing.

        It is run again when another transaction was in its way, so it does nothing but read and
        write this session.
        """

        def on(connection: sa.Connection) -> T:
            with Session(connection) as session:
                result = work(session)
                session.flush()
                return result

        return run_in_transaction(self.engine, on)

    def crm(self, bind: Session | sa.Engine | None = None) -> Crm:
        """Return the Crm on a session, in its transaction; without one, each call has its own."""
        store = SqlAlchemyStore(bind or self.engine, tables=TABLES, projections=[PROJECTION])
        return Crm(store, settings=self.settings.crm)


def database() -> Database:
    """Return the database of the application that serves this request."""
    found: Database = current_app.extensions["shop"]
    return found
