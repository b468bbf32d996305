"""Grouping: which conditions inside MATCHES are about each row, and which about all together."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.segmentation.terms import Aggregate
from ecrm_core.segmentation.tree import And, InSegment, Matches, Not, Or, Rule

__all__ = ["conjuncts", "sorts_of"]


def conjuncts(rule: Rule | None) -> tuple[Rule, ...]:
    """Return the parts of an And, or the rule alone; nothing for None."""
    if rule is None:
        return ()
    return rule.items if isinstance(rule, And) else (rule,)


def sorts_of(rule: Rule) -> Iterator[bool]:
    """Go through the leaves: whether each is about all rows together (an aggregate)."""
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from sorts_of(item)
        case Not():
            yield from sorts_of(rule.item)
        case Matches() | InSegment():
            yield False
        case _:
            yield isinstance(rule.left, Aggregate)
