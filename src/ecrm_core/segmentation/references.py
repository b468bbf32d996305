"""References: a rule with the other segments it names put in; cycles and unknown names refused."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from ecrm_core.errors import DefinitionError
from ecrm_core.segmentation.names import segments_named
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.tree import And, InSegment, Not, Or, Rule, all_of, any_of

__all__ = ["expanded", "rules_named"]


def expanded(rule: Rule, schema: Schema) -> Rule:
    """Return the rule without IN SEGMENT: the rules it names stand in their places.

    The same customers are in it. Raises UnknownName for a segment the schema does not know, and
    DefinitionError for segments that name each other in a circle ("segment_cycle") or together
    exceed the bounds of a tree ("segment_depth", "segment_size"); and for what is no rule.
    """
    if not isinstance(rule, Rule):
        message = f"found {type(rule).__name__}, expected the rule of a segment"
        raise DefinitionError(message, code="segment_tree")
    return _expanded(rule, schema, {}, ())


def _expanded(rule: Rule, schema: Schema, known: dict[str, Rule], path: tuple[str, ...]) -> Rule:
    match rule:
        case And():
            return all_of(*(_expanded(item, schema, known, path) for item in rule.items))
        case Or():
            return any_of(*(_expanded(item, schema, known, path) for item in rule.items))
        case Not():
            return evolve(rule, item=_expanded(rule.item, schema, known, path))
        case InSegment():
            return _named(rule.name, schema, known, path)
        case _:
            return rule


def _named(name: str, schema: Schema, known: dict[str, Rule], path: tuple[str, ...]) -> Rule:
    """Return the rule of a segment, put in once however often it is named."""
    if name in path:
        circle = " -> ".join((*path[path.index(name) :], name))
        message = f"found segments that name each other: {circle}"
        raise DefinitionError(message, code="segment_cycle")
    if name not in known:
        known[name] = _expanded(schema.segments[name], schema, known, (*path, name))
    return known[name]


def rules_named(rule: Rule, rules: Mapping[str, Rule]) -> Mapping[str, Rule]:
    """Return those of the rules, by name, that a rule names, and they name in turn."""
    found: dict[str, Rule] = {}
    waiting = [rule]
    while waiting:
        for name in sorted(segments_named(waiting.pop()) & rules.keys() - found.keys()):
            found[name] = rules[name]
            waiting.append(rules[name])
    return found
