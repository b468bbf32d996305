"""Missing: where customers get in for want of a value of theirs, or of an answer about consent.

Consent is never missing: its word for no answer is looked at in its place.
"""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.errors import Diagnostic
from ecrm_core.kernel import Registry
from ecrm_core.segmentation.consent import consent_field, holds_of_word
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
_UNANSWERED = "unanswered_gets_in"


def missing_warnings(rule: Rule, schema: Schema) -> Iterator[Diagnostic]:
    """Yield a warning for each condition a missing value satisfies unsaid; the rule has no error.

    ``x IS NOT NULL``, or another condition on x that a missing value does not satisfy, in the same
    AND says it, and ``x IS NULL`` in the same OR.
    """
    yield from _walk(rule, schema, schema.fields, truth=True, guarded=frozenset())


def _walk(
    rule: Rule, schema: Schema, fields: Fields, *, truth: bool, guarded: frozenset[Operand]
) -> Iterator[Diagnostic]:
    match rule:
        case And() | Or():
            together = isinstance(rule, And) is truth  # NOT (a OR b) asks for both as well
            guards = set(
                _guards(rule.items, schema, truth=truth)
                if together
                else _let_in(rule.items, truth=truth)
            )
            known = guarded | guards
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
            if _lets_in(rule, schema, truth=truth) and rule.left not in guarded:
                yield from _warning(rule, schema, fields)


def _guards(items: tuple[Rule, ...], schema: Schema, *, truth: bool) -> Iterator[Operand]:
    """Go through the operands that cannot be missing where all of these hold (or none does)."""
    for item in items:
        wants = truth
        while isinstance(item, Not):
            item, wants = item.item, not wants  # noqa: PLW2901 - down to what is denied
        if isinstance(item, (And, Or)):
            if isinstance(item, And) is wants:
                yield from _guards(item.items, schema, truth=wants)
        elif not isinstance(item, (Matches, InSegment)) and _keeps_out(item, schema, truth=wants):
            yield item.left


def _let_in(items: tuple[Rule, ...], *, truth: bool) -> Iterator[Operand]:
    """Go through the operands whose missing values one of these lets in, and says so."""
    for item in items:
        wants = truth
        while isinstance(item, Not):
            item, wants = item.item, not wants  # noqa: PLW2901 - down to what is denied
        if isinstance(item, IsNull) and item.negated is not wants:
            yield item.left


def _lets_in(leaf: Leaf, schema: Schema, *, truth: bool) -> bool:
    """Whether a missing value makes it true (or, denied, false), without the leaf saying so."""
    said = _of_no_answer(leaf, schema)
    silent = not isinstance(leaf, IsNull) and is_negated(leaf) is truth
    return silent and (said is None or said is truth)


def _keeps_out(leaf: Leaf, schema: Schema, *, truth: bool) -> bool:
    said = _of_no_answer(leaf, schema)
    if said is not None:
        return said is not truth
    return is_negated(leaf) is truth if isinstance(leaf, IsNull) else is_negated(leaf) is not truth


def _of_no_answer(leaf: Leaf, schema: Schema) -> bool | None:
    """Tell whether a condition on consent holds of those who never answered; None for others."""
    held = consent_field(leaf, schema)
    return None if held is None else holds_of_word(leaf, held, held.choices[-1])


def _warning(leaf: Leaf, schema: Schema, fields: Fields) -> Iterator[Diagnostic]:
    name, asked = render_operand(leaf.left), consent_field(leaf, schema)
    if asked is not None:
        fix = f"AND {name} != {asked.choices[-1]!r}"
        yield _remark(_UNANSWERED, f"those who never answered ({name} is "
                      f"{asked.choices[-1]!r}) are included; to leave them out add {fix}",
                      leaf, fix)  # fmt: skip
    elif operand_field(leaf.left, fields).nullable:
        who = "rows" if isinstance(leaf.left, Aggregate) else "those"
        fix = f"AND {name} IS NOT NULL"
        message = f"{who} without a value of {name} are included; to leave them out add {fix}"
        yield _remark(_CODE, message, leaf, fix)


def _remark(code: str, message: str, leaf: Leaf, fix: str) -> Diagnostic:
    start, end = leaf.span or (0, 0)
    return Diagnostic(code=code, message=message, start=start, end=end, fix=fix, severity="warning")
