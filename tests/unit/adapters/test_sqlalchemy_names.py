"""A prefix and a schema are plain names or refused; whatever they are, tables are found by them."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st

from ecrm_core.adapters.sqlalchemy import SqlAlchemyStore, begin_immediate, build_tables
from ecrm_core.errors import DefinitionError
from ecrm_core.testing.contracts import SAMPLE_KINDS
from ecrm_core.testing.contracts.sample import THINGS, fill, names
from tests.postgres import Postgres

PLAIN = ["", "_", "crm_", "Order", "select_", "x" * 41]


@given(st.text(max_size=45) | st.from_regex(r"[a-zA-Z0-9_$.; \-\"'%:\\]{1,45}"))
@example("a" * 42)
@example("1a")
@example("a\n")
@example('a"; DROP TABLE x; --')
def test_a_name_that_is_not_plain_is_refused(name: str) -> None:
    plain = name.isascii() and (not name or name.isidentifier()) and len(name) <= 41
    for given_name in ({"prefix": name}, {"schema": name}):
        told = nullcontext() if plain else pytest.raises(DefinitionError, match="no plain name")
        with told:
            build_tables(sa.MetaData(), kinds=SAMPLE_KINDS, **given_name)


@pytest.mark.parametrize("prefix", PLAIN)
def test_tables_work_under_any_plain_prefix(prefix: str, tmp_path: Path) -> None:
    engine = begin_immediate(sa.create_engine(f"sqlite:///{tmp_path / 'shop.db'}"))
    write_and_read(engine, prefix, schema=None)


@pytest.mark.parametrize("prefix", PLAIN)
def test_tables_work_under_any_plain_prefix_and_schema(prefix: str, postgres: Postgres) -> None:
    engine = sa.create_engine(postgres.fresh())
    with engine.begin() as connection:
        connection.execute(sa.schema.CreateSchema("Select"))
    write_and_read(engine, prefix, schema="Select")


def write_and_read(engine: sa.Engine, prefix: str, *, schema: str | None) -> None:
    tables = build_tables(sa.MetaData(), prefix=prefix, schema=schema, kinds=SAMPLE_KINDS)
    store = SqlAlchemyStore(engine, tables=tables)
    store.create()
    fill(store.tenant("main"), "ab")
    assert names(store.tenant("main")) == ["a", "b"]
    assert len(store.tenant("main").find_many(THINGS, "owner", [("ann",)])) == 1
    engine.dispose()
