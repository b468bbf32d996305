"""What happens to a file: locked, full, read-only, foreign, newer, moved, forked."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ecrm_core import Crm
from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.adapters.sqlite.table import table_of
from ecrm_core.errors import DefinitionError, StorageError, StorageUnavailable
from ecrm_core.kernel import ChangeSet, Kind, Put
from ecrm_core.ports.span import span_of
from ecrm_core.sources import shopify
from ecrm_core.testing.contracts.sample import THINGS, Thing, fill, names


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@contextmanager
def raw(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield connection


@contextmanager
def refused(code: str, path: Path) -> Iterator[None]:
    with pytest.raises(StorageError) as caught:
        yield
    assert caught.value.code == code
    assert path.name in caught.value.message


def test_a_store_locked_by_another_connection_says_so_and_works_afterwards(path: Path) -> None:
    with SqliteStore(path, busy_timeout=0.05) as opened, raw(path) as other:
        fill(opened.tenant("main"), "a")
        other.execute("BEGIN IMMEDIATE")
        with refused("locked", path):
            fill(opened.tenant("main"), "b")
        assert names(opened.tenant("main")) == ["a"]  # reading does not wait
        other.execute("ROLLBACK")
        fill(opened.tenant("main"), "b")
        assert names(opened.tenant("main")) == ["a", "b"]


def test_a_full_store_keeps_what_it_had_and_stays_usable(path: Path) -> None:
    with SqliteStore(path, max_pages=60) as opened:
        store = opened.tenant("main")
        fill(store, "a", note="kept")
        before = store.scan(THINGS)
        with refused("full", path):
            fill(store, map(str, range(1_000)), note="x" * 1_000)
        assert store.scan(THINGS) == before
        fill(store, "b")
        assert names(store) == ["a", "b"]
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), map(str, range(1_000)), note="x" * 1_000)


def test_a_file_that_may_not_be_written_can_be_read() -> None:
    if not hasattr(os, "geteuid"):
        pytest.skip("file modes of POSIX")
    folder = Path(tempfile.mkdtemp())  # pytest's own folders are closed to the other user
    try:
        folder.chmod(0o777)
        _as_a_reader(folder / "shop.db")
    finally:
        shutil.rmtree(folder)


def _as_a_reader(path: Path) -> None:
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), "a")
    path.chmod(0o444)
    with user_without_rights(), SqliteStore(path) as opened:
        assert names(opened.tenant("main")) == ["a"]
        with refused("read_only", path):
            fill(opened.tenant("main"), "b")
        assert names(opened.tenant("main")) == ["a"]
    path.parent.chmod(0o555)
    with user_without_rights(), refused("read_only", path), SqliteStore(path) as opened:
        fill(opened.tenant("main"), "b")
    path.parent.chmod(0o777)


@contextmanager
def user_without_rights() -> Iterator[None]:
    """Root may write anything: be somebody else for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_newer_store_is_refused_and_left_as_it_is(path: Path) -> None:
    SqliteStore(path).close()
    with raw(path) as other:
        other.execute("PRAGMA user_version=2")
    before = path.read_bytes()
    with refused("newer_format", path):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_what_is_no_store_is_refused_and_left_as_it_is(path: Path) -> None:
    path.write_bytes(b"name,email\nKim,kim@example.kr\n" * 100)
    before = path.read_bytes()
    with refused("not_a_store", path):
        SqliteStore(path)
    assert path.read_bytes() == before
    path.unlink()
    with raw(path) as other:
        other.execute("CREATE TABLE theirs (a)")
    before = path.read_bytes()
    with refused("not_a_store", path):
        SqliteStore(path)
    assert path.read_bytes() == before
    path.unlink()
    path.mkdir()
    with refused("not_a_store", path):
        SqliteStore(path)


