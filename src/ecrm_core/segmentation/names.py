"""Names: which fields of the customer and which relations a rule asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.segmentation.terms import Param
from ecrm_core.segmentation.tree import (
    And,
    InSegment,
    Matches,
    Not,
    Or,
    Rule,
    values_of,
)

__all__ = [
    "fields_named",
    "params_named",
    "relation_fields_named",
    "relations_named",
    "segments_named",
]


def fields_named(rule: Rule) -> frozenset[str]:
    """Return the names of the customer's fields in a rule; those inside MATCHES are not hers."""
    return frozenset(
        node.left.name
        for node in _nodes(rule)
        if not isinstance(node, (And, Or, Not, Matches, InSegment)) and node.left.name is not None
    )


def relations_named(rule: Rule) -> frozenset[str]:
    """Return the names of the relations in a rule."""
    return frozenset(node.relation for node in _nodes(rule) if isinstance(node, Matches))


def relation_fields_named(rule: Rule, relation: str) -> frozenset[str]:
    """Return the names of the fields of a relation in a rule."""
    found = frozenset[str]()
    for node in _nodes(rule):
        if isinstance(node, Matches) and node.relation == relation:
            for part in (node.where, node.having):
                found |= fields_named(part) if part is not None else frozenset()
    return found


def segments_named(rule: Rule) -> frozenset[str]:
    """Return the names of the other segments in a rule."""
    return frozenset(node.name for node in _nodes(rule) if isinstance(node, InSegment))


def params_named(rule: Rule) -> frozenset[str]:
    """Return the names of the parameters in a rule, inside MATCHES too."""
    found = set[str]()
    for node in _nodes(rule):
        if isinstance(node, Matches):
            for part in (node.where, node.having):
                found |= params_named(part) if part is not None else frozenset()
        elif not isinstance(node, (And, Or, Not, InSegment)):
            found |= {value.name for value in values_of(node) if isinstance(value, Param)}
    return frozenset(found)


def _nodes(rule: Rule) -> Iterator[Rule]:
    yield rule
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from _nodes(item)
        case Not():
            yield from _nodes(rule.item)
