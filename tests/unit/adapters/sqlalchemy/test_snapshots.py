"""Whoever sees another state than the one remembered: an old snapshot, another schema."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from attrs import frozen

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, Tables, build_tables
from ecrm_core.errors import ConflictError, DefinitionError
from ecrm_core.kernel import ChangeSet, Index, Kind, Put
from ecrm_core.ports import KINDS, Store
from tests.postgres import Postgres

LEVELS = ["REPEATABLE READ", "SERIALIZABLE"]


@frozen(kw_only=True)
class Device:
    serial: str
    owner: str | None = None


OLD = Kind(name="device", of=Device, key=("serial",), owner="shop")
NEW = Kind(name="device", of=Device, key=("serial",), owner="shop",
           indexes=(Index("by_owner", ("owner",)),))  # fmt: skip


def built(kind: Kind[Device]) -> Tables:
    return build_tables(sa.MetaData(), kinds=(*KINDS, kind))


BUILT = {OLD: built(OLD), NEW: built(NEW)}


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[sa.Engine]:
    made = sa.create_engine(postgres.fresh())
    BUILT[NEW].metadata.create_all(made)
    yield made
    made.dispose()


def store(bind: sa.Engine | sa.Connection, kind: Kind[Device]) -> Store:
    return SqlAlchemyStore(bind, tables=BUILT[kind]).tenant("main")


def put(bind: sa.Engine | sa.Connection, kind: Kind[Device], serial: str) -> None:
    row = Put(kind, Device(serial=serial, owner="kim"))
    store(bind, kind).apply(ChangeSet(puts=(row,)))


def of_kim(engine: sa.Engine) -> list[str]:
    found = store(engine, NEW).find_many(NEW, "by_owner", [("kim",)])
    return [row.value.serial for row in found.get(("kim",), ())]


@pytest.fixture(params=LEVELS)
def before(request: pytest.FixtureRequest, engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that has read, and sees nothing of what happens afterwards."""
    with engine.connect().execution_options(isolation_level=request.param) as connection:
        connection.execute(sa.text("SELECT 1")).all()
        yield connection


def test_who_does_not_see_a_new_index_does_not_write_past_it(engine: sa.Engine) -> None:
    put(engine, OLD, "1")
    for level in LEVELS:
        with engine.connect().execution_options(isolation_level=level) as before:
            store(before, OLD).scan(OLD)
            assert of_kim(engine) == ["1"]
            with pytest.raises(ConflictError) as caught:
                put(before, OLD, "2")
            assert caught.value.retry == "transaction"
            before.rollback()
            put(before, OLD, "2")  # as the unit of work run again
            before.rollback()
        put(engine, OLD, "1")  # leaves the index behind once more


def test_a_kind_that_others_declared_meanwhile_is_a_conflict(
    engine: sa.Engine, before: sa.Connection
) -> None:
    put(engine, NEW, "1")
    with pytest.raises(ConflictError) as caught:
        put(before, NEW, "2")
    assert caught.value.retry == "transaction"
    before.rollback()
    put(before, NEW, "2")
    before.commit()
    assert of_kim(engine) == ["1", "2"]


def test_rows_it_does_not_see_are_not_entered_in_an_index_by_it(
    engine: sa.Engine, before: sa.Connection
) -> None:
    put(engine, OLD, "1")
    before.rollback()
    before.execute(sa.text("SELECT 1")).all()
    put(engine, OLD, "2")
    with pytest.raises(DefinitionError, match="create") as caught:
        put(before, NEW, "3")
    assert caught.value.code == "isolation"
    before.rollback()
    SqlAlchemyStore(engine, tables=BUILT[NEW]).create()
    put(before, NEW, "3")
    before.commit()
    assert of_kim(engine) == ["1", "2", "3"]


def test_what_it_may_read_is_found_by_an_index_of_before(
    engine: sa.Engine, before: sa.Connection
) -> None:
    put(engine, NEW, "1")
    before.rollback()
    before.execute(sa.text("SELECT 1")).all()
    put(engine, NEW, "2")
    found = store(before, NEW).find_many(NEW, "by_owner", [("kim",)])
    assert [row.value.serial for row in found["kim",]] == ["1"]


def test_schemas_that_one_engine_sees_by_search_path_are_not_taken_for_each_other(
    postgres: Postgres,
) -> None:
    """Their declarations have the same numbers; in one of them the index has not all rows yet."""
    engine = sa.create_engine(postgres.fresh())
    for schema, kind in (("new", NEW), ("old", OLD)):
        with engine.begin() as connection:
            connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
            connection.execute(sa.text(f"SET LOCAL search_path={schema}"))
            BUILT[NEW].metadata.create_all(connection)
            put(connection, kind, schema)
    for schema in ("new", "old", "new"):
        with engine.begin() as connection:
            connection.execute(sa.text(f"SET LOCAL search_path={schema}"))
            found = store(connection, NEW).find_many(NEW, "by_owner", [("kim",)])
            assert [row.value.serial for row in found["kim",]] == [schema]
    engine.dispose()
