"""Workers on one outbox in Postgres claim different effects and do not wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore
from ecrm_core.kernel import ChangeSet, DeliveryPolicy, Emit
from ecrm_core.ports import Picking, Store
from ecrm_core.services import prepare_claim
from tests.postgres import Postgres

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def _claimed(store: Store) -> object:
    changes = prepare_claim(store, ["notice"], now=NOW, limit=2, policy=DeliveryPolicy())
    return store.apply(changes).result["claimed"]


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[sa.Engine]:
    """An engine on which whoever waits for a lock fails soon."""
    made = sa.create_engine(postgres.fresh(), connect_args={"options": "-c lock_timeout=2s"})
    yield made
    made.dispose()


def test_effects_somebody_is_claiming_are_passed_over(engine: sa.Engine) -> None:
    own = SqlAlchemyStore(engine)
    own.create()
    store = own.tenant("main")
    assert isinstance(store, Picking)
    emits = tuple(Emit(key=f"k{at}", topic="notice", at=NOW) for at in range(5))
    store.apply(ChangeSet(emits=emits))
    with engine.begin() as connection:
        assert _claimed(SqlAlchemyStore(connection).tenant("main")) == ["k0", "k1"]
        assert _claimed(store) == ["k2", "k3"]
        connection.rollback()
    assert _claimed(store) == ["k0", "k1"]
