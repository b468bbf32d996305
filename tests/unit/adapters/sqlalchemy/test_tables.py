"""Tables: plain SQLAlchemy metadata, built of the Kinds and nothing else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from attrs import frozen
from sqlalchemy.dialects import postgresql

from ecrm_core.adapters.sqlalchemy import build_tables
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Index, Kind
from ecrm_core.ports import KINDS
from ecrm_core.subscriptions import SUBSCRIPTIONS, UNREAD_SUBSCRIPTIONS
from ecrm_core.testing.contracts.sample import THINGS


@frozen(kw_only=True)
class Part:
    key: str


@frozen(kw_only=True)
class Odd:
    """Attributes named like the columns every table has, and two that read alike."""

    version: str
    tenant: str | None = None
    key: Part
    key_key: str | None = None


ODD = Kind(
    name="odd" * 13,
    of=Odd,
    key=("version", "key.key"),
    indexes=(Index("tenant", ("tenant", "key_key")), Index("a" * 40, ("key_key",))),
    owner="tests",
)


def ddl(table: sa.Table) -> str:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    made: list[sa.schema.ExecutableDDLElement] = [sa.schema.CreateTable(table)]
    made += [*map(sa.schema.CreateIndex, sorted_indexes(table))]
    return "\n".join(str(statement.compile(dialect=dialect)) for statement in made)


def sorted_indexes(table: sa.Table) -> list[sa.Index]:
    return sorted(table.indexes, key=lambda index: str(index.name))


def test_every_kind_has_a_table_on_the_callers_metadata() -> None:
    metadata = sa.MetaData()
    build_tables(metadata, prefix="crm_", schema="shop")
    names = {f"shop.crm_{kind.name}" for kind in KINDS}
    assert set(metadata.tables) == names | {"shop.crm__kinds", "shop.crm__sequence"}


def test_texts_compare_by_code_point_and_bodies_are_json() -> None:
    text = ddl(build_tables(sa.MetaData(), kinds=(THINGS,)).of(THINGS).table)
    columns = ("tenant", "source", "name", "owner", "shade", "at")
    for column in columns:
        assert f'{column} TEXT COLLATE "C"' in text
    assert text.count('COLLATE "C"') == len(columns)
    assert "body JSON NOT NULL" in text


def test_the_index_of_due_work_leaves_out_what_has_no_next_action() -> None:
    text = ddl(build_tables(sa.MetaData()).of(SUBSCRIPTIONS).table)
    assert "(tenant, next_action_at, id) WHERE next_action_at IS NOT NULL" in text


def test_an_index_the_primary_key_serves_is_not_made_twice() -> None:
    kind = Kind(
        name="piece",
        of=Part,
        key=("key",),
        indexes=(Index("by_key", ("key",)),),
        owner="tests",
    )
    assert not build_tables(sa.MetaData(), kinds=(kind,)).of(kind).table.indexes


def test_names_never_collide_and_are_never_cut() -> None:
    table = build_tables(sa.MetaData(), kinds=(ODD,)).of(ODD).table
    own, theirs = {"tenant", "version", "format", "body"}, {"version_", "key_key", "tenant_"}
    assert set(table.c.keys()) == own | theirs | {"key_key_"}
    assert len({index.name for index in table.indexes}) == 2
    assert all(len(str(index.name)) <= 63 for index in table.indexes)


@pytest.mark.parametrize("name", ["a b", 'x"', "x;", "é", "1x", "x" * 42, "a.b"])
def test_a_prefix_or_schema_that_is_no_plain_name_is_refused(name: str) -> None:
    for given in ({"prefix": name}, {"schema": name}):
        with pytest.raises(DefinitionError):
            build_tables(sa.MetaData(), **given)  # type: ignore[arg-type]


def test_a_kind_without_a_table_is_refused_by_name() -> None:
    tables = build_tables(sa.MetaData(), kinds=(THINGS,))
    with pytest.raises(DefinitionError, match=ODD.name):
        tables.of(ODD)


def test_a_kind_that_reads_the_rows_of_another_has_its_table() -> None:
    tables = build_tables(sa.MetaData())
    before = len(tables.everything())
    assert tables.of(UNREAD_SUBSCRIPTIONS).table.name == tables.of(SUBSCRIPTIONS).table.name
    assert tables.of(UNREAD_SUBSCRIPTIONS).kind is UNREAD_SUBSCRIPTIONS
    assert len(tables.everything()) == before
    with pytest.raises(DefinitionError):
        tables.of(THINGS)