def test_a_damaged_store_is_unreadable(path: Path) -> None:
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), map(str, range(500)))
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with SqliteStore(path) as opened, refused("unreadable", path):
        opened.tenant("main").scan(THINGS)


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM ecrm_store",
        "UPDATE ecrm_kind SET indexes='x'",
        "UPDATE ecrm_kind SET key='5'",
        "UPDATE ecrm_kind SET format='x'",
        "UPDATE k_thing SET body=''",
    ],
)
def test_a_damaged_row_is_named(path: Path, damage: str) -> None:
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), "a")
    with raw(path) as other:
        other.execute(damage)
    with SqliteStore(path) as opened, pytest.raises(StorageError) as caught:
        opened.tenant("main").scan(THINGS)
    assert caught.value.code == "damaged_row"


def test_a_customer_without_her_row_is_damage(path: Path) -> None:
    with Crm.open(path) as crm:
        crm.ingest(shopify.read(b'[{"id": 1}]', received_at=crm.now()))
    with raw(path) as other:
        other.execute("UPDATE k_home SET body=json_set(body, '$.root_id', 'cus_x')")
        other.execute("UPDATE k_home SET x_by_root_0='cus_x'")
    with Crm.open(path) as crm, pytest.raises(StorageError) as caught:
        crm.view("shopify/1")
    assert caught.value.code == "damaged_row"


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.touch()
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), "a")


def test_a_missing_folder_and_a_missing_name_are_told_apart(path: Path) -> None:
    with refused("gone", path):
        SqliteStore(path.parent / "nowhere" / "shop.db")
    with refused("gone", path.parent / ("x" * 300)):
        SqliteStore(path.parent / ("x" * 300))
    for wrong in ("", ":memory:", "a\0b", "\ud800"):
        with pytest.raises(DefinitionError):
            SqliteStore(wrong)


def test_a_file_taken_away_is_noticed_before_anything_is_written_into_nowhere(path: Path) -> None:
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), "a")
        path.rename(path.with_name("moved.db"))
        with refused("gone", path):
            fill(opened.tenant("main"), "b")
        path.with_name("moved.db").rename(path)
        fill(opened.tenant("main"), "b")
        assert names(opened.tenant("main")) == ["a", "b"]


def test_a_closed_store_refuses(path: Path) -> None:
    opened = SqliteStore(path)
    store = opened.tenant("main")
    opened.close()
    opened.close()
    with refused("closed", path):
        store.scan(THINGS)


def test_a_driver_error_is_the_cause_of_ours(path: Path) -> None:
    path.write_bytes(b"x" * 5_000)
    with pytest.raises(StorageUnavailable) as caught:
        SqliteStore(path)
    assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)


def test_the_path_is_named_as_the_caller_gave_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.db").write_bytes(b"x" * 5_000)
    with pytest.raises(StorageUnavailable, match=r"the store 'other\.db' is no store"):
        SqliteStore("other.db")


def test_an_erased_value_is_not_in_the_file(path: Path) -> None:
    secret = "canary-of-kim"
    with SqliteStore(path) as opened:
        store = opened.tenant("main")
        fill(store, map(str, range(200)), note=secret)
        fill(store, map(str, range(200)))
    assert secret.encode() not in path.read_bytes()


@pytest.mark.parametrize(
    "begin",
    ["BEGIN; SELECT count(*) FROM k_thing", "BEGIN IMMEDIATE"],
    ids=["somebody reads", "somebody writes"],
)
def test_compact_says_that_somebody_is_in_its_way_and_cleans_the_files_afterwards(
    path: Path, begin: str
) -> None:
    secret = "canary-of-kim"
    with SqliteStore(path, busy_timeout=0.05) as opened, raw(path) as other:
        fill(opened.tenant("main"), map(str, range(200)), note=secret)
        for statement in begin.split(";"):
            other.execute(statement).fetchall()
        with suppress(StorageUnavailable):  # nobody writes beside a writer
            fill(opened.tenant("main"), map(str, range(200)))
        with refused("blocked", path):
            opened.compact()
        other.execute("ROLLBACK")
        fill(opened.tenant("main"), map(str, range(200)))
        opened.compact()
        assert names(opened.tenant("main")) == sorted(map(str, range(200)))
        held = [file for file in path.parent.iterdir() if secret.encode() in file.read_bytes()]
        assert held == []


