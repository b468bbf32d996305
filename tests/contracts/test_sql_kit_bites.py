"""The kit bites on real Postgres: each seeded fault of an SQL adapter is found by its contract."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.testing.contracts import BorrowedContract, Contract, Host, Outcome, StoreContract
from ecrm_core.testing.contracts.report import ask
from tests.contracts.sql_mutants import BORROWED, OWN
from tests.contracts.test_borrowed import METADATA, SqlAlchemyHost
from tests.postgres import Postgres

Seed = Callable[[pytest.MonkeyPatch], None]


class OnPostgres(StoreContract):
    def __init__(self, server: Postgres) -> None:
        self.server = server

    def open_store(self, folder: Path) -> SqlAlchemyStore:
        assert folder.is_dir()
        return SqlAlchemyStore.open(self.server.fresh())


class InPostgres(BorrowedContract):
    def __init__(self, server: Postgres) -> None:
        self.server = server

    def open_host(self, folder: Path) -> Host:
        assert folder.is_dir()
        return SqlAlchemyHost(sa.create_engine(self.server.fresh()), session=False)


def found(contract: Contract, name: str) -> None:
    """The promise is broken, and not because the fault cannot even run."""
    promise = ask(contract, name)
    assert promise.outcome is Outcome.BROKEN
    crashed = ("AttributeError", "TypeError", "NameError", "ProgrammingError")
    assert not promise.why.startswith(crashed), promise.why


@pytest.mark.parametrize("fault", OWN, ids=lambda fault: fault.__name__)
def test_a_fault_of_the_adapter_is_found(
    fault: Seed, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    found(OnPostgres(postgres), OWN[fault])


@pytest.mark.parametrize("fault", BORROWED, ids=lambda fault: fault.__name__)
def test_a_fault_in_the_transaction_of_the_host_is_found(
    fault: Seed, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert METADATA.tables
    fault(monkeypatch)
    found(InPostgres(postgres), BORROWED[fault])
