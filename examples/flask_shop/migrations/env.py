"""Alembic's environment: one metadata holds the shop's tables and the CRM's."""

from __future__ import annotations

import os

import sqlalchemy as sa
from alembic import context

from flask_shop.models import Base

engine = sa.create_engine(os.environ["SHOP_DATABASE_URL"], poolclass=sa.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()
