"""Scope: what a rule looks at: one customer, one row of a relation, or all rows together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Context, Decimal
from hashlib import sha256

from attrs import field, frozen

from ecrm_core.kernel import Registry
from ecrm_core.segmentation.schema import FieldType, Relation, Schema, SchemaField
from ecrm_core.segmentation.terms import (
    Aggregate,
    Anniversary,
    Bucket,
    FieldRef,
    Function,
    Operand,
)
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.values import Plain, after, plain

__all__ = ["Row", "Scope", "bucket_of", "operand_field", "seen"]

_EXACT = Context(prec=200)
_COUNT = SchemaField(name="count", type=FieldType.INTEGER, nullable=False)


@frozen(repr=False)
class Row:
    """One customer as a segment sees her: values by field, rows by relation; missing is missing.

    Values are text, int, Decimal, Money, bool, date, aware datetime, or a sequence of texts; a
    relation's rows are mappings of such values.
    """

    fields: Mapping[str, object] = field(factory=dict)
    relations: Mapping[str, Sequence[Mapping[str, object]]] = field(factory=dict)

    def __repr__(self) -> str:
        """Show how much there is, and nothing of it."""
        return f"<Row: {len(self.fields)} fields, {len(self.relations)} relations>"


@frozen(kw_only=True, repr=False)
class Scope:
    """Fields and values under one schema at one time; ``rows`` are what aggregates count."""

    schema: Schema
    times: Times
    fields: Registry[SchemaField]
    values: Mapping[str, object] = field(factory=dict)
    rows: Sequence[Mapping[str, object]] = ()

    def field(self, operand: Operand) -> SchemaField:
        """Return what an operand is: the field it names, or the type of its aggregate."""
        return operand_field(operand, self.fields)

    def read(self, operand: Operand) -> Plain:
        """Return the value of an operand in its one form; None when it is missing."""
        if not isinstance(operand, Aggregate):
            return self.told(operand, self.values.get(self.fields[operand.name].name))
        if operand.name is None:
            return Decimal(len(self.rows))
        return self._aggregate(operand.function, self.fields[operand.name])

    def told(self, operand: FieldRef | Anniversary | Bucket, value: object) -> Plain:
        """Return what an operand makes of its field's value as it stands in a row."""
        held = self.fields[operand.name]
        found = plain(value, held.type, currency=self.schema.currency)
        if found is None or isinstance(operand, FieldRef):
            return found
        if isinstance(operand, Bucket):
            return bucket_of(operand.salt, found)
        return self.times.local_day(found) if held.type is FieldType.INSTANT else found

    def _aggregate(self, function: Function, held: SchemaField) -> Plain:
        """Over an empty relation the sum is 0; min and max are missing; missing values are left."""
        currency = self.schema.currency
        values = (plain(row.get(held.name), held.type, currency=currency) for row in self.rows)
        found = [value for value in values if value is not None]
        if function is Function.SUM:
            total = Decimal(0)
            for value in found:
                total = _EXACT.add(total, value)
            return total
        return (min if function is Function.MIN else max)(found, default=None)


def operand_field(operand: Operand, fields: Registry[SchemaField]) -> SchemaField:
    """Return the field an operand stands for; UnknownName when its name is none."""
    if isinstance(operand, Aggregate):
        if operand.name is None:
            return _COUNT
        held = fields[operand.name]
        return SchemaField(
            name=held.name, type=held.type, nullable=operand.function is not Function.SUM
        )
    held = fields[operand.name]
    if isinstance(operand, Bucket):
        return SchemaField(name="bucket", type=FieldType.INTEGER, nullable=held.nullable)
    if isinstance(operand, Anniversary):
        recurring = FieldType.UNKNOWN if held.type is FieldType.UNKNOWN else FieldType.RECURRING
        return SchemaField(
            name=held.name, type=recurring, nullable=held.nullable, personal=held.personal
        )
    return held


def bucket_of(salt: str, value: str) -> Decimal:
    """Return the bucket, 0 to 99, of an id: 32 bits of SHA-256 of "salt/id", modulo 100."""
    told = f"{salt}/{value}".encode(errors="surrogatepass")
    return Decimal(int.from_bytes(sha256(told).digest()[:4], "big") % 100)


def seen(
    rows: Sequence[Mapping[str, object]], relation: Relation, times: Times
) -> Sequence[Mapping[str, object]]:
    """Return the rows that had happened at ``as_of``; a row without a time is among them."""
    if relation.at is None:
        return rows
    held = relation.fields[relation.at]
    until = times.as_of if held.type is FieldType.INSTANT else times.today
    return [
        row
        for row in rows
        if (at := plain(row.get(relation.at), held.type)) is None or not after(at, until)
    ]
