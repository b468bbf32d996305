"""Verbs in racing transactions of hosts: who loses is told what to do again, and gets through."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, BrokenBarrierError
from typing import cast

import pytest
import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, run_in_transaction
from ecrm_core.crm import Crm
from ecrm_core.customers import SourceKey
from tests.faulty.shop import Late
from tests.histories.ledger import Around
from tests.postgres import Postgres
from tests.profile import SEED, size
from tests.races.world import World, state
from tests.races.writers import race

LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
WRITERS, ROUNDS_OF_A_WORLD = 4, 10


@pytest.fixture(scope="module", params=LEVELS)
def engine(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[sa.Engine]:
    """A host's engine of that level, on a database with our tables."""
    made = sa.create_engine(postgres.fresh(), isolation_level=request.param, pool_size=WRITERS + 2)
    SqlAlchemyStore(made).create()
    yield made
    made.dispose()


@pytest.fixture
def tenant(request: pytest.FixtureRequest) -> str:
    """A tenant of its own for each test: tables are made once a level."""
    return str(request.node.name)


class Hosted:
    """A facade whose every verb is a transaction of the host, run again after a conflict."""

    def __init__(self, engine: sa.Engine, tenant: str) -> None:
        self.engine, self.tenant = engine, tenant
        self.store = SqlAlchemyStore(engine).tenant(tenant)

    def __getattr__(self, verb: str) -> Callable[..., object]:
        def run(*given: object, **named: object) -> object:
            def work(connection: sa.Connection) -> object:
                crm = Crm(SqlAlchemyStore(connection), tenant=self.tenant)
                return getattr(crm, verb)(*given, **named)

            return run_in_transaction(self.engine, work, attempts=100)

        return run


def test_hosts_at_once_lose_nothing_and_bring_nothing_back(engine: sa.Engine) -> None:
    draw = random.Random(SEED)
    with ThreadPoolExecutor(WRITERS) as pool:
        for number in range(size(10, 1_000) // ROUNDS_OF_A_WORLD):
            hosts = [Hosted(engine, f"shop {number}") for _ in range(WRITERS)]
            world = World(cast("list[Crm]", hosts), draw)
            for _ in range(ROUNDS_OF_A_WORLD):
                race(pool, world)
                world.check()


def _two_customers(engine: sa.Engine, tenant: str) -> tuple[Crm, list[str]]:
    """Two customers, each with a brand."""
    crm = Crm(SqlAlchemyStore(engine), tenant=tenant)
    world = [SourceKey("shop", "1"), SourceKey("shop", "2")]
    for key in world:
        state(crm, key, ("brand", "a"), crm.now())
    return crm, [str(key) for key in world]


@pytest.mark.parametrize("late", ["insert", "change"])
def test_a_host_is_told_what_to_do_again(engine: sa.Engine, tenant: str, late: str) -> None:
    """Somebody inserts under the customer, or changes her, between what is read and the write."""
    crm, (one, two) = _two_customers(engine, tenant)
    runs, told = list[int](), list[str]()

    def meanwhile() -> None:
        if late == "insert":
            crm.refuse_contact(one, by="her")
        else:
            crm.merge(two, one, by="another")

    def work(connection: sa.Connection) -> str:
        runs.append(1)
        store = Late(SqlAlchemyStore(connection).tenant(tenant), meanwhile, told)
        store.waits = len(runs) == 1
        return Crm(Around(store), tenant=tenant).correct(one, "brand", "b", by="me")

    ruling = run_in_transaction(engine, work)
    again = "operation" if _level(engine) == "READ COMMITTED" else "transaction"
    assert told == [again]
    assert len(runs) == (1 if again == "operation" else 2)
    assert [c.id for c in crm.view(one).group.corrections] == [ruling]
    assert crm.view(one).profile.value("brand") == "b"


def _level(engine: sa.Engine) -> str:
    with engine.connect() as connection:
        return connection.get_isolation_level()


def test_of_two_hosts_that_wait_for_each_other_both_get_through(
    engine: sa.Engine, tenant: str
) -> None:
    crm, people = _two_customers(engine, tenant)
    barrier = Barrier(2)

    def host(order: list[str], value: str) -> int:
        runs = 0

        def work(connection: sa.Connection) -> None:
            nonlocal runs
            runs += 1
            mine = Crm(SqlAlchemyStore(connection), tenant=tenant)
            for who in order:
                mine.correct(who, "brand", value, by=value)
                _meet(barrier)

        run_in_transaction(engine, work)
        return runs

    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(host, [people, people[::-1]], ["x", "y"]))
    assert max(runs) > 1, "nobody waited in a circle"
    for who in people:
        assert {c.value for c in crm.view(who).group.corrections} == {"x", "y"}


def _meet(barrier: Barrier) -> None:
    """Wait for the other once; afterwards she may be waiting for a lock."""
    try:
        barrier.wait(timeout=1)
    except BrokenBarrierError:
        return
