"""Evaluate: whether a rule holds of a customer: the plain interpreter, which defines the meaning.

Two-valued: a missing value satisfies no positive condition, and ``!=``, NOT IN, NOT CONTAINS and
NOT are exact complements. Nothing raises on a rule the checker has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ecrm_core.segmentation.schema import FieldType, Schema
from ecrm_core.segmentation.scope import Row, Scope, seen
from ecrm_core.segmentation.times import Times, recurs
from ecrm_core.segmentation.tree import (
    And,
    Between,
    Compare,
    Contains,
    In,
    InSegment,
    IsNull,
    Leaf,
    Matches,
    Not,
    Op,
    Or,
    Rule,
    is_negated,
    values_of,
)
from ecrm_core.segmentation.values import Plain, after, before, wanted

__all__ = [
    "condition_holds",
    "evaluate",
    "group_of_rows",
    "holds",
    "leaf_holds",
    "meant",
    "scope_of",
]


def evaluate(rule: Rule, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC") -> bool:
    """Tell whether the rule holds of the row at an instant (aware) in a zone (IANA).

    The rule must have passed ``check`` under the same schema. Raises InputError for a naive
    instant, DefinitionError for an unknown zone.
    """
    return holds(rule, scope_of(row, schema, Times(as_of, tz)), row)


def scope_of(row: Row, schema: Schema, times: Times) -> Scope:
    """Return the customer as what a rule looks at."""
    return Scope(schema=schema, times=times, fields=schema.fields, values=row.fields)


def holds(rule: Rule, scope: Scope, row: Row) -> bool:
    """Tell whether a rule holds in a scope; ``row`` is the customer, for her relations."""
    match rule:
        case And():
            return all(holds(item, scope, row) for item in rule.items)
        case Or():
            return any(holds(item, scope, row) for item in rule.items)
        case Not():
            return not holds(rule.item, scope, row)
        case Matches():
            return _matches(rule, scope, row)
        case InSegment():
            return holds(scope.schema.segments[rule.name], scope, row)
        case _:
            return leaf_holds(rule, scope.read(rule.left), scope)


def _matches(rule: Matches, scope: Scope, row: Row) -> bool:
    group = group_of_rows(rule, scope, row)
    found = bool(group.rows) if rule.having is None else holds(rule.having, group, row)
    return found is not rule.negated


def group_of_rows(rule: Matches, scope: Scope, row: Row) -> Scope:
    """Return the rows a MATCHES leaves, together: those seen at the time, and under its where."""
    relation = scope.schema.relations[rule.relation]
    rows = seen(row.relations.get(rule.relation, ()), relation, scope.times)
    where = rule.where
    if where is not None:
        rows = [each for each in rows if holds(where, _of_row(scope, rule, each), row)]
    return Scope(schema=scope.schema, times=scope.times, fields=relation.fields, rows=rows)


def _of_row(scope: Scope, rule: Matches, values: Mapping[str, object]) -> Scope:
    fields = scope.schema.relations[rule.relation].fields
    return Scope(schema=scope.schema, times=scope.times, fields=fields, values=values)


def leaf_holds(leaf: Leaf, actual: Plain, scope: Scope) -> bool:
    """Tell whether a condition holds of the value its operand has; None is a missing one."""
    kind = scope.field(leaf.left).type
    return condition_holds(leaf, actual, kind, meant(leaf, kind, scope.times))


def meant(leaf: Leaf, kind: FieldType, times: Times) -> Sequence[Plain]:
    """Return what the values of a condition mean beside an operand of that type, then and there."""
    return [wanted(value, kind, times) for value in values_of(leaf)]


def condition_holds(leaf: Leaf, actual: Plain, kind: FieldType, named: Sequence[Plain]) -> bool:
    """Tell whether a condition holds of a value of that type beside what its own values mean."""
    if isinstance(leaf, IsNull):
        return (actual is None) is not leaf.negated
    if actual is None:
        return is_negated(leaf)
    positive = _recurs if kind is FieldType.RECURRING else _positive
    return positive(leaf, actual, named) is not is_negated(leaf)


def _positive(leaf: Leaf, actual: Plain, named: Sequence[Plain]) -> bool:
    match leaf:
        case Contains():
            return named[0] in actual
        case In():
            return any(_equal(actual, value) for value in named)
        case Between():
            return not before(actual, named[0]) and not after(actual, named[1])
        case Compare():
            return _COMPARISONS[leaf.op](actual, named[0])
        case _:
            return False


def _equal(actual: Plain, value: Plain) -> bool:
    return not before(actual, value) and not after(actual, value)


_COMPARISONS: Mapping[Op, Callable[[Plain, Plain], bool]] = {
    Op.EQ: _equal,
    Op.NE: _equal,  # the complement is the caller's part
    Op.LT: before,
    Op.LE: lambda actual, value: not after(actual, value),
    Op.GT: after,
    Op.GE: lambda actual, value: not before(actual, value),
}


def _recurs(leaf: Leaf, actual: Plain, named: Sequence[Plain]) -> bool:
    if isinstance(leaf, Between):
        return recurs(actual, named[0], named[1])
    return any(recurs(actual, day, day) for day in named)
