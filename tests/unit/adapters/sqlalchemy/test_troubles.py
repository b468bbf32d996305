"""What a real database says went wrong comes out as our errors, with a code and no value."""

from __future__ import annotations

import multiprocessing
import os
import sys
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from attrs import evolve

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, begin_immediate, build_tables
from ecrm_core.crm import Crm
from ecrm_core.errors import (
    ConflictError,
    DefinitionError,
    InputError,
    StorageError,
    StorageUnavailable,
)
from ecrm_core.kernel import ChangeSet, Put
from ecrm_core.ports import Store
from ecrm_core.testing.contracts.sample import LINES, THINGS, Thing, fill, names, things
from tests.postgres import Postgres

CANARY = "canary-5f1e"
METADATA = sa.MetaData()
TABLES = build_tables(METADATA, kinds=(THINGS, LINES))


@pytest.fixture
def engine(postgres: Postgres) -> Iterator[sa.Engine]:
    made = sa.create_engine(postgres.fresh())
    SqlAlchemyStore(made, tables=TABLES).create()
    yield made
    made.dispose()


def code(bind: Any, *, write: bool = True) -> str:  # noqa: ANN401 - an engine or a connection
    store = SqlAlchemyStore(bind, tables=TABLES).tenant(CANARY)
    call = partial(fill, store, [CANARY]) if write else partial(names, store)
    with pytest.raises(StorageUnavailable) as caught:
        call()
    if isinstance(bind, sa.Engine):
        bind.dispose()
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    return caught.value.code


def test_a_server_that_is_not_there_is_gone(tmp_path: Path) -> None:
    engine = sa.create_engine(f"postgresql+psycopg://x@/x?host={tmp_path}")
    assert code(engine) == code(engine, write=False) == "gone"
    assert code(sa.create_engine(f"sqlite:///{tmp_path}/no/folder.db")) == "gone"


def test_a_connection_the_server_ended_is_gone_and_the_next_call_connects_anew(
    engine: sa.Engine,
) -> None:
    store = SqlAlchemyStore(engine, tables=TABLES).tenant("main")
    fill(store, "a")
    with sa.create_engine(engine.url).connect() as other:
        other.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    other.engine.dispose()
    with pytest.raises(StorageUnavailable) as caught:
        names(store)
    assert caught.value.code == "gone"
    assert names(store) == ["a"]


def test_a_user_without_rights_may_only_read(engine: sa.Engine) -> None:
    url = engine.url.update_query_dict({"options": "-cdefault_transaction_read_only=on"})
    reader = sa.create_engine(url)
    assert code(reader) == "read_only"
    assert names(SqlAlchemyStore(reader, tables=TABLES).tenant("main")) == []
    reader.dispose()


def test_a_lock_that_does_not_come_in_time_is_busy(engine: sa.Engine) -> None:
    store = SqlAlchemyStore(engine, tables=TABLES).tenant(CANARY)
    fill(store, [CANARY])
    hasty = sa.create_engine(engine.url.update_query_dict({"options": "-clock_timeout=50ms"}))
    with engine.begin() as connection:
        fill(SqlAlchemyStore(connection, tables=TABLES).tenant(CANARY), [CANARY])
        assert code(hasty) == "locked"
    hasty.dispose()


def test_a_transaction_that_failed_before_is_to_be_rolled_back(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(sa.exc.ProgrammingError):
            connection.exec_driver_sql("SELECT nothing_of_this_name")
        assert code(connection) == code(connection, write=False) == "aborted"


def test_a_key_too_long_for_an_index_is_the_callers_trouble(engine: sa.Engine) -> None:
    store = SqlAlchemyStore(engine, tables=TABLES).tenant("main")
    long = "".join(chr(0xAC00 + at * 7919 % 11_000) for at in range(4_000))
    with pytest.raises(InputError) as caught:
        store.apply(ChangeSet(puts=things([long])))
    assert caught.value.code == "too_long"
    assert long[:20] not in "".join(traceback.format_exception(caught.value))
    assert names(store) == []


def test_a_deadlock_says_that_the_whole_transaction_is_to_be_run_again(engine: sa.Engine) -> None:
    fill(SqlAlchemyStore(engine, tables=TABLES).tenant("main"), "ab")
    barrier = Barrier(2)

    def work(first: str, second: str) -> str:
        with engine.connect() as connection:
            store = SqlAlchemyStore(connection, tables=TABLES).tenant("main")
            fill(store, first, note=first)
            barrier.wait()
            try:
                fill(store, second, note=first)
            except ConflictError as error:
                connection.rollback()  # else the other one would wait for ever
                return error.retry
            connection.commit()
            return "applied"

    with ThreadPoolExecutor(2) as pool:
        outcomes = pool.map(work, "ab", "ba")
        assert sorted(outcomes) == ["applied", "transaction"]


def test_a_busy_sqlite_file_is_locked(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'shop.db'}?timeout=0.05"
    engine = begin_immediate(sa.create_engine(url))
    SqlAlchemyStore(engine, tables=TABLES).create()
    with engine.begin():
        assert code(sa.create_engine(url)) == "locked"
    engine.dispose()


def test_a_file_under_a_url_is_opened_with_the_hook(tmp_path: Path) -> None:
    with SqlAlchemyStore.open(f"sqlite+pysqlite:///{tmp_path / 'shop.db'}") as store:
        fill(store.tenant("main"), "a")
        assert (tmp_path / "shop.db-wal").exists()  # as with secure_delete, which shows nowhere


def test_what_is_no_database_of_ours_is_refused_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("name,email\n" * 1000)
    assert code(sa.create_engine(f"sqlite:///{tmp_path / 'text.db'}")) == "unreadable"
    for url in ("postgresql+nobody://x", "postgresql+psycopg://x@h:port/x", "sqlite+none:///x"):
        with pytest.raises(DefinitionError) as caught:
            Crm.open(url)
        assert caught.value.code == "url"
    with pytest.raises(DefinitionError, match="mysql") as caught:
        SqlAlchemyStore(_dialect_of("mysql"))
    assert caught.value.code == "dialect"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"key": 1}', '{"key": [], "indexes": [1]}'])
