"""Profiles in a table of the host's own: written with every change, and only what fits."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ecrm_core import Crm
from ecrm_core.adapters.sqlalchemy import (
    Projection,
    SqlAlchemyStore,
    begin_immediate,
    build_tables,
)
from ecrm_core.adapters.sqlalchemy.projecting import Projecting
from ecrm_core.crm import Settings
from ecrm_core.customers import (
    PROFILES,
    Attribute,
    AttributeSchema,
    AttributeType,
    FieldMap,
    SourceKey,
    home_id,
)
from ecrm_core.errors import ConflictError, DefinitionError, StorageUnavailable
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, FixedClock, Put, RequestKey
from ecrm_core.ports import Page
from ecrm_core.sources import generic, shopify
from tests.postgres import Postgres

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
ROLES = {
    "crm_id": "id",
    "name": "full_name",
    "email": "email",
    "email2": "email",
    "born": "birth_date",
    "seen": "updated_at",
    "shoes": "attribute:shoes",
}
META = sa.MetaData()
TABLES = build_tables(META)
CARDS = sa.Table(
    "cards",
    META,
    sa.Column("crm_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("email2", sa.Text),
    sa.Column("born", sa.Date),
    sa.Column("seen", sa.DateTime(timezone=True)),
    sa.Column("shoes", sa.Text),
    sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.current_timestamp()),
)
SHARED = sa.Table(
    "shared",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("shop", sa.Text, nullable=False),
    sa.Column("crm_id", sa.Text, nullable=False),
    sa.Column("email", sa.Text),
    sa.UniqueConstraint("shop", "crm_id"),
)
PROJECTION = Projection(CARDS, ROLES)
BY_SHOP = Projection(SHARED, {"crm_id": "id", "email": "email"}, tenant_column="shop")
SCHEMA = AttributeSchema({"shoes": Attribute(AttributeType.INTEGER)})
SETTINGS = Settings(clock=FixedClock(NOW), attributes=SCHEMA, secret=b"an invented secret")


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    if request.param == "sqlite":
        made = begin_immediate(sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}"))
    else:
        postgres: Postgres = request.getfixturevalue("postgres")
        made = sa.create_engine(postgres.fresh())
    META.create_all(made)
    yield made
    made.dispose()


def crm_on(bind: sa.Engine | sa.Connection | Session, tenant: str = "main") -> Crm:
    store = SqlAlchemyStore(bind, tables=TABLES, projections=[PROJECTION, BY_SHOP])
    return Crm(store, tenant=tenant, settings=SETTINGS)


def take(crm: Crm, *people: Mapping[str, object]) -> None:
    crm.ingest(shopify.read(json.dumps(people).encode(), received_at=NOW))


def rows(engine: sa.Engine, table: sa.Table = CARDS) -> list[dict[str, Any]]:
    with engine.connect() as connection:
        found = connection.execute(sa.select(table).order_by(table.c.email)).mappings()
        return [{name: row[name] for name in row if name != "made_at"} for row in found]


def person(number: int, **more: object) -> dict[str, object]:
    return {"id": number, "email": f"p{number}@example.com", "first_name": "Ann", **more}


def test_a_row_holds_what_the_profile_says_in_the_types_of_its_columns(engine: sa.Engine) -> None:
    crm = crm_on(engine)
    told = {"no": "1", "name": "Ann Reed", "mail": "a@example.com", "work": "w@example.com",
            "born": "1990-02-03", "shoes": "42", "at": "2026-04-01T10:00:00Z"}  # fmt: skip
    fields = FieldMap({"no": "id", "name": "full_name", "mail": "email", "work": "email",
                       "born": "birth_date", "shoes": "attribute:shoes",
                       "at": "updated_at"})  # fmt: skip
    crm.ingest(
        generic.read_rows([told], fields=fields, source="till", received_at=NOW, schema=SCHEMA)
    )
    (row,) = rows(engine)
    assert row | {"seen": row["seen"].replace(tzinfo=UTC)} == {
        "crm_id": home_id("main", SourceKey("till", "1")),
        "name": "Ann Reed",
        "email": "a@example.com",
        "email2": "w@example.com",
        "born": date(1990, 2, 3),
        "seen": datetime(2026, 4, 1, 10, tzinfo=UTC),
        "shoes": "42",
    }


def test_what_is_corrected_is_corrected_in_the_row_and_what_is_emptied_is_null(
    engine: sa.Engine,
) -> None:
    crm = crm_on(engine)
    take(crm, person(1))
    crm.correct("shopify/1", "birth_on", date(1980, 1, 1), by="anna")
    assert rows(engine)[0]["born"] == date(1980, 1, 1)
    crm.correct("shopify/1", "birth_on", None, by="anna")
    assert rows(engine)[0]["born"] is None


def test_a_merge_leaves_the_winners_row_and_its_undo_brings_both_back(engine: sa.Engine) -> None:
    crm = crm_on(engine)
    take(crm, person(1), person(2))
    before = rows(engine)
    undo = crm.merge("shopify/1", "shopify/2", by="anna")
    (row,) = rows(engine)
    assert row["crm_id"] == undo.winner == crm.resolve("shopify/2")
    assert {row["email"], row["email2"]} == {"p1@example.com", "p2@example.com"}
    crm.unmerge(undo, by="anna")
    assert rows(engine) == before


def test_an_erased_customer_leaves_no_row(engine: sa.Engine) -> None:
    crm = crm_on(engine)
    take(crm, person(1), person(2), person(3))
    crm.merge("shopify/1", "shopify/2", by="anna")
    crm.erase("shopify/2", by="anna", reason="she asked")
    assert [row["email"] for row in rows(engine)] == ["p3@example.com"]


def test_what_the_host_rolls_back_is_not_in_the_row(engine: sa.Engine) -> None:
    take(crm_on(engine), person(1))
    with Session(engine) as session:
        crm_on(session).correct("shopify/1", "birth_on", date(1980, 1, 1), by="anna")
        inside = session.execute(sa.select(CARDS.c.born)).scalar()
        session.rollback()
    assert (inside, rows(engine)[0]["born"]) == (date(1980, 1, 1), None)


def test_a_set_that_is_refused_or_replayed_leaves_the_rows_alone(engine: sa.Engine) -> None:
    crm = crm_on(engine)
    delivery = shopify.read(json.dumps([person(1)]).encode(), received_at=NOW)
    changes = crm.dry_run.ingest(delivery).keyed(RequestKey.of("k", {}, NOW))
    crm.store.apply(changes)
    profile = crm.view("shopify/1").profile
    with engine.begin() as connection:
        connection.execute(sa.delete(CARDS))
    assert crm.store.apply(changes).replayed
    stale = ChangeSet(
        puts=(Put(PROFILES, profile),), expects=(Expect(PROFILES, (profile.id,), ABSENT),)
    )
    with pytest.raises(ConflictError):
        crm.store.apply(stale)
    assert rows(engine) == []


def test_tenants_share_a_table_that_has_a_column_for_them_and_no_other(engine: sa.Engine) -> None:
    take(crm_on(engine), person(1))
    take(crm_on(engine, "acme"), person(2))
    assert [row["email"] for row in rows(engine)] == ["p1@example.com"]
    assert [(row["shop"], row["email"]) for row in rows(engine, SHARED)] == [
        ("main", "p1@example.com"),
        ("acme", "p2@example.com"),
    ]
    crm_on(engine, "acme").store.apply(
        ChangeSet(drops=(Drop(PROFILES, (crm_on(engine, "acme").resolve("shopify/2"),)),))
    )
    assert [row["shop"] for row in rows(engine, SHARED)] == ["main"]


def test_a_table_that_is_not_there_is_told_without_a_value(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("drop table cards"))
    with pytest.raises(StorageUnavailable) as caught:
        take(crm_on(engine), person(1))
    assert "p1@" not in repr(caught.value)
    assert caught.value.__suppress_context__


# ---------------------------------------------------------------- for customers there are


@pytest.fixture
def store(engine: sa.Engine) -> SqlAlchemyStore:
    """Nine customers of before the projection, and three rows that are no customer's."""
    store = SqlAlchemyStore(engine, tables=TABLES)
    take(Crm(store, settings=SETTINGS), *map(person, range(1, 10)))
    take(Crm(store, tenant="acme", settings=SETTINGS), person(20))
    with engine.begin() as connection:
        strange = [{"crm_id": id_, "email": "x@example.com"} for id_ in ("a", "cus_8", "z")]
        connection.execute(sa.insert(CARDS), strange)
        connection.execute(sa.insert(SHARED), [{**row, "shop": "acme"} for row in strange])
    return store


