"""Tree JSON: a rule as tagged, versioned, canonical JSON; unknown keys are refused.

Numbers are decimal text; equal rules have equal JSON, so the hash of it is the id of the
definition. The JSON holds the texts of the rule, personal data included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final, NoReturn

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import canonical_json, derive_id, instant_text, parse_date, parse_instant
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
    Text,
    Unit,
    Value,
    parse_local,
)
from ecrm_core.segmentation.tree import (
    MAX_DEPTH,
    And,
    Between,
    Compare,
    Contains,
    In,
    InSegment,
    IsNull,
    Matches,
    Not,
    Op,
    Or,
    Rule,
)

__all__ = ["FORMAT", "definition_id", "rule_from_json", "rule_to_json"]

FORMAT: Final = 1
"""The number of the JSON's format; it grows when the meaning of a key changes."""
_Json = Any  # JSON values


def rule_to_json(rule: Rule) -> dict[str, object]:
    """Return the rule as JSON values, with the number of the format."""
    return {"segment": FORMAT, "rule": _rule(rule)}


def rule_from_json(data: Mapping[str, object]) -> Rule:
    """Return the rule of its JSON; DefinitionError, with the path, for what is none."""
    _keys(data, {"segment", "rule"}, set(), "$")
    if data["segment"] != FORMAT or isinstance(data["segment"], bool):
        _refuse(f"found a format this version does not read, expected {FORMAT}", "$.segment")
    return _read_rule(data["rule"], "$.rule", 1)


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


# ---------------------------------------------------------------- reading


def _refuse(message: str, path: str) -> NoReturn:
    raise DefinitionError(f"{path}: {message}", code="segment_json", path=path)


def _keys(data: object, needed: set[str], optional: set[str], path: str) -> Mapping[str, _Json]:
    if not isinstance(data, Mapping):
        _refuse(f"found {type(data).__name__}, expected an object", path)
    if not needed <= data.keys() <= needed | optional:
        expected = ", ".join(sorted(needed | optional))
        _refuse(f"found other keys than expected: {expected}", path)
    return data


def _read_rule(data: _Json, path: str, depth: int) -> Rule:
    if depth > MAX_DEPTH:
        _refuse(f"nested deeper than {MAX_DEPTH}", path)
    tag = _tag(data, _RULES, path)
    try:
        return _RULES[tag](data, f"{path}.{tag}", depth)
    except (InputError, ValueError, TypeError) as error:
        if isinstance(error, DefinitionError) and error.code == "segment_json":
            raise
        said = (
            error.message if isinstance(error, (InputError, DefinitionError)) else "no such value"
        )
        _refuse(said, path)


def _tag(data: object, known: Mapping[str, object], path: str) -> str:
    if not isinstance(data, Mapping):
        _refuse(f"found {type(data).__name__}, expected an object", path)
    for key in known:
        if key in data:
            return key
    _refuse(f"found no known key, expected one of {', '.join(known)}", path)


def _items(data: _Json, key: str, path: str) -> list[_Json]:
    held = data[key]
    if not isinstance(held, (list, tuple)):
        _refuse(f"found {type(held).__name__}, expected a list", path)
    return list(held)


def _read_items(kind: type[And | Or], key: str) -> Callable[[_Json, str, int], Rule]:
    def read(data: _Json, path: str, depth: int) -> Rule:
        _keys(data, {key}, set(), path)
        items = _items(data, key, path)
        return kind(tuple(
            _read_rule(item, f"{path}[{at}]", depth + 1) for at, item in enumerate(items)
        ))  # fmt: skip

    return read


def _read_not(data: _Json, path: str, depth: int) -> Rule:
    _keys(data, {"not"}, set(), path)
    return Not(_read_rule(data["not"], path, depth + 1))


def _read_matches(data: _Json, path: str, depth: int) -> Rule:
    _keys(data, {"matches"}, {"where", "having", "negated"}, path)
    parts = {
        name: _read_rule(data[name], f"{path}.{name}", depth + 1)
        for name in ("where", "having")
        if name in data
    }
    where, having = parts.get("where"), parts.get("having")
    return Matches(data["matches"], where, having, negated=_read_negated(data, path))


def _read_in_segment(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"in_segment"}, set(), path)
    return InSegment(data["in_segment"])


def _read_compare(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"compare", "op", "value"}, set(), path)
    left = _read_operand(data["compare"], path)
    return Compare(left, Op(data["op"]), _read_value(data["value"], path))


def _read_in(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"in", "values"}, {"negated"}, path)
    values = tuple(_read_value(value, path) for value in _items(data, "values", path))
    return In(_read_operand(data["in"], path), values, negated=_read_negated(data, path))


def _read_contains(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"contains", "value"}, {"negated"}, path)
    left, value = _read_operand(data["contains"], path), _read_value(data["value"], path)
    return Contains(left, value, negated=_read_negated(data, path))


def _read_between(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"between", "low", "high"}, {"negated"}, path)
    low, high = _read_value(data["low"], path), _read_value(data["high"], path)
    left = _read_operand(data["between"], path)
    return Between(left, low, high, negated=_read_negated(data, path))


def _read_is_null(data: _Json, path: str, _: int) -> Rule:
    _keys(data, {"is_null"}, {"negated"}, path)
    return IsNull(_read_operand(data["is_null"], path), negated=_read_negated(data, path))


_RULES: Mapping[str, Callable[[_Json, str, int], Rule]] = {
    "and": _read_items(And, "and"),
    "or": _read_items(Or, "or"),
    "not": _read_not,
    "in_segment": _read_in_segment,
    "matches": _read_matches,
    "compare": _read_compare,
    "in": _read_in,
    "contains": _read_contains,
    "between": _read_between,
    "is_null": _read_is_null,
}


def _read_negated(data: Mapping[str, _Json], path: str) -> bool:
    if data.get("negated", True) is not True:
        _refuse("found negated other than true, expected true or no such key", path)
    return "negated" in data


def _read_bucket(data: _Json) -> Bucket:
    held = _keys(data, {"salt", "of"}, set(), "bucket")
    return Bucket(held["salt"], held["of"])


_OPERANDS: Mapping[str, Callable[[_Json], Operand]] = {
    "field": FieldRef,
    "anniversary": Anniversary,
    "bucket": _read_bucket,
    **{function.value: partial(Aggregate, function) for function in Function},
}


def _read_operand(data: _Json, path: str) -> Operand:
    tag = _tag(data, _OPERANDS, path)
    _keys(data, {tag}, set(), path)
    return _OPERANDS[tag](data[tag])


def _read_value(data: _Json, path: str) -> Value:
    tag = _tag(data, _VALUES, path)
    _keys(data, {tag, "unit"} if tag == "relative" else {tag}, set(), path)
    return _VALUES[tag](data)


def _typed(value: _Json, kind: type) -> _Json:
    if type(value) is not kind:
        raise TypeError
    return value


_VALUES: Mapping[str, Callable[[Mapping[str, _Json]], Value]] = {
    "text": lambda data: Text(data["text"]),
    "number": lambda data: Number(_typed(data["number"], str)),
    "flag": lambda data: Flag(_typed(data["flag"], bool)),
    "day": lambda data: Day(parse_date(data["day"])),
    "instant": lambda data: Instant(parse_instant(data["instant"])),
    "local": lambda data: LocalTime(parse_local(data["local"])),
    "param": lambda data: Param(data["param"]),
    "relative": lambda data: Relative(_typed(data["relative"], int), Unit(data["unit"])),
}