def test_a_damaged_declaration_is_named_and_no_row_is_read(engine: sa.Engine, text: str) -> None:
    with engine.begin() as connection:
        connection.execute(sa.update(TABLES.kinds).values(declared=text))
    fresh = build_tables(sa.MetaData(), kinds=(THINGS, LINES))  # remembers nothing
    with pytest.raises(StorageError) as caught:
        SqlAlchemyStore(engine, tables=fresh).tenant("main").scan(THINGS)
    assert caught.value.code == "damaged_row"


def test_a_driver_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg2", None)  # as if it were not there
    with pytest.raises(DefinitionError, match="'psycopg2'") as caught:
        Crm.open("postgresql+psycopg2://localhost/shop")
    assert caught.value.code == "url"


def _dialect_of(name: str) -> sa.Engine:
    made = sa.create_engine("sqlite://")
    made.dialect.name = name
    return made


def test_nothing_of_a_row_is_in_the_error_when_a_statement_fails(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE ecrm_thing ADD CHECK (name <> 'canary-5f1e')")
    assert code(engine) == "storage_unavailable"


def test_a_row_somebody_else_wrote_meanwhile_is_never_written_over(engine: sa.Engine) -> None:
    """A set takes its number late; one that took it earlier and is committed later tries again."""
    store = SqlAlchemyStore(engine, tables=TABLES).tenant("main")
    thing = Thing(source="s", name="a")
    with engine.begin() as connection:
        ahead = sa.update(TABLES.of(THINGS).table).values(version=10**9)
        store.apply(ChangeSet(puts=(Put(THINGS, thing),)))
        connection.execute(ahead)
    with pytest.raises(ConflictError):
        store.apply(ChangeSet(puts=(Put(THINGS, evolve(thing, note="older")),)))
    (row,) = store.scan(THINGS).rows
    assert (row.value, row.version) == (thing, 10**9)


def _fill_many(store: Store, letter: str) -> None:
    for number in range(20):
        fill(store, [f"{letter}{number}"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no processes are forked here")
def test_a_forked_child_takes_connections_of_its_own(postgres: Postgres) -> None:
    """A server that loads the shop and then forks its workers."""
    with SqlAlchemyStore.open(postgres.fresh()) as opened:
        store = opened.tenant("main")
        fill(store, "a")
        child = multiprocessing.get_context("fork").Process(target=_fill_many, args=(store, "b"))
        child.start()
        _fill_many(store, "c")
        child.join()
        assert child.exitcode == 0
        assert len(names(store)) == 41


@pytest.mark.parametrize("encoding", ["LATIN1", "EUC_KR"])
def test_a_database_that_cannot_hold_every_text_is_refused(
    postgres: Postgres, encoding: str
) -> None:
    url = postgres.fresh(more=f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'")
    with SqlAlchemyStore.open(url) as opened:
        for call in (partial(fill, opened.tenant("main"), "a"), opened.create):
            with pytest.raises(DefinitionError, match=encoding) as caught:
                call()
            assert caught.value.code == "encoding"


def test_a_connection_of_another_encoding_is_refused_without_its_text(engine: sa.Engine) -> None:
    latin = sa.create_engine(engine.url, connect_args={"client_encoding": "LATIN1"})
    with pytest.raises(DefinitionError) as caught:
        fill(SqlAlchemyStore(latin, tables=TABLES).tenant("main"), "\ud55c")
    assert caught.value.code == "encoding"
    assert caught.value.__suppress_context__
    latin.dispose()


def test_a_closed_store_refuses_and_closing_twice_is_harmless(
    engine: sa.Engine, tmp_path: Path
) -> None:
    store = SqlAlchemyStore.open(f"sqlite:///{tmp_path / 'shop.db'}")
    handle = store.tenant("main")
    fill(handle, "a")
    for _ in "12":
        store.close()
    for call in (partial(fill, handle, "b"), partial(names, handle)):
        with pytest.raises(StorageUnavailable) as caught:
            call()
        assert caught.value.code == "closed"
    host = SqlAlchemyStore(engine, tables=TABLES)  # on the engine of a host, which stays open
    host.close()
    assert names(host.tenant("main")) == []
