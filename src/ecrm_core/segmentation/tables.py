"""Tables: a table of customers and those of their rows, as what a segment can be asked of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import frozen

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import Table, columns_of
from ecrm_core.errors import DefinitionError, Diagnostic
from ecrm_core.kernel import nfc
from ecrm_core.segmentation.columns import Columns, read_columns
from ecrm_core.segmentation.compile import compile_many
from ecrm_core.segmentation.names import fields_named, relation_fields_named
from ecrm_core.segmentation.references import rules_named
from ecrm_core.segmentation.related import Related, RelatedTable, read_related, text_id
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.tree import Rule

__all__ = ["Tables", "read_tables"]

_KEY = "customer_id"
_UNJOINED = "rows_unjoined"


@frozen(kw_only=True, repr=False)
class Tables:
    """Customers by position, with the rows that are theirs; their schema, an instant and a zone."""

    schema: Schema
    columns: Columns
    related: tuple[Related, ...]
    keys: Sequence[str]
    as_of: datetime
    tz: str

    def __len__(self) -> int:
        """Return the number of customers."""
        return self.columns.length

    def row(self, at: int) -> Row:
        """Return the customer at a position, from 0."""
        fields = self.columns.row(at)
        if not self.related:
            return Row(fields)
        key = self.keys[at]  # who has no id has no rows
        return Row(
            fields,
            {held.relation.name: held.rows.get(key, ()) if key else () for held in self.related},
        )

    def rows(self) -> Iterator[Row]:
        """Go through the customers in order."""
        return map(self.row, range(len(self)))

    def masks(self, rules: Sequence[Rule]) -> list[list[bool]]:
        """Return whether each rule, checked under the schema, holds of each customer, in order."""
        named = {str(at): rule for at, rule in enumerate(rules)}
        told = compile_many(named, self.schema, as_of=self.as_of, tz=self.tz)(self.rows())
        return list(told.values())

    def unjoined(self) -> Iterator[Diagnostic]:
        """Yield a warning for each table with rows that belong to none of the customers."""
        known = {key for key in self.keys if key}
        for held in self.related:
            rows = sum(len(rows) for key, rows in held.rows.items() if key not in known)
            if rows:
                message = f"rows of {held.relation.name!r} that belong to no customer here: {rows}"
                yield Diagnostic(code=_UNJOINED, message=message, severity="warning")


def read_tables(
    frame: Table,
    rule: Rule,
    *,
    named: Mapping[str, Rule],
    related: Mapping[str, Table | RelatedTable],
    fields: FieldMap | None,
    key: str | None,
    as_of: datetime,
    tz: str,
) -> Tables:
    """Return the tables as far as a rule, and those it names, ask for them.

    DefinitionError as ``read_columns`` and ``read_related``, and for a ``key`` that is not there.
    """
    rules = [rule, *rules_named(rule, named).values()]
    needed = frozenset[str]().union(*map(fields_named, rules))
    columns = read_columns(frame, needed, fields=fields, tz=tz)
    found = [
        read_related(name, table, _needed(rules, name), tz=tz) for name, table in related.items()
    ]
    schema = columns.schema.add(*(held.relation for held in found)).with_segments(named)
    keys = _keys(frame, _key(fields) if key is None else key) if found else ()
    return Tables(
        schema=schema, columns=columns, related=tuple(found), keys=keys, as_of=as_of, tz=tz
    )


def _needed(rules: Iterable[Rule], relation: str) -> frozenset[str]:
    return frozenset[str]().union(*(relation_fields_named(rule, relation) for rule in rules))


def _key(fields: FieldMap | None) -> str:
    return next(iter(fields.columns_for("id")), _KEY) if fields is not None else _KEY


def _keys(frame: Table, key: str) -> list[str]:
    held = {nfc(name): cells for name, cells in columns_of(frame).items()}
    if nfc(key) not in held:
        message = f"found no column {key[:80]!r}, expected key= to name that of the customers' ids"
        raise DefinitionError(message, code="related_table")
    return [text_id(cell) for cell in held[nfc(key)]]
