"""Conditions: one condition of a rule as SQL that is true or false and never NULL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from sqlglot import exp

from ecrm_core.adapters.sql.operands import operand_place
from ecrm_core.adapters.sql.places import Listed, Place, Table, list_of, place_of
from ecrm_core.adapters.sql.writing import (
    FALSE,
    TRUE,
    Sql,
    Writer,
    both,
    either,
    opposite,
)
from ecrm_core.segmentation import FieldType
from ecrm_core.segmentation.scope import operand_field
from ecrm_core.segmentation.terms import Aggregate, Text
from ecrm_core.segmentation.times import Span
from ecrm_core.segmentation.tree import (
    Between,
    Compare,
    Contains,
    In,
    IsNull,
    Leaf,
    Op,
    is_negated,
    values_of,
)
from ecrm_core.segmentation.values import Plain, wanted

__all__ = ["condition", "until"]

_MANY = 32
"""Days beyond which no index helps."""


def condition(leaf: Leaf, table: Table) -> Sql | None:
    """Return a condition as SQL; None for one that only Python can decide."""
    held = operand_field(leaf.left, table.fields)
    if held.type is FieldType.UNKNOWN and not isinstance(leaf.left, Aggregate):
        missing = not leaf.negated if isinstance(leaf, IsNull) else is_negated(leaf)
        return TRUE if missing else FALSE
    if held.type is FieldType.LIST:
        listed = list_of(held, table)
        return None if listed is None else _of_list(leaf, listed)
    place = operand_place(leaf.left, table)
    if place is None:
        return None
    if isinstance(leaf, IsNull):
        there = place.known()
        return there if leaf.negated else opposite(there)
    named = [wanted(value, held.type, table.times) for value in values_of(leaf)]
    test = _returns if held.type is FieldType.RECURRING else _test
    found = both([place.known(), test(leaf, place, named, table.writer)])
    return opposite(found) if is_negated(leaf) else found


def until(name: str, last: date | datetime, table: Table) -> Sql:
    """Return that a day or moment is not after the last one, or missing."""
    place = place_of(table.fields[name], table)
    if place is None:
        return TRUE
    parts = opposite(place.known()), _edge(Op.LE, place, last, table.writer)
    return either(parts)


def _of_list(leaf: Leaf, listed: Listed) -> Sql:
    if isinstance(leaf, Contains) and isinstance(leaf.value, Text):
        found = listed.holds(leaf.value.value)
        return opposite(found) if leaf.negated else found
    there = listed.filled()
    return there if is_negated(leaf) else opposite(there)


# ---------------------------------------------------------------- operators


def _test(leaf: Leaf, place: Place, named: Sequence[Plain], writer: Writer) -> Sql:
    match leaf:
        case Contains():
            found = writer.call(
                "strpos" if writer.postgres else "instr", place.value(), writer.bind(named[0])
            )
            return exp.GT(this=found, expression=exp.Literal.number(0))
        case In():
            return _one_of(place, named, writer)
        case Between():
            ends = (Op.GE, named[0]), (Op.LE, named[1])
            return both([_compare(op, place, value, writer) for op, value in ends])
        case Compare():
            op = Op.EQ if leaf.op is Op.NE else leaf.op
            return _compare(op, place, named[0], writer)
        case _:
            return FALSE


def _one_of(place: Place, named: Sequence[Plain], writer: Writer) -> Sql:
    days = [value for value in named if isinstance(value, Span)]
    cuts = [place.cut(value) for value in named if not isinstance(value, Span)]
    exact = dict.fromkeys(cut.value for cut in cuts if cut is not None and not cut.side)
    parts = [_compare(Op.EQ, place, day, writer) for day in days]
    if exact:
        parts.append(exp.In(this=place.value(), expressions=[writer.bind(v) for v in exact]))
    return either(parts) if len(parts) < _MANY else writer.unplanned(either(parts))


def _compare(op: Op, place: Place, value: Plain, writer: Writer) -> Sql:
    """Compare with a value; a day beside moments is from its first instant to the next day's."""
    if not isinstance(value, Span):
        return _edge(op, place, value, writer)
    if op is Op.EQ:
        return both(_compare(each, place, value, writer) for each in (Op.GE, Op.LE))
    if op in {Op.LT, Op.GE}:
        return _edge(op, place, value.start, writer)
    if value.end is None:
        return TRUE if op is Op.LE else FALSE
    return _edge(Op.LT if op is Op.LE else Op.GE, place, value.end, writer)


_KINDS: Mapping[Op, Callable[..., Sql]] = {
    Op.EQ: exp.EQ,
    Op.LT: exp.LT,
    Op.LE: exp.LTE,
    Op.GT: exp.GT,
    Op.GE: exp.GTE,
}
# Beside a value that lies just above (1) or just below (-1) what the column can hold.
_ASIDE: Mapping[tuple[Op, int], Op] = {
    (Op.LT, 1): Op.LE,
    (Op.GE, 1): Op.GT,
    (Op.LE, -1): Op.LT,
    (Op.GT, -1): Op.GE,
}


def _edge(op: Op, place: Place, value: Plain, writer: Writer) -> Sql:
    cut = place.cut(value)
    if cut is None or (cut.side and op is Op.EQ):
        return FALSE
    kind = _KINDS[_ASIDE.get((op, cut.side), op)]
    return kind(this=place.value(), expression=writer.bind(cut.value))


# ---------------------------------------------------------------- days of the year


def _returns(leaf: Leaf, place: Place, named: Sequence[date], writer: Writer) -> Sql:
    spans = [named] if isinstance(leaf, Between) else [(day, day) for day in named]
    return either(_within(place.value, low, high, writer) for low, high in spans)


def _within(value: Callable[[], Sql], low: date, high: date, writer: Writer) -> Sql:
    """``times.recurs``: the day of the year falls from ``low`` to ``high``."""
    if low > high:
        return FALSE
    if high.year - low.year > 1:
        return TRUE
    return either(
        exp.Between(this=value(), low=writer.bind(first), high=writer.bind(last))
        for first, last in _stretches(low, high)
    )


def _stretches(low: date, high: date) -> list[tuple[str, str]]:
    """Return the days from ``low`` to ``high`` by year; 29 February may fall on the 28th."""
    found = []
    for year in dict.fromkeys((low.year, high.year)):
        first = f"{low:%m-%d}" if year == low.year else "01-01"
        last = f"{high:%m-%d}" if year == high.year else "12-31"
        common = year % 4 != 0 or (year % 100 == 0 and year % 400 != 0)
        found.append((first, "02-29" if common and last == "02-28" else last))
    return found
