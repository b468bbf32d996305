"""A borrowed connection: the host's transaction decides, the store only adds a savepoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from ecrm_core.adapters.sqlalchemy import (
    SqlAlchemyStore,
    Tables,
    begin_immediate,
    build_tables,
    run_in_transaction,
)
from ecrm_core.errors import ConflictError, DefinitionError, StorageUnavailable
from ecrm_core.kernel import ABSENT, ChangeSet, Expect
from ecrm_core.ports import KINDS, Store
from ecrm_core.testing.contracts.sample import LINES, THINGS, fill, names, things
from tests.postgres import Postgres

METADATA = sa.MetaData()
ORDERS = sa.Table("orders", METADATA, sa.Column("number", sa.Integer, primary_key=True))
TABLES = build_tables(METADATA, prefix="crm_", kinds=(*KINDS, THINGS, LINES))


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        made = begin_immediate(sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}"))
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        made = sa.create_engine(postgres.fresh())
    METADATA.create_all(made)
    yield made
    made.dispose()


def store_on(bind: Any) -> Store:  # noqa: ANN401 - wrong ones too
    return SqlAlchemyStore(bind, tables=TABLES).tenant("main")


def orders(engine: sa.Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(sa.select(sa.func.count()).select_from(ORDERS)) or 0


def test_the_hosts_rollback_wins(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(sa.insert(ORDERS).values(number=1))
        fill(store_on(connection), "ab")
        assert names(store_on(connection)) == ["a", "b"]
        connection.rollback()
    assert names(store_on(engine)) == []
    assert orders(engine) == 0
    fill(store_on(engine), "c")
    assert names(store_on(engine)) == ["c"]


def test_the_hosts_commit_keeps_both(engine: sa.Engine) -> None:
    with Session(engine) as session:
        session.execute(sa.insert(ORDERS).values(number=1))
        fill(store_on(session), "ab")
        session.commit()
    assert names(store_on(engine)) == ["a", "b"]
    assert orders(engine) == 1


def test_a_refused_set_leaves_the_hosts_work_and_the_connection_usable(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.insert(ORDERS).values(number=1))
        store = store_on(connection)
        fill(store, "a")
        wrong = ChangeSet(puts=things("bc"), expects=(Expect(THINGS, ("s", "a"), ABSENT),))
        with pytest.raises(ConflictError) as caught:
            store.apply(wrong)
        assert caught.value.retry == "operation"
        assert names(store) == ["a"]
        fill(store, "d")
    assert names(store_on(engine)) == ["a", "d"]
    assert orders(engine) == 1


def test_nothing_is_committed_before_the_host_does(engine: sa.Engine) -> None:
    if engine.dialect.name == "sqlite":
        pytest.skip("a second connection would wait for the first")
    with engine.connect() as connection:
        fill(store_on(connection), "a")
        assert names(store_on(engine)) == []
        connection.commit()
    assert names(store_on(engine)) == ["a"]


def test_a_scoped_session_is_a_session(engine: sa.Engine) -> None:
    sessions = scoped_session(sessionmaker(engine))
    fill(store_on(sessions), "a")
    sessions.commit()
    sessions.remove()
    assert names(store_on(engine)) == ["a"]


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_a_transaction_that_cannot_see_what_it_collided_with_is_to_be_run_again(
    postgres: Postgres, level: str
) -> None:
    engine = sa.create_engine(postgres.fresh())
    METADATA.create_all(engine)
    fill(store_on(engine), "a")
    with engine.connect().execution_options(isolation_level=level) as connection:
        store = store_on(connection)
        row = store.get_many(THINGS, [("s", "a")])[("s", "a")]
        fill(store_on(engine), "a", note="meanwhile")
        expects = (Expect(THINGS, ("s", "a"), row.version),)
        with pytest.raises(ConflictError) as caught:
            store.apply(ChangeSet(puts=things("a"), expects=expects))
        assert caught.value.retry == "transaction"
    engine.dispose()


def test_a_late_beginning_is_refused_and_the_cure_named(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}")
    METADATA.create_all(engine)
    with engine.connect() as connection:
        with pytest.raises(DefinitionError, match="begin_immediate") as caught:
            fill(store_on(connection), "a")
        assert caught.value.code == "deferred"
    fill(store_on(engine), "b")  # on an engine of its own the store begins as it needs
    engine.dispose()


def test_the_hook_leaves_another_database_alone_and_may_be_called_twice(
    engine: sa.Engine,
) -> None:
    hooked = begin_immediate(begin_immediate(engine))
    with hooked.begin() as connection:
        fill(store_on(connection), "a")
    assert names(store_on(hooked)) == ["a"]


def test_the_hook_leaves_autocommit_what_it_is(tmp_path: Path) -> None:
    engine = begin_immediate(sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}"))
    METADATA.create_all(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.insert(ORDERS).values(number=1))
        connection.exec_driver_sql("VACUUM")  # which no transaction can do
        with pytest.raises(DefinitionError, match="begin_immediate"):
            fill(store_on(connection), "a")
    assert orders(engine) == 1
    engine.dispose()


def test_missing_tables_are_named_and_the_hosts_transaction_goes_on(postgres: Postgres) -> None:
    engine = sa.create_engine(postgres.fresh())
    ORDERS.create(engine)
    with engine.begin() as connection:
        with pytest.raises(StorageUnavailable) as caught:
            names(store_on(connection))
        connection.execute(sa.insert(ORDERS).values(number=1))
    assert caught.value.code == "no_tables"
    assert "crm_home" in str(caught.value.facts["missing"])
    assert orders(engine) == 1
    engine.dispose()


def test_autocommit_is_no_transaction(postgres: Postgres) -> None:
    engine = sa.create_engine(postgres.fresh(), isolation_level="AUTOCOMMIT")
    METADATA.create_all(engine)
    with engine.connect() as connection, pytest.raises(StorageUnavailable) as caught:
        fill(store_on(connection), "a")
    assert caught.value.code == "autocommit"
    fill(store_on(engine), "b")  # on the engine itself the store takes a transaction
    assert names(store_on(engine)) == ["b"]
    engine.dispose()


def test_what_is_no_connection_is_refused_by_its_type(postgres: Postgres) -> None:
    asynchronous: AsyncEngine = create_async_engine(postgres.url("postgres", "asyncpg"))
    with pytest.raises(DefinitionError, match=r"AsyncEngine.*run_sync"):
        store_on(asynchronous)
    with pytest.raises(DefinitionError, match="str") as caught:
        store_on("sqlite://")
    assert caught.value.code == "bind"


def test_work_is_done_once_at_least() -> None:
    with pytest.raises(DefinitionError) as caught:
        run_in_transaction(sa.create_engine("sqlite://"), lambda _: None, attempts=0)
    assert caught.value.code == "attempts"


def test_tables_of_other_names_are_other_stores(engine: sa.Engine) -> None:
    other: Tables = build_tables(sa.MetaData(), prefix="other_", kinds=(THINGS,))
    two = SqlAlchemyStore(engine, tables=other)
    two.create()
    fill(store_on(engine), "a")
    fill(two.tenant("main"), "b")
    assert (names(store_on(engine)), names(two.tenant("main"))) == (["a"], ["b"])
