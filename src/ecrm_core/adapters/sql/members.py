"""Members: who is in a segment by a database, and by Python where a part of the rule is left."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime

from ecrm_core.adapters.sql.driver import Connection
from ecrm_core.adapters.sql.forms import Dialect
from ecrm_core.adapters.sql.mapping import SqlMapping
from ecrm_core.adapters.sql.reading import Reader
from ecrm_core.adapters.sql.statement import to_sql
from ecrm_core.segmentation import Schema, Segment, compile_record

__all__ = ["members_in"]

_PAGE = 500


def members_in(
    connection: Connection,
    segment: Segment,
    dialect: Dialect,
    mapping: SqlMapping,
    *,
    schema: Schema,
    as_of: datetime,
    tz: str = "UTC",
) -> tuple[Hashable, ...]:
    """Return the keys of the members of a segment as the driver gives them, sorted.

    What the database does not decide is decided here of the customers it has left: their rows are
    read a page of 500 at a time. Raises as ``to_sql`` does, and the driver's own errors.
    """
    statement = to_sql(segment, dialect, mapping, schema=schema, as_of=as_of, tz=tz)
    cursor = connection.cursor()
    cursor.execute(statement.sql, statement.params)
    keys = sorted(key for (key,) in cursor.fetchall())
    rest = statement.residual
    if rest is None:
        return tuple(keys)
    reader = Reader(connection, dialect, mapping, schema)
    holds = compile_record(rest.rule, schema, as_of=as_of, tz=tz)
    found: list[Hashable] = []
    for at in range(0, len(keys), _PAGE):
        page = keys[at : at + _PAGE]
        rows = reader.rows(page, rest)
        found += [key for key in page if key in rows and holds(rows[key])]
    return tuple(found)
