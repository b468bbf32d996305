"""Check: whether a rule fits a schema, and what in it may surprise; nothing is evaluated.

Errors are unknown names and values that do not fit; warnings say where customers get in only
because a value is missing or they never answered, and where an OR goes round consent, with the text
that keeps them out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from attrs import evolve

from ecrm_core.errors import DefinitionError, Diagnostic, UnknownName
from ecrm_core.kernel import Registry
from ecrm_core.segmentation.consent import consent_warnings
from ecrm_core.segmentation.missing import missing_warnings
from ecrm_core.segmentation.nearest import nearest
from ecrm_core.segmentation.references import expanded
from ecrm_core.segmentation.render import render_name
from ecrm_core.segmentation.schema import OPERATORS, FieldType, Relation, Schema, SchemaField
from ecrm_core.segmentation.scope import operand_field
from ecrm_core.segmentation.terms import (
    Aggregate,
    Anniversary,
    Bucket,
    Day,
    FieldRef,
    Flag,
    Function,
    Instant,
    LocalTime,
    Number,
    Operand,
    Param,
    Relative,
    Span,
    Text,
    Value,
)
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
    Or,
    Rule,
    values_of,
)
from ecrm_core.segmentation.unknown import unknown_name

__all__ = ["check"]

_UNBOUND = "unbound"
_MISFIT = "segment_misfit"
_SUMMED = frozenset({FieldType.INTEGER, FieldType.NUMBER, FieldType.MONEY, FieldType.UNKNOWN})
_RANGED = _SUMMED | {FieldType.DATE, FieldType.INSTANT}
_KEYS = frozenset({FieldType.ID, FieldType.TEXT, FieldType.UNKNOWN})
_RECURRING = frozenset({FieldType.DATE, FieldType.INSTANT, FieldType.UNKNOWN})
_SORTS: Mapping[type[object], str] = {
    Text: "text",
    Number: "a number",
    Flag: "true or false",
    Day: "a date",
    Instant: "a moment",
    LocalTime: "a moment",
    Relative: "a relative time",
}
_OPERATORS = {In: "IN", Contains: "CONTAINS", Between: "BETWEEN", IsNull: "IS NULL"}


def check(rule: Rule, schema: Schema, *, template: bool = False) -> tuple[Diagnostic, ...]:
    """Return every error and warning of a rule under a schema, in the order of its text.

    A parameter without a value is an error ("unbound"), unless the rule is a ``template``.
    """
    found = list(_rule(rule, schema, schema.fields, None))
    if template:
        found = [remark for remark in found if remark.code != _UNBOUND]
    if not found:
        found = [*missing_warnings(rule, schema), *consent_warnings(rule, schema)]
    return tuple(sorted(found, key=lambda d: d.start))


def _rule(
    rule: Rule, schema: Schema, fields: Registry[SchemaField], inside: Relation | None
) -> Iterator[Diagnostic]:
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from _rule(item, schema, fields, inside)
        case Not():
            yield from _rule(rule.item, schema, fields, inside)
        case Matches():
            yield from _matches(rule, schema, inside)
        case InSegment():
            yield from _in_segment(rule, schema, inside)
        case _:
            yield from _leaf(rule, schema, fields, grouped=False, inside=inside)


def _matches(rule: Matches, schema: Schema, inside: Relation | None) -> Iterator[Diagnostic]:
    if inside is not None:
        yield _nested(rule)
        return
    try:
        relation = schema.relations[rule.relation]
    except UnknownName as error:
        yield unknown_name(error, _name_span(rule), schema)
        return
    if rule.where is not None:
        yield from _rule(rule.where, schema, relation.fields, relation)
    if rule.having is not None:
        yield from _having(rule.having, schema, relation)


def _nested(rule: Matches | InSegment) -> Diagnostic:
    expected = ("conditions on the fields of a row",)
    if isinstance(rule, InSegment):
        return _error("segment_place", "found IN SEGMENT inside MATCHES", rule.span, expected)
    return _error("nested_matches", "found MATCHES inside MATCHES", rule.span, expected)


def _name_span(rule: Matches) -> Span | None:
    """Return the place of the name of a relation: where its MATCHES begins."""
    start = None if rule.span is None else rule.span[0]
    return None if start is None else (start, start + len(render_name(rule.relation)))


def _in_segment(rule: InSegment, schema: Schema, inside: Relation | None) -> Iterator[Diagnostic]:
    if inside is not None:
        yield _nested(rule)
        return
    try:
        whole = expanded(rule, schema)
    except UnknownName as error:
        yield unknown_name(error, rule.span, schema)
    except DefinitionError as error:
        cycle = error.code == "segment_cycle"
        expected = "a segment without that name in it" if cycle else "at most 10,000 parts, 64 deep"
        yield _error(error.code, error.message.partition(", expected")[0], rule.span, (expected,))
    else:
        for wrong in islice(_rule(whole, schema, schema.fields, None), 1):
            message = f"segment {rule.name!r} does not fit: {wrong.message}"
            code = _UNBOUND if wrong.code == _UNBOUND else _MISFIT
            start, end = rule.span or (0, 0)
            yield evolve(wrong, code=code, message=message, start=start, end=end)


def _having(rule: Rule, schema: Schema, relation: Relation) -> Iterator[Diagnostic]:
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from _having(item, schema, relation)
        case Not():
            yield from _having(rule.item, schema, relation)
        case Matches() | InSegment():
            yield _nested(rule)
        case _:
            yield from _leaf(rule, schema, relation.fields, grouped=True, inside=relation)


def _leaf(
    leaf: Leaf, schema: Schema, fields: Registry[SchemaField], *, grouped: bool,
    inside: Relation | None,
) -> Iterator[Diagnostic]:  # fmt: skip
    if isinstance(leaf.left, Aggregate) is not grouped:
        place = "all rows" if grouped else "a row" if inside else "a customer"
        what = "an aggregate" if not grouped else "a field"
        yield _error("aggregate_place", f"found {what} in a condition on {place}", leaf.span,
                     ("orders MATCHES (total > 100, count >= 3)",))  # fmt: skip
        return
    try:
        held = operand_field(leaf.left, fields)
    except UnknownName as error:
        yield unknown_name(error, leaf.left.span, schema, inside=inside)
        return
    wrong = _operand_error(leaf.left, fields, held) or _operator_error(leaf, held)
    if wrong is None and held.type is FieldType.MONEY and schema.currency is None:
        message = "found an amount of money where no currency is set"
        wrong = _error(
            "currency_missing", message, leaf.left.span, ("currency='EUR' (--currency EUR)",)
        )
    if wrong is not None:
        yield wrong
        return
    for value in values_of(leaf):
        yield from _value(value, held, leaf)


def _operand_error(
    operand: Operand, fields: Registry[SchemaField], held: SchemaField
) -> Diagnostic | None:
    if isinstance(operand, FieldRef) or operand.name is None:
        return None
    kind = fields[operand.name].type
    if isinstance(operand, Anniversary):
        word, allowed = "anniversary", _RECURRING
    elif isinstance(operand, Bucket):
        word, allowed = "bucket", _KEYS
    else:
        word, allowed = operand.function.value, _RANGED
        if operand.function is Function.SUM:
            allowed = _SUMMED
    if kind in allowed:
        return None
    message = f"found {word} of {held.name!r} ({kind.value})"
    sorts = sorted(sort.value for sort in allowed - {FieldType.UNKNOWN})
    return _error("type", message, operand.span, tuple(sorts))


def _operator_error(leaf: Leaf, held: SchemaField) -> Diagnostic | None:
    name = leaf.op.value if isinstance(leaf, Compare) else _OPERATORS[type(leaf)]
    allowed = OPERATORS[held.type]
    if name in allowed:
        return None
    message = f"{held.name!r} ({held.type.value}) has no {name}"
    return _error("operator", message, leaf.span, tuple(sorted(allowed)))


def _value(value: Value, held: SchemaField, leaf: Leaf) -> Iterator[Diagnostic]:
    if isinstance(value, Param):
        message = f"found :{value.name} without a value"
        yield _error(_UNBOUND, message, value.span, (f"Segment.bind({value.name}=...)",))
    elif not held.takes(value):
        message = f"found {_sort(value)} for {held.name!r}"
        yield _error("type", message, value.span or leaf.span, held.expected)
    elif held.choices and isinstance(value, Text) and value.value not in held.choices:
        if isinstance(leaf, Contains) and held.type is FieldType.TEXT:
            return
        near = nearest(value.value, held.choices)
        message = f"{held.name!r} has no such value"
        yield _error("unknown_value", message, value.span or leaf.span, held.expected, near=near)


def _sort(value: Value) -> str:
    if isinstance(value, Number) and value.value != value.value.to_integral_value():
        return "a fraction"
    return _SORTS[type(value)]


def _error(
    code: str,
    message: str,
    span: Span | None,
    expected: tuple[str, ...] = (),
    *,
    near: tuple[str, ...] = (),
) -> Diagnostic:
    if expected:
        message += f", expected {', '.join(expected)}"
    if near:
        message += f"; did you mean {', '.join(map(repr, near))}?"
    start, end = span or (0, 0)
    return Diagnostic(
        code=code, message=message, start=start, end=end, expected=expected, near=near
    )
