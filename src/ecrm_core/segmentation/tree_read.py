"""Tree read: a rule from its JSON; what it does not know is refused, with the path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from functools import partial
from typing import Any, NoReturn, TypeVar

from attrs import evolve, field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import parse_date, parse_instant
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
from ecrm_core.segmentation.tree_json import FORMAT

__all__ = ["rule_from_json"]

_Json = Any  # JSON values
E = TypeVar("E", bound=Enum)


@frozen(kw_only=True)
class _Level:
    """How deep the reading is, and the rules of the objects it has read, each kept beside its own.

    A graph of shared objects, which Python makes and no text does, is so read once an object.
    """

    depth: int = 1
    known: dict[int, tuple[_Json, Rule]] = field(factory=dict)

    @property
    def below(self) -> _Level:
        return evolve(self, depth=self.depth + 1)


def rule_from_json(data: Mapping[str, object]) -> Rule:
    """Return the rule of its JSON; DefinitionError, with the path, for what is none."""
    _keys(data, {"segment", "rule"}, set(), "$")
    if data["segment"] != FORMAT or isinstance(data["segment"], bool):
        _refuse(f"found a format this version does not read, expected {FORMAT}", "$.segment")
    return _read_rule(data["rule"], "$.rule", _Level())


def _refuse(message: str, path: str) -> NoReturn:
    raise DefinitionError(f"{path}: {message}", code="segment_json", path=path)


def _keys(data: object, needed: set[str], optional: set[str], path: str) -> Mapping[str, _Json]:
    if not isinstance(data, Mapping):
        _refuse(f"found {type(data).__name__}, expected an object", path)
    if not needed <= data.keys() <= needed | optional:
        expected = ", ".join(sorted(needed | optional))
        _refuse(f"found other keys than expected: {expected}", path)
    return data


def _read_rule(data: _Json, path: str, level: _Level) -> Rule:
    if level.depth > MAX_DEPTH:
        _refuse(f"nested deeper than {MAX_DEPTH}", path)
    if id(data) not in level.known:
        level.known[id(data)] = data, _read_anew(data, path, level)
    return level.known[id(data)][1]


def _read_anew(data: _Json, path: str, level: _Level) -> Rule:
    tag = _tag(data, _RULES, path)
    try:
        return _RULES[tag](data, f"{path}.{tag}", level)
    except InputError as error:
        _refuse(error.detail, path)
    except DefinitionError as error:
        if error.code == "segment_json":
            raise
        _refuse(error.message, path)


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


def _read_items(kind: type[And | Or], key: str) -> Callable[[_Json, str, _Level], Rule]:
    def read(data: _Json, path: str, level: _Level) -> Rule:
        _keys(data, {key}, set(), path)
        items = _items(data, key, path)
        return kind(tuple(
            _read_rule(item, f"{path}[{at}]", level.below) for at, item in enumerate(items)
        ))  # fmt: skip

    return read


def _read_not(data: _Json, path: str, level: _Level) -> Rule:
    _keys(data, {"not"}, set(), path)
    return Not(_read_rule(data["not"], path, level.below))


def _read_matches(data: _Json, path: str, level: _Level) -> Rule:
    _keys(data, {"matches"}, {"where", "having", "negated"}, path)
    parts = {
        name: _read_rule(data[name], f"{path}.{name}", level.below)
        for name in ("where", "having")
        if name in data
    }
    where, having = parts.get("where"), parts.get("having")
    return Matches(data["matches"], where, having, negated=_read_negated(data, path))


def _read_in_segment(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"in_segment"}, set(), path)
    return InSegment(data["in_segment"])


def _read_compare(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"compare", "op", "value"}, set(), path)
    left = _read_operand(data["compare"], path)
    return Compare(left, _one_of(Op, data["op"], "operator"), _read_value(data["value"], path))


def _read_in(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"in", "values"}, {"negated"}, path)
    values = tuple(_read_value(value, path) for value in _items(data, "values", path))
    return In(_read_operand(data["in"], path), values, negated=_read_negated(data, path))


def _read_contains(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"contains", "value"}, {"negated"}, path)
    left, value = _read_operand(data["contains"], path), _read_value(data["value"], path)
    return Contains(left, value, negated=_read_negated(data, path))


def _read_between(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"between", "low", "high"}, {"negated"}, path)
    low, high = _read_value(data["low"], path), _read_value(data["high"], path)
    left = _read_operand(data["between"], path)
    return Between(left, low, high, negated=_read_negated(data, path))


def _read_is_null(data: _Json, path: str, _: _Level) -> Rule:
    _keys(data, {"is_null"}, {"negated"}, path)
    return IsNull(_read_operand(data["is_null"], path), negated=_read_negated(data, path))


_RULES: Mapping[str, Callable[[_Json, str, _Level], Rule]] = {
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


def _read_bucket(data: _Json, path: str) -> Bucket:
    held = _keys(data, {"salt", "of"}, set(), path)
    return Bucket(held["salt"], held["of"])


def _of_field(kind: Callable[[_Json], Operand]) -> Callable[[_Json, str], Operand]:
    return lambda data, _: kind(data)


_OPERANDS: Mapping[str, Callable[[_Json, str], Operand]] = {
    "field": _of_field(FieldRef),
    "anniversary": _of_field(Anniversary),
    "bucket": _read_bucket,
    **{function.value: _of_field(partial(Aggregate, function)) for function in Function},
}


def _read_operand(data: _Json, path: str) -> Operand:
    tag = _tag(data, _OPERANDS, path)
    _keys(data, {tag}, set(), path)
    return _OPERANDS[tag](data[tag], f"{path}.{tag}")


def _read_value(data: _Json, path: str) -> Value:
    tag = _tag(data, _VALUES, path)
    _keys(data, {tag, "unit"} if tag == "relative" else {tag}, set(), path)
    return _VALUES[tag](data)


def _typed(value: _Json, kind: type) -> _Json:
    if type(value) is not kind:
        raise _unlike(f"found {type(value).__name__}, expected {kind.__name__}")
    return value


def _one_of(kind: type[E], value: _Json, called: str) -> E:
    known = {str(member.value): member for member in kind}
    if not isinstance(value, str) or value not in known:
        raise _unlike(f"found no such {called}, expected one of {', '.join(known)}")
    return known[value]


def _unlike(message: str) -> DefinitionError:
    """Return what is refused at the path of the rule it is a part of."""
    return DefinitionError(message, code="segment_tree")


_VALUES: Mapping[str, Callable[[Mapping[str, _Json]], Value]] = {
    "text": lambda data: Text(data["text"]),
    "number": lambda data: Number(_typed(data["number"], str)),
    "flag": lambda data: Flag(_typed(data["flag"], bool)),
    "day": lambda data: Day(parse_date(data["day"])),
    "instant": lambda data: Instant(parse_instant(data["instant"])),
    "local": lambda data: LocalTime(parse_local(data["local"])),
    "param": lambda data: Param(data["param"]),
    "relative": lambda data: Relative(
        _typed(data["relative"], int), _one_of(Unit, data["unit"], "unit")
    ),
}
