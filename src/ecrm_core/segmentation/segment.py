"""Segment: a rule as a public value: read from text or JSON, checked, asked of rows and frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Self, TypeVar

from attrs import field, frozen

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, Diagnostic, SegmentSyntaxError
from ecrm_core.segmentation.binding import Constant, bound
from ecrm_core.segmentation.check import check
from ecrm_core.segmentation.evaluate import evaluate
from ecrm_core.segmentation.explain import Explanation, explain
from ecrm_core.segmentation.funnel import Funnel
from ecrm_core.segmentation.grouping import conjuncts
from ecrm_core.segmentation.members import Members
from ecrm_core.segmentation.parse import Parsed, parse_query, read_query, refuse
from ecrm_core.segmentation.references import rules_named
from ecrm_core.segmentation.related import RelatedTable
from ecrm_core.segmentation.render import render
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.scope import Row
from ecrm_core.segmentation.tables import Tables, read_tables
from ecrm_core.segmentation.tree import Not, Rule, all_of, any_of
from ecrm_core.segmentation.tree_json import definition_id, rule_to_json
from ecrm_core.segmentation.tree_read import rule_from_json

__all__ = ["Segment"]

F = TypeVar("F", bound=Table)


def _is(other: object) -> bool:
    return isinstance(other, Segment)


def _placed(rule: Rule) -> tuple[Parsed, str]:
    """Return a rule read anew from its text, so that remarks on it have places, and the text.

    A rule too long for a query stays as it is.
    """
    text = render(rule)
    try:
        return parse_query(text), text
    except SegmentSyntaxError as error:
        if error.code != "too_long":
            raise
        return Parsed(rule), text


@frozen(slots=False, repr=False)
class Segment:
    """A rule about customers: equal rules are equal segments, however they were written.

    ``str(segment)`` is the canonical query, ``id`` derives from its JSON. ``diagnostics`` are the
    warnings and deprecations found when it was read; ``source`` is the query as it was written.
    """

    rule: Rule
    source: str = field(default="", eq=False, kw_only=True)
    diagnostics: tuple[Diagnostic, ...] = field(default=(), eq=False, kw_only=True)

    @classmethod
    def parse(cls, text: str, schema: Schema | None = None) -> Self:
        """Return the segment of a query (at most 8 KiB), checked where a schema is given.

        Raises SegmentSyntaxError with every mistake in it. Without a schema, names and types are
        checked when it is used: frames bring their own.
        """
        rule, found = read_query(text)
        errors = [remark for remark in found if remark.severity == "error"]
        if errors and rule is not None and schema is not None:
            more = check(rule, schema, template=True)
            errors += [remark for remark in more if remark.severity == "error"]
        if errors or rule is None:
            raise refuse(text, errors)
        return cls._of(Parsed(rule, found), text, schema)

    @classmethod
    def from_json(cls, data: Mapping[str, object], schema: Schema | None = None) -> Self:
        """Return the segment of its JSON; DefinitionError, with the path, for what is none."""
        parsed, text = _placed(rule_from_json(data))
        return cls._of(parsed, text, schema)

    @classmethod
    def _of(cls, parsed: Parsed, text: str, schema: Schema | None) -> Self:
        segment = cls(parsed.rule, source=text, diagnostics=parsed.diagnostics)
        if schema is None:
            return segment
        found = (*parsed.diagnostics, *segment._checked(schema, template=True))
        return cls(parsed.rule, source=text, diagnostics=found)

    def check(self, schema: Schema) -> tuple[Diagnostic, ...]:
        """Return the warnings under a schema; SegmentSyntaxError when the rule does not fit it.

        A parameter without a value does not fit; ``bind`` gives it one.
        """
        return self._checked(schema, template=False)

    def _checked(self, schema: Schema, *, template: bool) -> tuple[Diagnostic, ...]:
        rule, source = self.rule, self.source
        if not source:
            parsed, source = _placed(rule)
            rule = parsed.rule
        found = check(rule, schema, template=template)
        errors = [remark for remark in found if remark.severity == "error"]
        if errors:
            raise refuse(source, errors)
        return found

    def bind(self, **values: Constant) -> Self:
        """Return the segment with values in the places of its parameters (``:since`` in a query).

        A value is text, a number (no float), true or false, a day, an aware instant or a node of
        the tree. UnknownName for a parameter it has not; those not named stay open.
        """
        parsed, text = _placed(bound(self.rule, values))
        return type(self)(parsed.rule, source=text)

    def __and__(self, other: Segment) -> Segment:
        """Return those in both."""
        return self._joined(other, all_of)

    def __or__(self, other: Segment) -> Segment:
        """Return those in one or both."""
        return self._joined(other, any_of)

    def __invert__(self) -> Segment:
        """Return those who are not in it: the exact complement."""
        return Segment(Not(self.rule))

    def _joined(self, other: Segment, join: Callable[..., Rule]) -> Segment:
        return Segment(join(self.rule, other.rule)) if _is(other) else NotImplemented

    def __bool__(self) -> bool:
        """Refuse: a rule is true of a customer, not in itself."""
        message = (
            "found a segment where Python wants true or false: write & | ~ for and, or, not, with "
            "brackets around each comparison, and between(a, b) for a < x < b"
        )
        raise DefinitionError(message, code="segment_condition")

    @property
    def warnings(self) -> tuple[str, ...]:
        """What may surprise, in words, with the place in the query."""
        return tuple(remark.shown(self.source) for remark in self.diagnostics)

    @cached_property
    def id(self) -> str:
        """The id of the definition: the same for every spelling of the rule."""
        return definition_id(self.rule)

    def to_json(self) -> dict[str, object]:
        """Return the rule as JSON values; texts of the rule are in it."""
        return rule_to_json(self.rule)

    def holds(self, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC") -> bool:
        """Tell whether the rule holds of one row; ``check`` it under the schema before."""
        return evaluate(self.rule, row, schema=schema, as_of=as_of, tz=tz)

    def explain(self, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC") -> Explanation:
        """Return the value of every node for one row; ``check`` it under the schema before."""
        return explain(self.rule, row, schema=schema, as_of=as_of, tz=tz)

    def members(
        self,
        frame: F,
        *,
        fields: FieldMap | None = None,
        segments: Mapping[str, Segment] | None = None,
        key: str | None = None,
        as_of: datetime,
        tz: str = "UTC",
        **relations: Table | RelatedTable,
    ) -> Members[F]:
        """Return which rows of a table are members, at an instant (aware) in a zone (IANA).

        With ``fields``, columns are the fields their roles name (see the page on segments);
        without, each column is a field under its own name, its type found in its values.
        ``segments`` are those that IN SEGMENT may name. ``orders=table`` makes a relation for
        MATCHES: its column ``customer_id`` holds the ids of ``key`` (default: the column of the
        role ``id``, else ``customer_id``), ``date`` when each happened; RelatedTable says it
        otherwise.

        Raises SegmentSyntaxError for a rule that does not fit the columns, DefinitionError for a
        column of several types, an id column that is not there, and for no table.
        """
        tables, warnings = self._read(frame, fields, segments or {}, relations, key, as_of, tz)
        (mask,) = tables.masks([self.rule])
        return Members(
            frame, mask, rule=self.rule, tables=tables, diagnostics=warnings, source=self.source
        )

    def funnel(
        self,
        frame: F,
        *,
        fields: FieldMap | None = None,
        segments: Mapping[str, Segment] | None = None,
        key: str | None = None,
        as_of: datetime,
        tz: str = "UTC",
        **relations: Table | RelatedTable,
    ) -> Funnel[F]:
        """Return who drops out at which condition of the outermost AND, in its order.

        Arguments and errors are those of ``members``.
        """
        tables, warnings = self._read(frame, fields, segments or {}, relations, key, as_of, tz)
        steps = conjuncts(self.rule)
        return Funnel(frame, steps, tables.masks(steps), schema=tables.schema, diagnostics=warnings)

    def _read(  # noqa: PLR0917 - what both verbs were given
        self,
        frame: Table,
        fields: FieldMap | None,
        segments: Mapping[str, Segment],
        relations: Mapping[str, Table | RelatedTable],
        key: str | None,
        as_of: datetime,
        tz: str,
    ) -> tuple[Tables, tuple[Diagnostic, ...]]:
        named = {name: held.rule for name, held in segments.items()}
        tables = read_tables(
            frame, self.rule, named=named, related=relations, fields=fields, key=key, as_of=as_of,
            tz=tz,
        )  # fmt: skip
        warnings = self.check(tables.schema)
        for name in rules_named(self.rule, named):
            segments[name].check(tables.schema)
        return tables, (*warnings, *tables.unjoined())

    def __str__(self) -> str:
        """Return the canonical query."""
        return render(self.rule)

    def __repr__(self) -> str:
        """Show the id and the size, and no text of the rule."""
        return f"<Segment {self.id}: {self.rule.size} parts>"