@pytest.mark.parametrize("page", [1, 2, 4, 500])
def test_all_customers_are_projected_and_strangers_removed(
    engine: sa.Engine, store: SqlAlchemyStore, page: int
) -> None:
    done = store.tenant("main").project_all(PROJECTION, page=page)
    assert (done.written, done.removed, done.after) == (9, 3, None)
    assert [row["email"] for row in rows(engine)] == [f"p{n}@example.com" for n in range(1, 10)]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_strangers_go_whatever_order_the_column_of_the_host_has(
    engine: sa.Engine, store: SqlAlchemyStore, page: int
) -> None:
    with engine.begin() as connection:  # in a language "a" < "B" < "c", by code point "B" < "a"
        connection.execute(
            sa.insert(CARDS), [{"crm_id": id_} for id_ in [*"BcDeZ", "cus_x", "Cus_x"]]
        )
    store.tenant("main").project_all(PROJECTION, page=page)
    assert len(rows(engine)) == 9


def test_a_projection_by_tenant_leaves_the_others_alone(
    engine: sa.Engine, store: SqlAlchemyStore
) -> None:
    store.tenant("main").project_all(BY_SHOP, page=2)
    strangers = [row for row in rows(engine, SHARED) if row["shop"] == "acme"]
    assert len(strangers) == 3
    store.tenant("acme").project_all(BY_SHOP, page=2)
    assert {row["shop"] for row in rows(engine, SHARED)} == {"main", "acme"}
    assert len(rows(engine, SHARED)) == 10


