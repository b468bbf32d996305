"""SQL: a segment as one question to a database, with every value bound. An extra, ``sql``."""

from ecrm_core.adapters.sql.filling import fill_tables
from ecrm_core.adapters.sql.forms import Dialect, Form
from ecrm_core.adapters.sql.mapping import (
    Column,
    CustomerTable,
    ListTable,
    RelationTable,
    SqlMapping,
)
from ecrm_core.adapters.sql.members import members_in
from ecrm_core.adapters.sql.statement import Statement, to_sql
from ecrm_core.adapters.sql.tables import create_statements, own_tables

__all__ = [
    "Column",
    "CustomerTable",
    "Dialect",
    "Form",
    "ListTable",
    "RelationTable",
    "SqlMapping",
    "Statement",
    "create_statements",
    "fill_tables",
    "members_in",
    "own_tables",
    "to_sql",
]
