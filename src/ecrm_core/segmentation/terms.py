"""Terms: what stands left and right of an operator: fields, functions of them, and values."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Context, Decimal
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import gate_decimal, gate_text, nfc, parse_instant, utc

__all__ = [
    "MAX_QUERY",
    "WORD",
    "Aggregate",
    "Anniversary",
    "Bucket",
    "Day",
    "FieldRef",
    "Flag",
    "Function",
    "Instant",
    "LocalTime",
    "Node",
    "Number",
    "Operand",
    "Param",
    "Relative",
    "Span",
    "Text",
    "Unit",
    "Value",
    "clean_name",
    "parse_local",
    "truth",
]

MAX_QUERY: Final = 8_192
"""Bytes of a query (UTF-8), and characters of one text in a tree, at the most."""
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+", re.ASCII)
_EXACT = Context(prec=100)
Span = tuple[int, int]
"""Where a node stands in its query: characters from, and up to without."""


class Node:
    """What all nodes share: no content in a repr (a query may hold an address)."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Show the class alone."""
        return f"<{type(self).__name__} •••>"


def clean_name(text: str) -> str:
    """Return a name in NFC; DefinitionError for a blank one, InputError for none at all."""
    name = nfc(gate_text(text))
    if not name.strip():
        raise DefinitionError("found an empty name in a rule", code="segment_tree")
    return name


# ---------------------------------------------------------------- values


def _text(text: str) -> str:
    return nfc(gate_text(text, limit=MAX_QUERY))


def _number(value: Decimal | int | str) -> Decimal:
    """The one spelling of a number: no trailing zeros, no negative zero."""
    number = gate_decimal(value).normalize(_EXACT)
    return number or Decimal(0)


@frozen(repr=False)
class Text(Node):
    """A text, in NFC."""

    value: str = field(converter=_text)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class Number(Node):
    """An exact number; beside an amount of money it is in the currency of the schema."""

    value: Decimal = field(converter=_number)
    span: Span | None = field(default=None, eq=False, kw_only=True)


def truth(value: bool) -> bool:  # noqa: FBT001 - a converter
    """Return True or False; DefinitionError for anything else: it stands in generated source."""
    if not isinstance(value, bool):
        message = f"found {type(value).__name__}, expected True or False"
        raise DefinitionError(message, code="segment_tree")
    return value


@frozen(repr=False)
class Flag(Node):
    """True or false."""

    value: bool = field(converter=truth)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class Day(Node):
    """A calendar day, such as 2026-01-31."""

    value: date
    span: Span | None = field(default=None, eq=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse an instant: it is no day."""
        if isinstance(self.value, datetime):
            raise DefinitionError("found an instant, expected a day", code="segment_tree")


@frozen(repr=False)
class Instant(Node):
    """A moment, such as 2026-01-31T09:00:00Z."""

    value: datetime = field(converter=utc)
    span: Span | None = field(default=None, eq=False, kw_only=True)


def _local(value: datetime) -> datetime:
    if getattr(value, "tzinfo", value) is not None:
        message = "found a day or an instant, expected a time without an offset"
        raise DefinitionError(message, code="segment_tree")
    return value.replace(fold=0)


@frozen(repr=False)
class LocalTime(Node):
    """A time of the shop's zone, such as 2026-01-31T09:00:00: a moment once the zone is named.

    In a gap of the clock it moves forward by the gap; of two such times it is the first.
    """

    value: datetime = field(converter=_local)
    span: Span | None = field(default=None, eq=False, kw_only=True)


def parse_local(text: str) -> datetime:
    """Return the time of ISO 8601 text without an offset; InputError for any other text."""
    if not _LOCAL.fullmatch(gate_text(text)[:64]):
        raise InputError("found no time without an offset", code="not_instant")
    return parse_instant(text, tz="UTC").replace(tzinfo=None)


class Unit(Enum):
    """What a relative time counts."""

    HOUR = "h"
    DAY = "d"
    WEEK = "w"
    MONTH = "m"
    YEAR = "y"


@frozen(repr=False)
class Relative(Node):
    """A time counted from ``as_of``: -90d and today are days in the zone, -36h is a moment."""

    amount: int
    unit: Unit
    span: Span | None = field(default=None, eq=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a fraction, no query could spell it, and more than six digits: no calendar can."""
        if type(self.amount) is not int:
            message = f"found {type(self.amount).__name__} for a time, expected a whole number"
            raise DefinitionError(message, code="segment_tree")
        if abs(self.amount) > 999_999:
            message = "found a relative time of more than six digits"
            raise DefinitionError(message, code="segment_tree")

    @property
    def is_days(self) -> bool:
        """Whether it is a day; otherwise it is a moment."""
        return self.unit is not Unit.HOUR


@frozen(repr=False)
class Param(Node):
    """A value given later, ``:since`` in a query: ``Segment.bind`` puts one in its place."""

    name: str = field(converter=clean_name)
    span: Span | None = field(default=None, eq=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a name that is no word: a query could not spell it."""
        if not re.fullmatch(r"[^\W\d]\w*", self.name):
            raise DefinitionError("found a parameter that is no word", code="segment_tree")


Value = Text | Number | Flag | Day | Instant | LocalTime | Relative | Param
"""What stands on the right of an operator."""

# ---------------------------------------------------------------- operands


@frozen(repr=False)
class FieldRef(Node):
    """A field of the customer, or of a row inside MATCHES."""

    name: str = field(converter=clean_name)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class Anniversary(Node):
    """The yearly return of a date; 29 February returns on the 28th where a year has none."""

    name: str = field(converter=clean_name)
    span: Span | None = field(default=None, eq=False, kw_only=True)


@frozen(repr=False)
class Bucket(Node):
    """A whole number from 0 to 99 drawn from a salt and an id: the same for ever, evenly spread.

    Two salts cut the customers in two ways that know nothing of each other.
    """

    salt: str = field(converter=_text)
    name: str = field(default="customer_id", converter=clean_name)
    span: Span | None = field(default=None, eq=False, kw_only=True)


class Function(Enum):
    """How many rows become one value."""

    COUNT = "count"
    SUM = "sum"
    MIN = "min"
    MAX = "max"


@frozen(repr=False)
class Aggregate(Node):
    """A value of all the rows a MATCHES leaves: their count, or sum, min or max of a field."""

    function: Function
    name: str | None = None
    span: Span | None = field(default=None, eq=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        """Refuse a count of a field, and the others without one."""
        if (self.name is None) is not (self.function is Function.COUNT):
            message = f"found {self.function.value} with{'' if self.name else 'out'} a field"
            raise DefinitionError(message, code="segment_tree")
        if self.name is not None:
            clean_name(self.name)


Operand = FieldRef | Anniversary | Bucket | Aggregate
"""What stands on the left of an operator."""


WORD: Final = re.compile(r"[^\W\d]\w*(?:\.\w+)*")
"""A name that needs no backquotes, unless it is a word of the language."""
