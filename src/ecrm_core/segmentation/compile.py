"""Compile: rules as Python functions, for many rows: the same answers as ``evaluate``, faster.

The source is made of our own names alone; what a rule says stands in constants beside it. What
several rules ask is asked once, and each relation is gone through once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import cast

from attrs import evolve

from ecrm_core.segmentation.blocks import Block, atoms
from ecrm_core.segmentation.constants import Constants
from ecrm_core.segmentation.leaf_tests import Conditions
from ecrm_core.segmentation.passes import Pass
from ecrm_core.segmentation.references import expanded
from ecrm_core.segmentation.schema import Schema
from ecrm_core.segmentation.scope import Row, Scope
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import Matches, Rule

__all__ = ["compile_many", "compile_record", "source_of"]

_MANY = 1_000
_Record = Callable[[Row], bool]
_Many = Callable[[list[Row]], Sequence[list[bool]]]


def compile_record(
    rule: Rule, schema: Schema, *, as_of: datetime, tz: str = "UTC"
) -> Callable[[Row], bool]:
    """Return the function that tells whether the rule holds of a row, as ``evaluate`` does.

    The rule has passed ``check`` under the schema; the answers are those of that instant (aware) in
    that zone (IANA). Raises InputError for a naive instant, DefinitionError for an unknown zone or
    a parameter without a value.
    """
    source, names = source_of([rule], schema, Times(as_of, tz), many=False)
    return cast("_Record", _run(source, names))


def compile_many(
    rules: Mapping[str, Rule], schema: Schema, *, as_of: datetime, tz: str = "UTC"
) -> Callable[[Iterable[Row]], dict[str, list[bool]]]:
    """Return the function that tells, of many rows, which of them each rule holds of, by its id.

    The lists are in the order of the rows. What rules share is told once a row. Raises as
    ``compile_record`` does.
    """
    ids = tuple(rules)
    source, names = source_of(list(rules.values()), schema, Times(as_of, tz), many=True)
    told = cast("_Many", _run(source, names))

    def many(rows: Iterable[Row]) -> dict[str, list[bool]]:
        held = rows if isinstance(rows, list) else list(rows)
        return dict(zip(ids, told(held), strict=True))

    return many


def _run(source: str, names: Constants) -> object:
    held = names.held
    # The source is ours: a test reads it and finds no name and no literal from a rule.
    code = compile(source, "<segment>", "exec")
    exec(code, held)  # noqa: S102  # nosec B102
    return held["told"]


def source_of(
    rules: Sequence[Rule], schema: Schema, times: Times, *, many: bool
) -> tuple[str, Constants]:
    """Return the source of a function named ``told``, of a row or of many, and what it names."""
    names = Constants()
    scope = Scope(schema=schema, times=times, fields=schema.fields)
    whole = [expanded(rule, schema) for rule in rules]
    conditions = Conditions(scope, names, brief=_conditions(whole) > _MANY)
    block = Block(whole, conditions)
    passes, find = _passes(block.matches, conditions)
    tests = [block.source(rule, find) for rule in whole]
    before = ["f = row.fields", *(f"p{at} = None" for at in range(len(passes))), *block.lines()]
    lines = _loop(before, tests) if many else [*before, f"return {tests[0]}"]
    lines = names.function("told", "rows" if many else "row", lines)
    return "\n".join([*(line for each in passes for line in each), *lines]), names


def _loop(before: Sequence[str], tests: Sequence[str]) -> list[str]:
    """Return the lines that fill a list a rule; of several most hold of few, and begin as false."""
    lists = [f"o{at}" for at in range(len(tests))]
    if len(tests) == 1:
        begin, loop, fill = "[]", "for row in rows:", "{0}.append({1})"
    else:
        begin, loop, fill = (
            "[False] * len(rows)",
            "for i, row in enumerate(rows):",
            "if {1}: {0}[i] = True",
        )
    return [
        *(f"{name} = {begin}" for name in lists),
        loop,
        *(f" {line}" for line in (*before, *map(fill.format, lists, tests))),
        f"return ({''.join(f'{name}, ' for name in lists)})",
    ]


def _conditions(rules: Iterable[Rule]) -> int:
    """Return how many different conditions there are, at the most."""
    asked = {atom for rule in rules for atom in atoms(rule)}
    return sum(atom.size if isinstance(atom, Matches) else 1 for atom in asked)


def _passes(
    asked: Sequence[Matches], conditions: Conditions
) -> tuple[list[list[str]], Callable[[Matches], str]]:
    """Return the functions that go through relations, and what finds the value of a MATCHES."""
    scope, names = conditions.scope, conditions.names
    by_relation: dict[str, list[Matches]] = {}
    for each in asked:
        by_relation.setdefault(each.relation, []).append(each)
    lines: list[list[str]] = []
    found: dict[Matches, str] = {}
    for at, (name, of) in enumerate(by_relation.items()):
        relation = scope.schema.relations[name]
        inner = evolve(conditions, scope=evolve(scope, fields=relation.fields))
        lines.append(Pass(f"pass{at}", of, relation, inner).lines())
        rows = f"row.relations.get({names.add(name)}, ())"
        for place, each in enumerate(of):
            found[each] = f"(p{at} or (p{at} := pass{at}({rows})))[{place}]"
    return lines, found.__getitem__
