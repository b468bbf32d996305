"""The SQLAlchemy store keeps the contract of borrowed transactions, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, begin_immediate, build_tables
from ecrm_core.ports import Tenants
from ecrm_core.testing.contracts import SAMPLE_KINDS, BorrowedContract, Host
from tests.postgres import Postgres

METADATA = sa.MetaData()
TABLES = build_tables(METADATA, prefix="crm_", kinds=SAMPLE_KINDS)
NOTES = sa.Table("notes", METADATA, sa.Column("text", sa.Text(), primary_key=True))


class SqlAlchemyHost:
    """A host with tables of its own, which hands out its Connection, or its Session."""

    def __init__(self, engine: sa.Engine, *, session: bool) -> None:
        METADATA.create_all(engine)
        self.engine = engine
        self.bind: sa.Connection | Session = Session(engine) if session else engine.connect()

    def begin(self) -> Tenants:
        self.bind.rollback()
        return SqlAlchemyStore(self.bind, tables=TABLES)

    def note(self, text: str) -> None:
        self.bind.execute(sa.insert(NOTES).values(text=text))

    def notes(self) -> list[str]:
        return list(self.bind.scalars(sa.select(NOTES.c.text).order_by(NOTES.c.text)))

    def commit(self) -> None:
        self.bind.commit()

    def rollback(self) -> None:
        self.bind.rollback()

    def close(self) -> None:
        self.bind.close()
        self.engine.dispose()


class TestSqliteConnection(BorrowedContract):
    session: ClassVar[bool] = False

    def open_host(self, folder: Path) -> Host:
        engine = begin_immediate(sa.create_engine(f"sqlite:///{folder / 'shop.db'}"))
        return SqlAlchemyHost(engine, session=self.session)


class TestSqliteSession(TestSqliteConnection):
    session = True


class TestPostgresConnection(BorrowedContract):
    session: ClassVar[bool] = False
    server: Postgres

    @pytest.fixture(autouse=True)
    def _server(self, postgres: Postgres) -> None:
        self.server = postgres

    def open_host(self, folder: Path) -> Host:
        assert folder.is_dir()
        return SqlAlchemyHost(sa.create_engine(self.server.fresh()), session=self.session)


class TestPostgresSession(TestPostgresConnection):
    session = True
