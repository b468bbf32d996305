"""Statement: a segment as one SELECT, and what of its rule is left for Python to decide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from attrs import field, frozen
from sqlglot import exp

from ecrm_core.adapters.sql.asked import Asked
from ecrm_core.adapters.sql.forms import Dialect
from ecrm_core.adapters.sql.mapping import SqlMapping
from ecrm_core.adapters.sql.writing import Sql, Writer, both, known, select
from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation import Schema, Segment, expanded
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import Rule

__all__ = ["Statement", "to_sql"]

_KEY = "customer_key"


@frozen(kw_only=True)
class Statement:
    """A SELECT with its bound values, in the style the driver takes (``:p0``, ``%(p0)s``).

    It returns the key of each member once, in no order, under the one name of ``columns``. With a
    ``residual`` it returns more: of these customers those are members of whom the residual holds.
    """

    sql: str
    params: Mapping[str, object] = field(repr=False)
    columns: tuple[str, ...] = (_KEY,)
    residual: Segment | None = None


def to_sql(
    segment: Segment,
    dialect: Dialect,
    mapping: SqlMapping,
    *,
    schema: Schema,
    as_of: datetime,
    tz: str = "UTC",
) -> Statement:
    """Return the statement that finds the members of a segment at an instant (aware) in a zone.

    Every value of the rule is bound; names come from the mapping alone. Raises
    SegmentSyntaxError for a rule that does not fit the schema, UnknownName for what it asks and
    the mapping does not have, DefinitionError for a column that cannot hold its field and for an
    unknown database, InputError for a naive instant.
    """
    if dialect not in {"sqlite", "postgres"}:
        message = f"found the database {str(dialect)[:40]!r}, expected sqlite or postgres"
        raise DefinitionError(message, code="sql_dialect")
    if not isinstance(segment, Segment):
        message = f"found {type(segment).__name__}, expected a Segment"
        raise DefinitionError(message, code="segment_tree")
    segment.check(schema)
    rule = expanded(segment.rule, schema)
    writer = Writer(dialect)
    asked = Asked(schema, mapping, Times(as_of, tz), writer)
    query, left = _select(rule, asked), asked.left(rule)
    return Statement(
        sql=writer.render(query),
        params=writer.values,
        residual=None if left is None else Segment(left),
    )


def _select(rule: Rule, asked: Asked) -> Sql:
    writer, customers = asked.writer, asked.mapping.customers
    found = both([known(writer.column("c", customers.key)), asked.members(rule)])
    named = exp.Alias(this=writer.column("c", customers.key), alias=writer.name(_KEY))
    table = writer.table(customers.table, customers.schema, "c")
    return select([named], table, found)
