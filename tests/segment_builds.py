"""Rules spelled with the builder: each node by the verb a person would write."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Final

from ecrm_core.segmentation import Comparable, Segment, bucket, count, in_segment, seg
from ecrm_core.segmentation.terms import Aggregate, Anniversary, Bucket, FieldRef, Operand
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
)

__all__ = ["built"]

_OPERATORS: Final[Mapping[Op, Callable[..., Segment]]] = {
    Op.EQ: operator.eq, Op.NE: operator.ne, Op.LT: operator.lt, Op.LE: operator.le,
    Op.GT: operator.gt, Op.GE: operator.ge,
}  # fmt: skip


def built(rule: Rule) -> Segment:
    """Return the segment of a rule, made by the builder's verbs alone."""
    match rule:
        case And():
            return reduce(operator.and_, map(built, rule.items))
        case Or():
            return reduce(operator.or_, map(built, rule.items))
        case Not():
            return ~built(rule.item)
        case InSegment():
            return in_segment(rule.name)
        case Matches():
            parts = [built(part) for part in (rule.where, rule.having) if part is not None]
            rows = seg[rule.relation].where(*parts)
            return rows.none() if rule.negated else rows.any()
        case _:
            return _leaf(rule)


def _leaf(leaf: Leaf) -> Segment:
    left = _operand(leaf.left)
    match leaf:
        case Compare():
            return _OPERATORS[leaf.op](left, leaf.right)
        case In():
            return (left.not_in if leaf.negated else left.is_in)(*leaf.values)
        case Contains():
            return (left.not_contains if leaf.negated else left.contains)(leaf.value)
        case Between():
            return (left.not_between if leaf.negated else left.between)(leaf.low, leaf.high)
        case IsNull():
            return left.is_not_null() if leaf.negated else left.is_null()


def _operand(operand: Operand) -> Comparable:
    match operand:
        case FieldRef():
            return seg[operand.name]
        case Anniversary():
            return seg[operand.name].anniversary()
        case Bucket():
            return bucket(operand.salt, operand.name)
        case Aggregate():
            if operand.name is None:
                return count()
            made: Comparable = getattr(seg[operand.name], operand.function.value)()
            return made
