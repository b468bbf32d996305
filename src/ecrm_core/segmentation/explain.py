"""Explain: the value of every node of a rule for one customer, and the conditions that decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime

from attrs import evolve, frozen

from ecrm_core.segmentation.evaluate import group_of_rows, holds, leaf_holds, scope_of
from ecrm_core.segmentation.recheck import turns_at
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.scope import Row, Scope
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import (
    And,
    InSegment,
    Leaf,
    Matches,
    Not,
    Or,
    Rule,
    values_of,
)
from ecrm_core.segmentation.values import Plain, wanted

__all__ = ["Decisive", "Explanation", "explain"]


@frozen(kw_only=True, repr=False)
class Explanation:
    """One node with its value; a condition with what was found and what the query's values mean.

    For a MATCHES ``found`` is the number of rows left, and ``parts`` hold its count conditions.
    ``days`` are those from a day that was found to today. ``turns_at``, of the whole rule: when
    time alone will change its value (in the zone), as far as ``turns_at`` looks.
    """

    rule: Rule
    value: bool
    parts: tuple[Explanation, ...] = ()
    found: Plain = None
    named: tuple[Plain, ...] = ()
    personal: bool = False
    days: int | None = None
    turns_at: datetime | None = None

    def __repr__(self) -> str:
        """Show the class of the node and its value, and nothing of the customer."""
        return f"<Explanation of {type(self.rule).__name__}: {self.value}>"

    @property
    def decisive(self) -> tuple[Decisive, ...]:
        """The conditions that decide, as few as can be, in the order of the rule.

        Out: the smallest set of conditions that would have to change for her to get in. In: the
        smallest set that suffices to keep her in. Ties go to the earlier part.
        """
        if self.value:
            return tuple(Decisive(at=at, changes=False) for at in _holding(self))
        return tuple(Decisive(at=at, changes=True) for at in _changing(self))


@frozen(kw_only=True, repr=False)
class Decisive:
    """One condition that decides; ``changes``: it would have to be the other way."""

    at: Explanation
    changes: bool

    def __repr__(self) -> str:
        """Show the class of the condition."""
        return f"<Decisive {type(self.at.rule).__name__}>"


def explain(
    rule: Rule, row: Row, *, schema: Schema, as_of: datetime, tz: str = "UTC"
) -> Explanation:
    """Return the rule with the value of every node; raises as ``evaluate`` does."""
    times = Times(as_of, tz)
    at = turns_at(rule, row, schema=schema, as_of=as_of, tz=tz)
    found = _explained(rule, scope_of(row, schema, times), row)
    return evolve(found, turns_at=at and times.local(at))


def _explained(rule: Rule, scope: Scope, row: Row) -> Explanation:
    match rule:
        case And() | Or():
            parts = tuple(_explained(item, scope, row) for item in rule.items)
            join = all if isinstance(rule, And) else any
            return Explanation(rule=rule, value=join(p.value for p in parts), parts=parts)
        case Not():
            part = _explained(rule.item, scope, row)
            return Explanation(rule=rule, value=not part.value, parts=(part,))
        case Matches():
            return _matches(rule, scope, row)
        case InSegment():
            inner = _explained(scope.schema.segments[rule.name], scope, row)
            return Explanation(rule=rule, value=inner.value, parts=(inner,))
        case _:
            return _leaf(rule, scope)


def _matches(rule: Matches, scope: Scope, row: Row) -> Explanation:
    group = group_of_rows(rule, scope, row)
    parts = () if rule.having is None else (_explained(rule.having, group, row),)
    return Explanation(rule=rule, value=holds(rule, scope, row), parts=parts, found=len(group.rows))


def _leaf(leaf: Leaf, scope: Scope) -> Explanation:
    held, found = scope.field(leaf.left), scope.read(leaf.left)
    return Explanation(
        rule=leaf,
        value=leaf_holds(leaf, found, scope),
        found=scope.times.local(found) if isinstance(found, datetime) else found,
        named=tuple(wanted(value, held.type, scope.times) for value in values_of(leaf)),
        personal=held.personal,
        days=_days(found, scope.times),
    )


def _days(found: Plain, times: Times) -> int | None:
    day = times.local_day(found) if isinstance(found, datetime) else found
    return (times.today - day).days if isinstance(day, date) else None


# A junction whose value all its parts make (a true AND, a false OR) needs each of those parts; one
# that a single part makes needs the cheapest.


def _holding(node: Explanation) -> tuple[Explanation, ...]:
    return _chosen(node, _holding, all_make=isinstance(node.rule, And) is node.value)


def _changing(node: Explanation) -> tuple[Explanation, ...]:
    return _chosen(node, _changing, all_make=isinstance(node.rule, And) is not node.value)


def _chosen(
    node: Explanation,
    choose: Callable[[Explanation], tuple[Explanation, ...]],
    *,
    all_make: bool,
) -> tuple[Explanation, ...]:
    if isinstance(node.rule, (Not, InSegment)):
        return choose(node.parts[0])
    if not isinstance(node.rule, (And, Or)):
        return (node,)
    sets = [choose(part) for part in node.parts if part.value is node.value]
    return _joined(sets) if all_make else min(sets, key=len)


def _joined(sets: Iterable[tuple[Explanation, ...]]) -> tuple[Explanation, ...]:
    return tuple(part for found in sets for part in found)
