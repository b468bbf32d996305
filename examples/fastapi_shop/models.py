"""Models: the shop's own tables, and those of the CRM beside them on the same metadata."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ecrm_core.adapters.sqlalchemy import build_tables


class Base(DeclarativeBase):
    """What the shop's models are made of."""


class Order(Base):
    """An order as the shop's own pages need it; ``crm_id`` says whose, and never changes."""

    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    shopify_id: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str]
    total: Mapped[Decimal] = mapped_column(sa.Numeric(12, 2))
    currency: Mapped[str]
    recipient: Mapped[str | None]
    crm_id: Mapped[str] = mapped_column(index=True)
    updated_at: Mapped[datetime] = mapped_column(sa.DateTime(timezone=True))


class Message(Base):
    """What the CRM asked the shop to do: charge, mail, call. One row for each key."""

    __tablename__ = "messages"

    key: Mapped[str] = mapped_column(primary_key=True)
    topic: Mapped[str]
    payload: Mapped[dict[str, object]] = mapped_column(sa.JSON)


TABLES = build_tables(Base.metadata)
"""The tables of the CRM."""
