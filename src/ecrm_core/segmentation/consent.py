"""Consent: where a rule lets customers in who never agreed, though it asks for consent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from ecrm_core.errors import Diagnostic
from ecrm_core.segmentation.evaluate import evaluate
from ecrm_core.segmentation.render import render
from ecrm_core.segmentation.schema import Schema, SchemaField
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.terms import FieldRef, Param
from ecrm_core.segmentation.tree import (
    And,
    InSegment,
    Leaf,
    Matches,
    Not,
    Or,
    Rule,
    values_of,
)

__all__ = ["consent_field", "consent_warnings", "holds_of_word"]

_CODE = "consent_or"
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def consent_field(leaf: Leaf, schema: Schema) -> SchemaField | None:
    """Return the field of consent a condition on the customer asks, if it asks one."""
    if not isinstance(leaf.left, FieldRef) or leaf.left.name not in schema.fields:
        return None
    held = schema.fields[leaf.left.name]
    open_ = any(isinstance(value, Param) for value in values_of(leaf))
    return held if held.consent and not open_ else None


def holds_of_word(leaf: Leaf, held: SchemaField, word: str) -> bool:
    """Tell whether a condition on a field of consent holds where this word was said."""
    row, schema = Row({held.name: word}), Schema().add(held)
    return evaluate(leaf, row, schema=schema, as_of=_ANY_TIME)


def consent_warnings(rule: Rule, schema: Schema) -> Iterator[Diagnostic]:
    """Yield a warning for each OR that asks some of its members for consent and others not.

    The rule has no error. Where an AND around it asks for consent as well, all is said.
    """
    yield from _walk(rule, schema, truth=True)


def _walk(rule: Rule, schema: Schema, *, truth: bool) -> Iterator[Diagnostic]:
    if isinstance(rule, Not):
        yield from _walk(rule.item, schema, truth=not truth)
    elif isinstance(rule, (And, Or)):
        asking = [asked for item in rule.items if (asked := _asked(item, schema, truth=truth))]
        together = isinstance(rule, And) is truth  # NOT (a OR b) asks for both as well
        if together and asking:
            return
        if asking and len(asking) < len(rule.items):
            yield _warning(asking[0], negated=not truth)
        for item in rule.items:
            yield from _walk(item, schema, truth=truth)


def _asked(rule: Rule, schema: Schema, *, truth: bool) -> Leaf | None:
    """Return the condition by which all whom a rule lets in were asked for consent, if any."""
    match rule:
        case And() | Or():
            found = [_asked(item, schema, truth=truth) for item in rule.items]
            together = isinstance(rule, And) is truth
            asked = [leaf for leaf in found if leaf is not None]
            return asked[0] if asked and (together or len(asked) == len(found)) else None
        case Not():
            return _asked(rule.item, schema, truth=not truth)
        case InSegment():
            return _asked(schema.segments[rule.name], schema, truth=truth)
        case Matches():
            return None
        case _:
            return rule if _asks(rule, schema, truth=truth) else None


def _asks(leaf: Leaf, schema: Schema, *, truth: bool) -> bool:
    """Tell whether a condition lets those in who agreed, and not all the others."""
    held = consent_field(leaf, schema)
    if held is None:
        return False
    agreed, *others = (holds_of_word(leaf, held, word) is truth for word in held.choices)
    return agreed and not all(others)


def _warning(leaf: Leaf, *, negated: bool) -> Diagnostic:
    start, end = leaf.span or (0, 0)
    fix = f"AND {'NOT ' if negated else ''}{render(leaf)}"
    message = (
        "an OR joins consent with other conditions, which let people in without it; "
        f"to ask it of everybody write ( ... ) {fix}"
    )
    return Diagnostic(
        code=_CODE, message=message, start=start, end=end, fix=fix, severity="warning"
    )
