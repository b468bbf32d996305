"""After any history a host's table holds the profiles, each as it stands, and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

from ecrm_core.adapters.sqlalchemy import Projection, SqlAlchemyStore
from ecrm_core.customers import PROFILES
from ecrm_core.ports import Store
from tests.derived import rows
from tests.histories.acts import ACTS, began
from tests.histories.shop import fresh, write_files
from tests.postgres import Postgres
from tests.profile import SEED, size

ROUNDS = size(3, 300)
META = sa.MetaData()
ROLES = {"crm_id": "id", "name": "full_name", "email": "email", "email2": "email",
         "phone": "phone", "brand": "brand", "tags": "tags", "born": "birth_date"}  # fmt: skip


def _table(name: str) -> sa.Table:
    texts = [sa.Column(column, sa.Text) for column in list(ROLES)[1:-1]]
    key, born = sa.Column("crm_id", sa.Text, primary_key=True), sa.Column("born", sa.Date)
    return sa.Table(name, META, key, *texts, born)


FOLLOWING, LATER = Projection(_table("following"), ROLES), Projection(_table("later"), ROLES)


def _held(engine: sa.Engine, projection: Projection) -> dict[str, tuple[object, ...]]:
    with engine.connect() as connection:
        found = connection.execute(sa.select(projection.table)).all()
    return {row.crm_id: tuple(row)[1:] for row in found}


def _wanted(store: Store) -> dict[str, tuple[object, ...]]:
    """What the profiles say, read field by field."""
    wanted: dict[str, tuple[object, ...]] = {}
    for (id_,), profile in rows(store, PROFILES).items():
        emails = [point.normalised or point.raw for point in profile.emails] + [None, None]
        phones = [point.normalised or point.raw for point in profile.phones] + [None]
        tags, born = ", ".join(profile.values("tags")) or None, profile.value("birth_on")
        assert born is None or isinstance(born, date)
        name = profile.name.full if profile.name else None
        brand = profile.value("brand")
        wanted[id_] = (name, *emails[:2], phones[0], brand, tags, born)
    return wanted


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_projection_equals_the_profiles_after_any_history(
    database: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    files = write_files(tmp_path)
    for number in range(ROUNDS):
        if database == "sqlite":
            url = f"sqlite:///{tmp_path / f'{number}.db'}"
        else:
            server: Postgres = request.getfixturevalue("postgres")
            url = server.fresh()
        engine = sa.create_engine(url)
        META.create_all(engine)
        store = SqlAlchemyStore(engine, projections=[FOLLOWING])
        history = began(*fresh(store), SEED * 1_000_000 + number, files=files)
        for _ in range(3):
            history.run(ACTS, 8)
            assert _held(engine, FOLLOWING) == _wanted(history.store)
            store.tenant("main").project_all(LATER, page=history.draw.randint(1, 4))
            assert _held(engine, LATER) == _wanted(history.store)
        engine.dispose()
