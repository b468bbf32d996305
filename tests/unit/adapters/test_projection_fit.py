"""What does not fit a host's table is refused when a projection is defined, not at an intake."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ecrm_core.adapters.sqlalchemy import Projection
from ecrm_core.errors import DefinitionError, UnknownName


def table(*columns: sa.schema.SchemaItem) -> sa.Table:
    key = sa.Column("crm_id", sa.Text, primary_key=True)
    return sa.Table("cards", sa.MetaData(), key, *columns)


MISFITS: dict[str, tuple[list[Any], dict[str, str]]] = {
    "no such column": ([], {"email": "email"}),
    "a length": ([sa.Column("email", sa.String(80))], {"email": "email"}),
    "a number": ([sa.Column("email", sa.Integer)], {"email": "email"}),
    "a closed list": ([sa.Column("email", sa.Enum("a", "b", name="e"))], {"email": "email"}),
    "text as a date": ([sa.Column("name", sa.Date)], {"name": "full_name"}),
    "no type at all": ([sa.Column("born", sa.types.NullType())], {"born": "birth_date"}),
    "a date as an instant": ([sa.Column("seen", sa.Date)], {"seen": "updated_at"}),
    "an instant without a zone": ([sa.Column("seen", sa.DateTime)], {"seen": "updated_at"}),
    "must be filled": ([sa.Column("email", sa.Text, nullable=False)], {"email": "email"}),
    "must be unique": ([sa.Column("email", sa.Text, unique=True)], {"email": "email"}),
    "unique among some": (
        [sa.Column("email", sa.Text),
         sa.Index("one", "email", unique=True, postgresql_where=sa.text("true"))],
        {"email": "email"},
    ),
    "unique with another": (
        [sa.Column("email", sa.Text), sa.Column("name", sa.Text),
         sa.UniqueConstraint("email", "name")],
        {"email": "email"},
    ),
    "the host's to fill": (
        [sa.Column("email", sa.Text), sa.Column("password", sa.Text, nullable=False)],
        {"email": "email"},
    ),
    "no part of a profile": (
        [sa.Column("ok", sa.Text)], {"ok": "consent:email:marketing"}
    ),
}  # fmt: skip


@pytest.mark.parametrize("misfit", MISFITS)
def test_a_column_that_does_not_fit_is_refused_at_once(misfit: str) -> None:
    columns, roles = MISFITS[misfit]
    with pytest.raises(DefinitionError) as caught:
        Projection(table(*columns), {"crm_id": "id", **roles})
    assert caught.value.code == "projection"
    assert "'cards'" in caught.value.message


def test_a_key_has_to_be_mapped_and_unique() -> None:
    meta = sa.MetaData()
    loose = sa.Table("loose", meta, sa.Column("crm_id", sa.Text), sa.Column("email", sa.Text))
    partly = sa.Table("partly", meta, sa.Column("crm_id", sa.Text), sa.Column("email", sa.Text))
    sa.Index("some", partly.c.crm_id, unique=True, postgresql_where=partly.c.email.is_not(None))
    for held in (loose, partly):
        with pytest.raises(DefinitionError, match="to be unique"):
            Projection(held, {"crm_id": "id", "email": "email"})
    with pytest.raises(DefinitionError, match="no column of the role 'id'"):
        Projection(loose, {"email": "email"})
    with pytest.raises(DefinitionError, match="to be unique"):
        Projection(table(sa.Column("shop", sa.Text)), {"crm_id": "id"}, tenant_column="shop")


def test_a_role_that_is_none_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        Projection(table(), {"crm_id": "id", "email": "emial"})
    assert "email" in caught.value.near


def test_a_model_stands_for_its_table_and_nothing_else_does() -> None:
    class Base(DeclarativeBase):
        pass

    class Card(Base):
        __tablename__ = "cards"
        id: Mapped[int] = mapped_column(primary_key=True)
        crm_id: Mapped[str] = mapped_column(unique=True)
        email: Mapped[str | None]

    assert Projection(Card, {"crm_id": "id", "email": "email"}).table is Card.__table__
    with pytest.raises(DefinitionError, match="found str"):
        Projection("cards", {"crm_id": "id"})
