"""Names: which fields of the customer and which relations a rule asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ecrm_core.segmentation.tree import (
    And,
    Matches,
    Not,
    Or,
    Rule,
)

__all__ = ["fields_named", "relations_named"]


def fields_named(rule: Rule) -> frozenset[str]:
    """Return the names of the customer's fields in a rule; those inside MATCHES are not hers."""
    return frozenset(
        node.left.name
        for node in _nodes(rule)
        if not isinstance(node, (And, Or, Not, Matches)) and node.left.name is not None
    )


def relations_named(rule: Rule) -> frozenset[str]:
    """Return the names of the relations in a rule."""
    return frozenset(node.relation for node in _nodes(rule) if isinstance(node, Matches))


def _nodes(rule: Rule) -> Iterator[Rule]:
    yield rule
    match rule:
        case And() | Or():
            for item in rule.items:
                yield from _nodes(item)
        case Not():
            yield from _nodes(rule.item)