def test_every_write_is_durable_and_alone(path: Path) -> None:
    with SqliteStore(path) as opened, opened._file.reading() as connection:
        asked = ("journal_mode", "synchronous", "secure_delete", "application_id")
        found = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in asked]
    assert found == ["wal", 2, 1, 0x6563726D]


def test_programs_with_and_without_an_index_may_take_turns(path: Path) -> None:
    bare = Kind(name="thing", of=Thing, key=THINGS.key, owner="testing")
    with SqliteStore(path) as older, SqliteStore(path) as newer:
        for turn in range(3):
            put = Put(bare, Thing(source="s", name=f"older {turn}", owner="ann"))
            older.tenant("main").apply(ChangeSet(puts=(put,)))
            put = Put(THINGS, Thing(source="s", name=f"newer {turn}", owner="ann"))
            newer.tenant("main").apply(ChangeSet(puts=(put,)))
            found = newer.tenant("main").find_many(THINGS, "owner", [("ann",)])
            assert len(found[("ann",)]) == 2 * (turn + 1)


def test_a_kind_whose_key_changed_is_refused(path: Path) -> None:
    other = Kind(name="thing", of=Thing, key=("name", "source"), owner="testing")
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), "a")
        for attempt in (
            opened.tenant("main").scan,
            lambda k: opened.tenant("main").get_many(k, [("a", "b")]),
        ):
            with pytest.raises(DefinitionError):
                attempt(other)


def test_every_question_is_answered_from_an_index_in_order(path: Path) -> None:
    questions: list[dict[str, Any]] = [
        {"index": index, "within": ("s",) * width, "after": after, "starts": starts}
        for index, columns in ((None, 2), ("owner", 3), ("shade", 4))
        for width in range(columns)
        for after in (None, ("s",) * columns)
        for starts in (None, "s")
    ]
    table = table_of(THINGS)
    with SqliteStore(path) as opened:
        fill(opened.tenant("main"), map(str, range(500)))
        with opened._file.reading() as connection:
            for question in questions:
                sql, values = table.page(question["index"], span_of(THINGS, **question, limit=10))
                assert searched(connection, sql, values), (question, sql)
            for columns in (table.key, *table.indexes.values()):
                sql = table.among(columns, "version", 8)
                assert searched(connection, sql, ["s"] * (len(columns) + 7))


def searched(connection: sqlite3.Connection, sql: str, values: list[object]) -> bool:
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", [1, *values]).fetchall()
    return [step[3].split()[0] for step in plan] == ["SEARCH"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_has_a_connection_of_its_own(path: Path) -> None:
    with SqliteStore(path) as opened:
        store = opened.tenant("main")
        fill(store, "a")
        inherited = opened._file._connection
        child = os.fork()
        if child == 0:
            fill(store, "b")
            os._exit(0 if opened._file._connection is not inherited else 1)
        assert os.waitpid(child, 0)[1] == 0
        fill(store, "c")
        assert names(store) == ["a", "b", "c"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_write_of_another_thread_does_not_hang(path: Path) -> None:
    with SqliteStore(path) as opened:
        store = opened.tenant("main")
        fill(store, "a")
        with opened._file.writing():
            child = os.fork()
            if child == 0:
                os._exit(0 if names(store) == ["a"] else 1)
            assert os.waitpid(child, 0)[1] == 0


def test_stores_opened_at_once_on_a_new_file_agree(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for attempt in range(10):
        path = tmp_path / f"{attempt}.db"
        with ThreadPoolExecutor(8) as pool:
            opened = list(pool.map(lambda _, p=path: SqliteStore(p), range(8)))
        for at, store in enumerate(opened):
            fill(store.tenant("main"), [str(at)])
        assert names(opened[0].tenant("main")) == [str(at) for at in range(8)]
        for store in opened:
            store.close()
