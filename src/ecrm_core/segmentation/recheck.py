"""Recheck: whether a rule holds of a customer, and until when time alone cannot change it.

A true AND is looked at again when the first of its parts may turn, a false one when the last of its
false parts may; OR is dual, and NOT changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal

from ecrm_core.segmentation.evaluate import leaf_holds
from ecrm_core.segmentation.flips import (
    Recheck,
    Steps,
    all_hold,
    any_holds,
    condition_flip,
    inverted,
)
from ecrm_core.segmentation.references import expanded
from ecrm_core.segmentation.schema import FieldType, Relation, Schema
from ecrm_core.segmentation.scope import Row, Scope
from ecrm_core.segmentation.terms import Aggregate, FieldRef, Function, Relative, Unit
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import (
    And,
    Compare,
    InSegment,
    IsNull,
    Leaf,
    Matches,
    Not,
    Op,
    Or,
    Rule,
    any_of,
    values_of,
)
from ecrm_core.segmentation.windows import Rows, steps_of

__all__ = ["Recheck", "recheck", "turns_at"]

_ONE = Decimal(1)
_STEPS = 100
_PARTS = 20_000
"""Parts of a rule that are looked at again, all steps together: a rule may have 10,000."""
_LAST = datetime(9999, 12, 30, tzinfo=UTC)
"""Later than this, a zone may have no day left."""


def recheck(rule: Rule, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC") -> Recheck:
    """Return the value ``evaluate`` gives, and the first instant at which time may change it.

    The row is taken as it is: rows of a relation that happen after ``as_of`` are reckoned with, and
    a field is the same at every time. None: time alone never changes it, up to the year 9999.
    Raises as ``evaluate`` does.
    """
    times = Times(as_of, tz)
    scope = Scope(schema=schema, times=times, fields=schema.fields, values=row.fields)
    return _rule(rule, scope, row)


def turns_at(
    rule: Rule, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC"
) -> datetime | None:
    """Return the instant at which time alone does change the value; None if 100 rechecks see none.

    Of a rule of more than 200 parts there are fewer. Raises as ``evaluate`` does.
    """
    rule = expanded(rule, schema)
    now = recheck(rule, row, schema=schema, as_of=as_of, tz=tz)
    then = now
    for _ in range(min(_STEPS, _PARTS // rule.size)):
        if then.at is None or then.value is not now.value:
            break
        as_of = then.at
        if not as_of < _LAST:
            return None
        then = recheck(rule, row, schema=schema, as_of=as_of, tz=tz)
    return as_of if then.value is not now.value else None


def _rule(rule: Rule, scope: Scope, row: Row) -> Recheck:
    match rule:
        case And():
            return all_hold(_rule(item, scope, row) for item in rule.items)
        case Or():
            return any_holds(_rule(item, scope, row) for item in rule.items)
        case Not():
            return inverted(_rule(rule.item, scope, row))
        case Matches():
            return _matches(rule, scope, row)
        case InSegment():
            return _rule(scope.schema.segments[rule.name], scope, row)
        case _:
            return _of_one(rule, scope)


def _of_one(leaf: Leaf, scope: Scope) -> Recheck:
    """Return a condition on what is the same at every time; most name no time either."""
    actual = scope.read(leaf.left)
    if not any(isinstance(value, Relative) for value in values_of(leaf)):
        return Recheck(leaf_holds(leaf, actual, scope))
    return _condition(leaf, scope, ((scope.times.as_of, (actual,)),))


def _condition(leaf: Leaf, scope: Scope, steps: Steps) -> Recheck:
    return condition_flip(leaf, steps, scope.field(leaf.left).type, scope.times)


# ---------------------------------------------------------------- relations


def _matches(rule: Matches, scope: Scope, row: Row) -> Recheck:
    relation = scope.schema.relations[rule.relation]
    scopes = [_of_row(scope, relation, each) for each in row.relations.get(rule.relation, ())]
    seen = _seen(relation)
    flips = [_in(rule.where, seen, each, row) for each in scopes]
    if rule.having is None:
        found = any_holds(flips)
    else:
        found = _having(rule.having, scopes, flips, _of_row(scope, relation, {}))
    return inverted(found) if rule.negated else found


def _of_row(scope: Scope, relation: Relation, values: Mapping[str, object]) -> Scope:
    return Scope(schema=scope.schema, times=scope.times, fields=relation.fields, values=values)


def _seen(relation: Relation) -> Rule | None:
    """Return the rule that a row has happened: it has no time, or one up to now."""
    if relation.at is None:
        return None
    kind = relation.fields[relation.at].type
    now = Relative(0, Unit.HOUR if kind is FieldType.INSTANT else Unit.DAY)
    at = FieldRef(relation.at)
    return any_of(IsNull(at), Compare(at, Op.LE, now))


def _in(where: Rule | None, seen: Rule | None, scope: Scope, row: Row) -> Recheck:
    return all_hold(_rule(rule, scope, row) for rule in (seen, where) if rule is not None)


def _having(rule: Rule, scopes: list[Scope], flips: list[Recheck], of: Scope) -> Recheck:
    match rule:
        case And():
            return all_hold(_having(item, scopes, flips, of) for item in rule.items)
        case Or():
            return any_holds(_having(item, scopes, flips, of) for item in rule.items)
        case Not():
            return inverted(_having(rule.item, scopes, flips, of))
        case Matches() | InSegment():
            return _rule(rule, of, Row())
        case _:
            steps = steps_of(_function(rule), _values(rule, scopes, flips), of.times.as_of)
            return _condition(rule, of, steps)


def _function(leaf: Leaf) -> Function:
    return leaf.left.function if isinstance(leaf.left, Aggregate) else Function.COUNT


def _values(leaf: Leaf, scopes: list[Scope], flips: list[Recheck]) -> Rows:
    name = leaf.left.name
    if name is None:
        return [(flip, _ONE) for flip in flips]
    held = FieldRef(name)
    return [(flip, scope.read(held)) for flip, scope in zip(flips, scopes, strict=True)]