def test_what_was_stopped_goes_on_where_it_ended(engine: sa.Engine, store: SqlAlchemyStore) -> None:
    handle = store.tenant("main")
    first = handle.project_all(PROJECTION, page=2, progress=lambda done: done.written < 4)
    assert first.after is not None
    assert 4 <= first.written < 9
    rest = handle.project_all(PROJECTION, page=2, after=first.after)
    assert (first.written + rest.written, rest.after) == (9, None)
    assert len(rows(engine)) == 9


def test_a_customer_changed_while_her_page_is_written_is_written_as_she_is_then(
    engine: sa.Engine, store: SqlAlchemyStore
) -> None:
    handle = store.tenant("main")
    crm = Crm(store, settings=SETTINGS)

    class Slow:
        """A handle on which somebody else is at work between its reading and its writing."""

        tenant = handle.tenant
        changed = False

        def scan(self, *given: Any, **named: Any) -> Page[Any]:  # noqa: ANN401
            page = handle.scan(*given, **named)
            if not self.changed:
                self.changed = True
                crm.correct("shopify/1", "birth_on", date(1980, 1, 1), by="anna")
            return page

    work = Projecting(Slow(), handle._database, PROJECTION, 500)  # type: ignore[arg-type]
    work.run("", None)
    assert rows(engine)[0]["born"] == date(1980, 1, 1)


def test_a_projection_of_another_tenant_is_refused(store: SqlAlchemyStore) -> None:
    with pytest.raises(DefinitionError) as caught:
        store.tenant("acme").project_all(PROJECTION)
    assert caught.value.code == "projection"
