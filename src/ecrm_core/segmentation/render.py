"""Render: a rule as its one canonical text, which parses back to the same rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ecrm_core.kernel import instant_text
from ecrm_core.segmentation.terms import (
    WORD,
    Aggregate,
    Anniversary,
    Bucket,
    Day,
    FieldRef,
    Flag,
    Instant,
    LocalTime,
    Number,
    Operand,
    Param,
    Relative,
    Text,
    Unit,
    Value,
)
from ecrm_core.segmentation.tokens import is_reserved
from ecrm_core.segmentation.tree import (
    And,
    Between,
    Compare,
    Contains,
    In,
    InSegment,
    IsNull,
    Matches,
    Not,
    Or,
    Rule,
)

__all__ = ["render", "render_name", "render_operand", "render_value"]


def render(rule: Rule) -> str:
    """Return the canonical text of a rule: ``parse_query(render(rule)).rule == rule``.

    Holds the texts of the rule, personal data included. A tree built in Python may have a text
    longer than a query may be.
    """
    match rule:
        case Or():
            return " OR ".join(map(render, rule.items))
        case And():
            return " AND ".join(map(_in_and, rule.items))
        case Not():
            junction = isinstance(rule.item, (And, Or))
            return f"NOT ({render(rule.item)})" if junction else f"NOT {render(rule.item)}"
        case Matches():
            word = "NOT MATCHES" if rule.negated else "MATCHES"
            return f"{render_name(rule.relation)} {word} ({_inside(rule)})"
        case InSegment():
            return f"IN SEGMENT {_quoted(rule.name)}"
        case _:
            return f"{render_operand(rule.left)} {_condition(rule)}"


def _in_and(rule: Rule) -> str:
    return f"({render(rule)})" if isinstance(rule, Or) else render(rule)


def _inside(rule: Matches) -> str:
    parts = [part for part in (rule.where, rule.having) if part is not None]
    items = [item for part in parts for item in (part.items if isinstance(part, And) else (part,))]
    return ", ".join(map(render, items))


def _condition(leaf: Compare | In | Contains | Between | IsNull) -> str:
    if isinstance(leaf, Compare):
        return f"{leaf.op.value} {render_value(leaf.right)}"
    if isinstance(leaf, IsNull):
        return "IS NOT NULL" if leaf.negated else "IS NULL"
    no = "NOT " if leaf.negated else ""
    if isinstance(leaf, In):
        return f"{no}IN ({', '.join(map(render_value, leaf.values))})"
    if isinstance(leaf, Contains):
        return f"{no}CONTAINS {render_value(leaf.value)}"
    return f"{no}BETWEEN {render_value(leaf.low)} AND {render_value(leaf.high)}"


def render_operand(operand: Operand) -> str:
    """Return the text of what stands on the left."""
    match operand:
        case FieldRef():
            return render_name(operand.name)
        case Anniversary():
            return f"anniversary({render_name(operand.name)})"
        case Bucket():
            of = "" if operand.name == "customer_id" else f", {render_name(operand.name)}"
            return f"bucket({_quoted(operand.salt)}{of})"
        case Aggregate():
            function = operand.function.value
            return f"{function}({render_name(operand.name)})" if operand.name else function


def render_name(name: str) -> str:
    """Return a name, in backquotes where it is no plain word."""
    if WORD.fullmatch(name) and not is_reserved(name):
        return name
    return f"`{name.replace('`', '``')}`"


def render_value(value: Value) -> str:
    """Return the text of a value."""
    return _VALUES[type(value)](value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _relative(value: Relative) -> str:
    if value.unit is Unit.DAY and value.amount == 0:
        return "today"
    return f"{value.amount:+d}{value.unit.value}"


_VALUES: Mapping[type[object], Callable[[Any], str]] = {
    Text: lambda value: _quoted(value.value),
    Number: lambda value: f"{value.value:f}",
    Flag: lambda value: "true" if value.value else "false",
    Day: lambda value: value.value.isoformat(),
    Instant: lambda value: instant_text(value.value),
    LocalTime: lambda value: value.value.isoformat(),
    Relative: _relative,
    Param: lambda value: f":{value.name}",
}
