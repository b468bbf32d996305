"""The migration in examples makes, on an empty database, the very tables the store works on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from ecrm_core import Crm
from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, build_tables
from ecrm_core.kernel import Emit, Money
from ecrm_core.sources import shopify
from ecrm_core.subscriptions import Plan
from tests.postgres import Postgres
from tests.shops.payloads import customer
from tests.shops.serving import ALEMBIC, FLASK

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'shop.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.fresh()


def _charged(_: Emit) -> None:
    """Stand for the payment provider."""


def alembic(url: str, *command: str) -> str:
    run = FLASK.run((*ALEMBIC, *command), url)
    if run.returncode:
        why = "tables that the migration does not make: python -m tests.shops.remake"
        pytest.fail(f"{why}\n{run.stderr[-2_000:]}")
    return run.stdout


def everything(engine: sa.Engine) -> dict[str, set[object]]:
    """Every table with its columns and indexes."""
    found = sa.inspect(engine)
    return {
        name: {part["name"] for part in (*found.get_columns(name), *found.get_indexes(name))}
        for name in found.get_table_names()
    }


def test_an_empty_database_is_migrated_and_back_and_nothing_is_left_to_create(url: str) -> None:
    alembic(url, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(url, "check")
    engine = sa.create_engine(url)
    before = everything(engine)
    with Crm(SqlAlchemyStore(engine, tables=build_tables(sa.MetaData()))) as crm:
        people = json.dumps([customer(1), customer(2)]).encode()
        crm.ingest(shopify.read(people, received_at=NOW), now=NOW)
        crm.merge("shopify/1", "shopify/2", by="anna", now=NOW)
        plan = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M")
        crm.subscribe("shopify/1", plan, now=NOW)
        assert crm.run_due(now=NOW).charges == 1
        assert crm.deliver(charge=_charged, now=NOW).delivered == 1
        assert len(crm.find("ann1.kanarienvogel@example.com")) == 1
    assert everything(engine) == before
    alembic(url, "downgrade", "base")
    assert set(everything(engine)) == {"alembic_version"}
    engine.dispose()
