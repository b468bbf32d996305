"""Tree JSON: a rule as tagged, versioned, canonical JSON.

Numbers are decimal text; equal rules have equal JSON, so the hash of it is the id of the
definition. The JSON holds the texts of the rule, personal data included.
"""

from __future__ import annotations

from typing import Final

from ecrm_core.kernel import canonical_json, derive_id, instant_text
from ecrm_core.segmentation.terms import (
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
    Matches,
    Not,
    Or,
    Rule,
)

__all__ = ["FORMAT", "definition_id", "rule_to_json"]

FORMAT: Final = 1
"""The number of the JSON's format; it grows when the meaning of a key changes."""


def rule_to_json(rule: Rule) -> dict[str, object]:
    """Return the rule as JSON values, with the number of the format."""
    return {"segment": FORMAT, "rule": _rule(rule)}


def definition_id(rule: Rule) -> str:
    """Return the id of a definition: "seg_" and 32 digits derived from its canonical JSON."""
    return derive_id("seg", canonical_json(rule_to_json(rule)))


# ---------------------------------------------------------------- writing


def _rule(rule: Rule) -> dict[str, object]:  # noqa: PLR0911 - one return a node
    match rule:
        case And() | Or():
            return {type(rule).__name__.lower(): [_rule(item) for item in rule.items]}
        case Not():
            return {"not": _rule(rule.item)}
        case Matches():
            parts = {"where": rule.where, "having": rule.having}
            inner = {name: _rule(part) for name, part in parts.items() if part is not None}
            return {"matches": rule.relation, **inner, **_negated(negated=rule.negated)}
        case InSegment():
            return {"in_segment": rule.name}
        case Compare():
            return {
                "compare": _operand(rule.left),
                "op": rule.op.value,
                "value": _value(rule.right),
            }
        case In():
            values = [_value(value) for value in rule.values]
            return {"in": _operand(rule.left), "values": values, **_negated(negated=rule.negated)}
        case Contains():
            value = _value(rule.value)
            return {"contains": _operand(rule.left), "value": value,
                    **_negated(negated=rule.negated)}  # fmt: skip
        case Between():
            return {"between": _operand(rule.left), "low": _value(rule.low),
                    "high": _value(rule.high), **_negated(negated=rule.negated)}  # fmt: skip
        case IsNull():
            return {"is_null": _operand(rule.left), **_negated(negated=rule.negated)}


def _negated(*, negated: bool) -> dict[str, object]:
    return {"negated": True} if negated else {}


def _operand(operand: Operand) -> dict[str, object]:
    match operand:
        case FieldRef():
            return {"field": operand.name}
        case Anniversary():
            return {"anniversary": operand.name}
        case Bucket():
            return {"bucket": {"salt": operand.salt, "of": operand.name}}
        case Aggregate():
            return {operand.function.value: operand.name}


def _value(value: Value) -> dict[str, object]:  # noqa: PLR0911 - one return a sort
    match value:
        case Text():
            return {"text": value.value}
        case Number():
            return {"number": f"{value.value:f}"}
        case Flag():
            return {"flag": value.value}
        case Day():
            return {"day": value.value.isoformat()}
        case Instant():
            return {"instant": instant_text(value.value)}
        case LocalTime():
            return {"local": value.value.isoformat()}
        case Relative():
            return {"relative": value.amount, "unit": value.unit.value}
        case Param():
            return {"param": value.name}
