"""Missing: where customers get in only because a value of theirs is missing."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.errors import Diagnostic
from ecrm_core.kernel import Registry
from ecrm_core.segmentation.render import render_operand
from ecrm_core.segmentation.schema import Schema, SchemaField
from ecrm_core.segmentation.scope import operand_field
from ecrm_core.segmentation.terms import Aggregate, Operand
from ecrm_core.segmentation.tree import (
    And,
    InSegment,
    IsNull,
    Leaf,
    Matches,
    Not,
    Or,
    Rule,
    is_negated,
)

__all__ = ["missing_warnings"]

Fields = Registry[SchemaField]
_CODE = "missing_gets_in"


def missing_warnings(rule: Rule, schema: Schema) -> Iterator[Diagnostic]:
    """Yield a warning for each condition a missing value satisfies unsaid; the rule has no error.

    ``x IS NOT NULL``, or another condition on x that a missing value does not satisfy, in the same
    AND says it.
    """
    yield from _walk(rule, schema, schema.fields, truth=True, guarded=frozenset())


def _walk(
    rule: Rule, schema: Schema, fields: Fields, *, truth: bool, guarded: frozenset[Operand]
) -> Iterator[Diagnostic]:
    match rule:
        case And() | Or():
            together = isinstance(rule, And) is truth  # NOT (a OR b) asks for both as well
            known = guarded | set(_guards(rule.items, truth=truth)) if together else guarded
            for item in rule.items:
                yield from _walk(item, schema, fields, truth=truth, guarded=known)
        case Not():
            yield from _walk(rule.item, schema, fields, truth=not truth, guarded=guarded)
        case Matches():
            inner = schema.relations[rule.relation].fields
            for part in (rule.where, rule.having):
                if part is not None:
                    yield from _walk(part, schema, inner, truth=True, guarded=frozenset())
        case InSegment():
            pass  # it was warned of where it was made
        case _:
            if _lets_in(rule, truth=truth) and rule.left not in guarded:
                yield from _warning(rule, fields)


def _guards(items: tuple[Rule, ...], *, truth: bool) -> Iterator[Operand]:
    """Go through the operands that cannot be missing where all of these hold (or none does)."""
    for item in items:
        wants = truth
        while isinstance(item, Not):
            item, wants = item.item, not wants  # noqa: PLW2901 - down to what is denied
        if isinstance(item, (And, Or)):
            if isinstance(item, And) is wants:
                yield from _guards(item.items, truth=wants)
        elif not isinstance(item, (Matches, InSegment)) and _keeps_out(item, truth=wants):
            yield item.left


def _lets_in(leaf: Leaf, *, truth: bool) -> bool:
    """Whether a missing value makes it true (or, denied, false), without the leaf saying so."""
    return not isinstance(leaf, IsNull) and is_negated(leaf) is truth


def _keeps_out(leaf: Leaf, *, truth: bool) -> bool:
    return is_negated(leaf) is truth if isinstance(leaf, IsNull) else is_negated(leaf) is not truth


def _warning(leaf: Leaf, fields: Fields) -> Iterator[Diagnostic]:
    if not operand_field(leaf.left, fields).nullable:
        return
    name = render_operand(leaf.left)
    who = "rows" if isinstance(leaf.left, Aggregate) else "those"
    fix = f"AND {name} IS NOT NULL"
    start, end = leaf.span or (0, 0)
    yield Diagnostic(
        code=_CODE,
        message=f"{who} without a value of {name} are included; to leave them out add {fix}",
        start=start,
        end=end,
        fix=fix,
        severity="warning",
    )
