"""Schema: which fields and relations a segment may name, of which type, and what fits them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Registry, minor_units
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
from ecrm_core.segmentation.tree import Rule

__all__ = ["OPERATORS", "FieldType", "Relation", "Schema", "SchemaField"]


class FieldType(Enum):
    """The types a field may have; an ID is text that a query may write as a whole number."""

    TEXT = "text"
    ID = "id"
    INTEGER = "whole number"
    NUMBER = "number"
    MONEY = "amount of money"
    BOOLEAN = "true or false"
    DATE = "date"
    INSTANT = "moment"
    LIST = "list of texts"
    RECURRING = "day of the year"
    UNKNOWN = "column without a value"


_ORDERED = frozenset({"=", "!=", "<", "<=", ">", ">=", "IN", "BETWEEN", "IS NULL"})
OPERATORS: Final[Mapping[FieldType, frozenset[str]]] = {
    FieldType.TEXT: _ORDERED | {"CONTAINS"},
    FieldType.ID: frozenset({"=", "!=", "IN", "IS NULL"}),
    FieldType.INTEGER: _ORDERED,
    FieldType.NUMBER: _ORDERED,
    FieldType.MONEY: _ORDERED,
    FieldType.BOOLEAN: frozenset({"=", "!=", "IS NULL"}),
    FieldType.DATE: _ORDERED,
    FieldType.INSTANT: _ORDERED,
    FieldType.LIST: frozenset({"CONTAINS", "IS NULL"}),
    FieldType.RECURRING: frozenset({"=", "!=", "IN", "BETWEEN", "IS NULL"}),
    FieldType.UNKNOWN: _ORDERED | {"CONTAINS"},
}
"""The operators each type has; NOT IN, NOT CONTAINS and so on come with theirs."""

_EXPECTED: Mapping[FieldType, tuple[str, ...]] = {
    FieldType.TEXT: ("text in quotes",),
    FieldType.ID: ("text in quotes", "a whole number"),
    FieldType.INTEGER: ("a whole number",),
    FieldType.NUMBER: ("a number",),
    FieldType.MONEY: ("a number",),
    FieldType.BOOLEAN: ("true", "false"),
    FieldType.DATE: ("a date such as 2026-01-31", "today", "-90d"),
    FieldType.INSTANT: ("a date such as 2026-01-31", "-90d", "-36h", "2026-01-31T09:00:00Z"),
    FieldType.LIST: ("text in quotes",),
    FieldType.RECURRING: ("a date such as 2026-01-31", "today", "+30d"),
    FieldType.UNKNOWN: ("a value",),
}


@frozen(kw_only=True)
class SchemaField:
    """One field: its type, whether it may be missing, the only texts it holds, if few.

    ``personal`` values are masked in explanations. A list is never missing: it may be empty. The
    ``choices`` of a field of ``consent`` go from leave given, the first, to no answer, the last.
    """

    name: str
    type: FieldType
    nullable: bool = True
    choices: tuple[str, ...] = ()
    personal: bool = False
    consent: bool = False
    meaning: str = ""

    @property
    def expected(self) -> tuple[str, ...]:
        """What a query may compare the field with, in words."""
        return tuple(map(repr, self.choices)) or _EXPECTED[self.type]

    def takes(self, value: Value) -> bool:  # noqa: PLR0911 - one return a sort of value
        """Tell whether a value of a query fits the type; choices are looked at apart."""
        kind = self.type
        if kind is FieldType.UNKNOWN:
            return True
        match value:
            case Text():
                return kind in {FieldType.TEXT, FieldType.ID, FieldType.LIST}
            case Number():
                return kind in {FieldType.NUMBER, FieldType.MONEY} or (
                    kind in {FieldType.INTEGER, FieldType.ID}
                    and value.value == value.value.to_integral_value()
                )
            case Flag():
                return kind is FieldType.BOOLEAN
            case Instant() | LocalTime():
                return kind is FieldType.INSTANT
            case Day():
                return kind in {FieldType.DATE, FieldType.INSTANT, FieldType.RECURRING}
            case Param():
                return True
            case Relative():
                days = {FieldType.DATE, FieldType.INSTANT, FieldType.RECURRING}
                return kind is FieldType.INSTANT or (value.is_days and kind in days)


@frozen(kw_only=True)
class Relation:
    """Rows a customer has, such as orders; ``at`` names the field that says when each happened.

    Rows after ``as_of`` are not seen.
    """

    name: str
    fields: Registry[SchemaField]
    at: str | None = None
    meaning: str = ""

    @classmethod
    def of(
        cls, name: str, fields: Iterable[SchemaField], *, at: str | None = None, meaning: str = ""
    ) -> Relation:
        """Return the relation with these fields."""
        named = {held.name: held for held in fields}
        return cls(name=name, fields=Registry("field", named), at=at, meaning=meaning)


@frozen(kw_only=True)
class Schema:
    """The fields, relations and other segments by name, and the currency a bare number is in.

    ``segments`` are the rules that ``IN SEGMENT 'name'`` may name. ``add`` gives a new schema; a
    name that is taken raises PluginError naming both.
    """

    fields: Registry[SchemaField] = field(factory=lambda: Registry[SchemaField]("field"))
    relations: Registry[Relation] = field(factory=lambda: Registry[Relation]("relation"))
    segments: Registry[Rule] = field(factory=lambda: Registry[Rule]("segment"))
    currency: str | None = None

    def __attrs_post_init__(self) -> None:
        """Refuse a currency that is none (DefinitionError)."""
        if self.currency is not None:
            minor_units(self.currency)

    def add(self, *things: SchemaField | Relation) -> Schema:
        """Return the schema with more fields and relations."""
        schema = self
        for thing in things:
            if isinstance(thing, Relation):
                relations = schema.relations.add(thing.name, thing)
                schema = evolve(schema, relations=relations)
            else:
                schema = evolve(schema, fields=schema.fields.add(thing.name, thing))
        return schema

    def with_segments(self, rules: Mapping[str, Rule]) -> Schema:
        """Return the schema with more segments to name; PluginError for a name taken.

        DefinitionError for what is no rule: a Segment holds its own in ``rule``.
        """
        segments = self.segments
        for name, rule in rules.items():
            if not isinstance(rule, Rule):
                message = f"found {type(rule).__name__}, expected the rule of a segment"
                raise DefinitionError(message, code="segment_tree")
            segments = segments.add(name, rule)
        return evolve(self, segments=segments)
