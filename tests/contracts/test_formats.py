"""Stores of former versions open, are read whole and go on; those of later ones are refused."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from ecrm_core import Crm
from ecrm_core.errors import StorageError
from ecrm_core.kernel import FixedClock, Kind
from ecrm_core.ports import KINDS, Store
from tests.derived import check_derived, rows
from tests.formats.filled import AT, PLAN, SECRET, people
from tests.postgres import server

FOLDER = Path(__file__).parents[1] / "formats"
LATER = AT + timedelta(days=40)


def load(name: str, folder: Path) -> str:
    """Make the store of a former version, and return where it is."""
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    if name.startswith("sqlite"):
        with closing(sqlite3.connect(folder / "shop.db")) as connection:
            connection.executescript(text)
        return str(folder / "shop.db")
    url = server().fresh()
    with psycopg.connect(libpq(url), autocommit=True) as connection:
        connection.execute(text.encode())
    return url


def libpq(url: str) -> str:
    database = sa.make_url(url).database
    return server().dsn(str(database))


def ids_in(name: str) -> dict[str, str]:
    first = (FOLDER / f"{name}.sql").read_text(encoding="utf-8").splitlines()[0]
    found: dict[str, str] = json.loads(first.removeprefix("-- "))
    return found


@pytest.fixture(params=["sqlite_1", "postgres_1"])
def name(request: pytest.FixtureRequest) -> str:
    if request.param.startswith("postgres"):
        request.getfixturevalue("postgres")
    return str(request.param)


@pytest.fixture
def crm(name: str, tmp_path: Path) -> Iterator[Crm]:
    where = load(name, tmp_path)
    with Crm.open(where, clock=FixedClock(LATER), currency="EUR", secret=SECRET) as crm:
        yield crm


def every(store: Store, kind: Kind[Any]) -> list[Any]:
    return [row.value for row in store.scan(kind, limit=10_000).rows]


def test_every_row_of_every_kind_is_read_and_found_by_each_index(crm: Crm, name: str) -> None:
    text = (FOLDER / f"{name}.sql").read_text(encoding="utf-8")
    for kind in KINDS:
        values = every(crm.store, kind)
        insert = rf'^INSERT INTO (?:public\.ecrm_|"k_){kind.name}"? VALUES'
        written = re.findall(insert, text, re.MULTILINE)
        assert len(values) == len(written), kind  # none of Kinds that came later
        for value in values:
            row = kind.row(value)
            assert crm.store.get_many(kind, [row.key])[row.key].value == value
            for index, entry in row.entries.items():
                if entry is not None:
                    found = crm.store.find_many(kind, index, [entry])[entry]
                    assert value in [held.value for held in found]


def test_what_is_derived_is_what_the_truth_in_it_gives_once_its_keys_are_rebuilt(crm: Crm) -> None:
    crm.rebuild_search_keys()
    check_derived(crm.store)


def test_the_shop_goes_on(crm: Crm, name: str) -> None:
    ids = ids_in(name)
    again = crm.ingest(people(range(1, 9), tag="a", at=AT - timedelta(days=9)), key="a first")
    assert again.replayed
    crm.ingest(people([1, 2], tag="a", at=LATER, family="Lund"))
    crm.correct("shopify/1", "name.family", "Lunde", by="ann")
    crm.undo_last(by="ada")
    crm.unmerge(ids["edge"], by="ann")
    crm.merge("shopify/1", "shopify/7", by="ann")
    crm.run_due()
    sent: list[object] = []
    crm.deliver(charge=sent.append, notice=sent.append, task=sent.append)
    assert sent
    crm.run_matching()
    crm.subscribe("shopify/8", PLAN, by="ann")
    assert crm.view("shopify/1").profile.value("name.family") == "Lunde"
    standing = [e for e in rows(crm.store, _kind("merge_edge")).values() if e.undone_at is None]
    assert len(standing) == 1
    crm.rebuild_search_keys()
    check_derived(crm.store)


def _kind(name: str) -> Kind[Any]:
    return next(kind for kind in KINDS if kind.name == name)


# ---------------------------------------------------------------- later versions


@contextmanager
def untouched(where: str) -> Iterator[None]:
    before = content(where)
    yield
    assert content(where) == before


def content(where: str) -> object:
    if where.startswith("postgres"):
        with psycopg.connect(libpq(where)) as connection:
            listed = "SELECT tablename FROM pg_tables WHERE schemaname='public'"
            tables = sorted(name for (name,) in connection.execute(listed))
            return [
                (table, sorted(map(str, connection.execute(f"SELECT * FROM {table}".encode()))))
                for table in tables
            ]
    return Path(where).read_bytes()


def change(where: str, sql: str) -> None:
    if where.startswith("postgres"):
        with psycopg.connect(libpq(where), autocommit=True) as connection:
            connection.execute(sql.encode())
    else:
        with closing(sqlite3.connect(where, isolation_level=None)) as connection:
            connection.execute(sql)


NEWER = {
    "sqlite_1": ["PRAGMA user_version=2", "UPDATE ecrm_kind SET format=2 WHERE name='home'"],
    "postgres_1": [
        "UPDATE public.ecrm__kinds SET format=2 WHERE name=''",
        "UPDATE public.ecrm__kinds SET format=2 WHERE name='home'",
    ],
}
USES: list[Callable[[Crm], object]] = [
    lambda crm: crm.view("shopify/1"),
    lambda crm: crm.ingest(people([1], tag="a", at=LATER)),
    lambda crm: crm.merge("shopify/1", "shopify/7", by="ann"),
    lambda crm: crm.run_matching(),
]


@pytest.mark.parametrize("what", [0, 1], ids=["layout", "kind"])
def test_a_later_layout_or_kind_is_refused_and_left_as_it_is(
    name: str, what: int, tmp_path: Path
) -> None:
    where = load(name, tmp_path)
    change(where, NEWER[name][what])
    with untouched(where):
        for use in USES:
            with pytest.raises(StorageError) as caught, Crm.open(where, secret=SECRET) as crm:
                use(crm)
            assert caught.value.code == "newer_format"
            assert "version of ecrm_core that" in caught.value.message
            assert caught.value.facts["found"] == 2
