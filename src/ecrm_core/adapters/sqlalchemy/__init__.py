"""SQLAlchemy: the store in a database of the host, Postgres or SQLite (extra ``sqlalchemy``)."""

from ecrm_core.adapters.sqlalchemy.hooks import begin_immediate
from ecrm_core.adapters.sqlalchemy.projecting import Projected
from ecrm_core.adapters.sqlalchemy.projection import Projection
from ecrm_core.adapters.sqlalchemy.rerun import collided, run_in_transaction
from ecrm_core.adapters.sqlalchemy.store import SqlAlchemyStore
from ecrm_core.adapters.sqlalchemy.tables import Tables, build_tables
from ecrm_core.adapters.sqlalchemy.tenant import SqlAlchemyTenant

__all__ = [
    "Projected",
    "Projection",
    "SqlAlchemyStore",
    "SqlAlchemyTenant",
    "Tables",
    "begin_immediate",
    "build_tables",
    "collided",
    "run_in_transaction",
]
