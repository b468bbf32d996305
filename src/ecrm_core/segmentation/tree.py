"""Tree: the rule of a segment as a closed set of frozen nodes; its bounds hold from birth."""

from __future__ import annotations

from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.terms import Node, Operand, Span, Value, clean_name, truth

__all__ = [
    "MAX_DEPTH",
    "MAX_SIZE",
    "And",
    "Between",
    "Compare",
    "Contains",
    "In",
    "InSegment",
    "IsNull",
    "Leaf",
    "Matches",
    "Not",
    "Op",
    "Or",
    "Rule",
    "all_of",
    "any_of",
    "is_negated",
    "values_of",
]

MAX_DEPTH: Final = 64
"""Nodes above each other at the most."""
MAX_SIZE: Final = 10_000
"""Nodes and values of a tree at the most; a shared part counts wherever it stands."""


class Op(Enum):
    """The six comparisons; ``!=`` is the exact complement of ``=``."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class _Leaf(Node):
    __slots__ = ()

    @property
    def depth(self) -> int:
        """The nodes above each other."""
        return 1

    @property
    def size(self) -> int:
        """The nodes and values."""
        return 2


@frozen(repr=False)
class Compare(_Leaf):
    """One of the six comparisons."""

    left: Operand
    op: Op
    right: Value
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class In(_Leaf):
    """Equal to one of at least one value."""

    left: Operand
    values: tuple[Value, ...]
    negated: bool = field(default=False, converter=truth, kw_only=True)
    span: Span | None = field(default=None, eq=False, kw_only=True)

    @property
    def size(self) -> int:
        """The nodes and values."""
        return 1 + len(self.values)

    def __attrs_post_init__(self) -> None:
        """Refuse an empty list, and one beyond the bounds."""
        if not self.values:
            raise DefinitionError("found IN without a value", code="segment_tree")
        _bounded(1, self.size)


@frozen(repr=False)
class Contains(_Leaf):
    """A list holds this text, or a text holds this part."""

    left: Operand
    value: Value
    negated: bool = field(default=False, converter=truth, kw_only=True)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class Between(_Leaf):
    """From ``low`` to ``high``, both included."""

    left: Operand
    low: Value
    high: Value
    negated: bool = field(default=False, converter=truth, kw_only=True)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class IsNull(_Leaf):
    """The value is missing."""

    left: Operand
    negated: bool = field(default=False, converter=truth, kw_only=True)
    span: Span | None = field(default=None, eq=False, kw_only=True)


# ---------------------------------------------------------------- branches


@frozen(repr=False)
class And(Node):
    """All of two or more rules, none of them an And itself; ``all_of`` makes one."""

    items: tuple[Rule, ...]
    span: Span | None = field(default=None, eq=False, kw_only=True)
    depth: int = field(init=False, eq=False)
    size: int = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse fewer than two parts, an And inside, and what exceeds the bounds."""
        _junction(self, self.items)


@frozen(repr=False)
class Or(Node):
    """One or more of two or more rules, none of them an Or itself; ``any_of`` makes one."""

    items: tuple[Rule, ...]
    span: Span | None = field(default=None, eq=False, kw_only=True)
    depth: int = field(init=False, eq=False)
    size: int = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse fewer than two parts, an Or inside, and what exceeds the bounds."""
        _junction(self, self.items)


@frozen(repr=False)
class Not(Node):
    """The exact complement of a rule."""

    item: Rule
    span: Span | None = field(default=None, eq=False, kw_only=True)
    depth: int = field(init=False, eq=False)
    size: int = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what exceeds the bounds."""
        _measure(self, (self.item,))


@frozen(repr=False)
class Matches(Node):
    """The customer has rows of a relation: those under ``where``, as many as ``having`` asks.

    Without ``having`` one row is enough.
    """

    relation: str = field(converter=clean_name)
    where: Rule | None = None
    having: Rule | None = None
    negated: bool = field(default=False, converter=truth, kw_only=True)
    span: Span | None = field(default=None, eq=False, kw_only=True)
    depth: int = field(init=False, eq=False)
    size: int = field(init=False, eq=False)

    def __attrs_post_init__(self) -> None:
        """Refuse what exceeds the bounds."""
        _measure(self, tuple(part for part in (self.where, self.having) if part))


@frozen(repr=False)
class InSegment(_Leaf):
    """The customer is in another segment, named as the schema names it."""

    name: str = field(converter=clean_name)
    span: Span | None = field(default=None, eq=False, kw_only=True)

    @property
    def size(self) -> int:
        """The nodes and values; what the other segment holds is counted when it is put in."""
        return 1


Leaf = Compare | In | Contains | Between | IsNull
"""A rule without a rule inside."""
Rule = And | Or | Not | Matches | InSegment | Leaf
"""Any node that is true or false of a customer."""
_RULES = (And, Or, Not, Matches, InSegment, Compare, In, Contains, Between, IsNull)


def _junction(node: And | Or, items: tuple[Rule, ...]) -> None:
    if len(items) < 2 or any(type(item) is type(node) for item in items):
        message = (
            f"found {type(node).__name__} of one part or inside another, expected one spelling"
        )
        raise DefinitionError(message, code="segment_tree")
    _measure(node, items)


def _measure(node: And | Or | Not | Matches, parts: tuple[Rule, ...]) -> None:
    """Write depth and size from those of the parts: no walk, and no tree beyond the bounds."""
    if not all(isinstance(part, _RULES) for part in parts):
        raise DefinitionError("found a part that is no rule", code="segment_tree")
    depth = 1 + max((part.depth for part in parts), default=0)
    size = 1 + sum(part.size for part in parts)
    _bounded(depth, size)
    object.__setattr__(node, "depth", depth)
    object.__setattr__(node, "size", size)


def _bounded(depth: int, size: int) -> None:
    if depth > MAX_DEPTH:
        message = f"found a rule nested {depth} deep, expected at most {MAX_DEPTH}"
        raise DefinitionError(message, code="segment_depth")
    if size > MAX_SIZE:
        message = f"found a rule of {size} parts, expected at most {MAX_SIZE}"
        raise DefinitionError(message, code="segment_size")


def all_of(*rules: Rule, span: Span | None = None) -> Rule:
    """Return the rule that all of these hold, in its one spelling (an And inside is opened)."""
    items = tuple(i for rule in rules for i in (rule.items if isinstance(rule, And) else (rule,)))
    return items[0] if len(items) == 1 else And(items, span=span)


def any_of(*rules: Rule, span: Span | None = None) -> Rule:
    """Return the rule that one of these holds, in its one spelling (an Or inside is opened)."""
    items = tuple(i for rule in rules for i in (rule.items if isinstance(rule, Or) else (rule,)))
    return items[0] if len(items) == 1 else Or(items, span=span)


def is_negated(leaf: Leaf) -> bool:
    """Tell whether a leaf is the complement of a positive one: so a missing value satisfies it.

    IS NULL is satisfied by a missing value too, but says so itself.
    """
    return leaf.op is Op.NE if isinstance(leaf, Compare) else leaf.negated


def values_of(leaf: Leaf) -> tuple[Value, ...]:
    """Return the values a leaf compares with, in order."""
    match leaf:
        case Compare():
            return (leaf.right,)
        case In():
            return leaf.values
        case Contains():
            return (leaf.value,)
        case Between():
            return (leaf.low, leaf.high)
        case IsNull():
            return ()
