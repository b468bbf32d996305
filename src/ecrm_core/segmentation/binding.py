"""Binding: Python values as values of a rule, and put in the places of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal

from attrs import evolve

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.segmentation.names import params_named
from ecrm_core.segmentation.terms import (
    Day,
    Flag,
    Instant,
    LocalTime,
    Number,
    Param,
    Relative,
    Text,
    Value,
)
from ecrm_core.segmentation.tree import (
    And,
    Between,
    Compare,
    Contains,
    In,
    Matches,
    Not,
    Or,
    Rule,
)

__all__ = ["Constant", "bound", "constant"]

Constant = str | int | Decimal | bool | date | datetime | Value
"""What stands for a value in Python; a float is refused, for it is not exact."""
_VALUES = (Text, Number, Flag, Day, Instant, LocalTime, Relative, Param)


def constant(value: Constant) -> Value:
    """Return the value of a rule for a Python value.

    Raises DefinitionError for a value of another sort, InputError for a naive datetime.
    """
    match value:
        case bool():
            return Flag(value)
        case str():
            return Text(value)
        case int() | Decimal():
            return Number(value)
        case datetime():
            return Instant(value)
        case date():
            return Day(value)
    if isinstance(value, _VALUES):
        return value
    message = f"found {type(value).__name__}, expected text, an exact number, a day or an instant"
    raise DefinitionError(message, code="segment_tree")


def bound(rule: Rule, values: Mapping[str, Constant]) -> Rule:
    """Return the rule with values for its parameters; UnknownName for one it has not."""
    named = params_named(rule)
    for name in values:
        if name not in named:
            raise UnknownName("parameter", name[:80], tuple(sorted(named)))
    return _rule(rule, {name: constant(value) for name, value in values.items()})


def _rule(rule: Rule, values: Mapping[str, Value]) -> Rule:  # noqa: PLR0911 - one return a node
    match rule:
        case And() | Or():
            return evolve(rule, items=tuple(_rule(item, values) for item in rule.items))
        case Not():
            return evolve(rule, item=_rule(rule.item, values))
        case Matches():
            where, having = rule.where, rule.having
            return evolve(
                rule,
                where=where and _rule(where, values),
                having=having and _rule(having, values),
            )
        case Compare():
            return evolve(rule, right=_value(rule.right, values))
        case In():
            return evolve(rule, values=tuple(_value(value, values) for value in rule.values))
        case Contains():
            return evolve(rule, value=_value(rule.value, values))
        case Between():
            low, high = _value(rule.low, values), _value(rule.high, values)
            return evolve(rule, low=low, high=high)
        case _:
            return rule


def _value(value: Value, values: Mapping[str, Value]) -> Value:
    return values.get(value.name, value) if isinstance(value, Param) else value
