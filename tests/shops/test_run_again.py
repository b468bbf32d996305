"""Units of work in each other's way: both shops run the loser again, and keep its own errors."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ecrm_core.errors import ConflictError
from tests.house import ROOT
from tests.postgres import Postgres

Work = Callable[[Session], str]


class Database(Protocol):
    """What both shops have."""

    def run(self, *works: Work) -> list[str]:
        """Run units of work at the same time."""
        ...


def _flask(url: str) -> Iterator[Database]:
    from flask_shop.database import Database as Flask
    from flask_shop.settings import Settings

    database = Flask(Settings(url, "s", "w", "p", "t", b"an invented secret"))

    class Threads:
        def run(self, *works: Work) -> list[str]:
            with ThreadPoolExecutor() as pool:
                return list(pool.map(database.transaction, works))

    yield Threads()
    database.engine.dispose()


def _fastapi(url: str) -> Iterator[Database]:
    from fastapi_shop.database import Database as FastApi
    from fastapi_shop.settings import Settings

    class Tasks:
        def run(self, *works: Work) -> list[str]:
            async def all_of_them() -> list[str]:
                database = FastApi(Settings(url, "s", "w", "p", "t", b"an invented secret"))
                try:
                    return await asyncio.gather(*map(database.transaction, works))
                finally:
                    await database.engine.dispose()

            return asyncio.run(all_of_them())

    yield Tasks()


@pytest.fixture(params=["flask", "fastapi"])
def database(
    request: pytest.FixtureRequest, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    monkeypatch.syspath_prepend(ROOT / "examples")
    url = postgres.fresh("psycopg" if request.param == "flask" else "asyncpg")
    admin = sa.create_engine(sa.make_url(url).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(sa.text("create table things (name text primary key, seen text)"))
        connection.execute(sa.text("insert into things values ('a', ''), ('b', '')"))
    admin.dispose()
    yield from (_flask if request.param == "flask" else _fastapi)(url)


def touch(session: Session, name: str) -> None:
    session.execute(sa.text("update things set seen = seen || 'x' where name = :n"), {"n": name})


def seen(session: Session) -> str:
    return str(session.execute(sa.text("select seen from things where name = 'a'")).scalar())


def wait_for_two(session: Session) -> None:
    """Wait until two transactions have come here."""
    session.execute(sa.text("select pg_advisory_xact_lock_shared(7)"))
    here = sa.text("select count(*) from pg_locks where locktype = 'advisory' and objid = 7")
    for _ in range(500):
        if session.execute(here).scalar_one() >= 2:
            return
        session.execute(sa.text("select pg_sleep(0.02)"))


def crossing(first: str, second: str, runs: list[str]) -> Work:
    """A unit of work that takes two rows, and waits between them for the other."""

    def work(session: Session) -> str:
        runs.append(first)
        touch(session, first)
        if runs.count(first) == 1:
            wait_for_two(session)
        touch(session, second)
        return first

    return work


def test_a_deadlock_of_the_shops_own_statements_runs_the_loser_again(database: Database) -> None:
    runs: list[str] = []
    assert database.run(crossing("a", "b", runs), crossing("b", "a", runs)) == ["a", "b"]
    assert len(runs) > 2
    assert database.run(seen) == ["xx"]


def test_a_conflict_runs_the_work_again_from_its_beginning(database: Database) -> None:
    runs: list[str] = []

    def work(session: Session) -> str:
        runs.append(
            session.execute(sa.text("select seen from things where name = 'a'")).scalar_one()
        )
        touch(session, "a")
        if len(runs) < 3:
            raise ConflictError("somebody was first", kind="home", retry="transaction")
        return "done"

    assert database.run(work) == ["done"]
    assert runs == ["", "", ""]


def test_any_other_error_comes_out_as_it_is_and_nothing_stays(database: Database) -> None:
    def broken(session: Session) -> str:
        touch(session, "a")
        session.execute(sa.text("insert into things values ('a', 'again')"))
        return "never"

    with pytest.raises(sa.exc.IntegrityError):
        database.run(broken)
    assert database.run(seen) == [""]


def test_what_never_wins_ends_with_the_conflict(database: Database) -> None:
    runs: list[int] = []

    def work(_: Session) -> str:
        runs.append(threading.get_ident())
        raise ConflictError("somebody was first", kind="home", retry="transaction")

    with pytest.raises(ConflictError):
        database.run(work)
    assert len(runs) == 5
