"""Evaluators of a rule over many rows: the interpreter, which is right, and its rivals by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from ecrm_core.segmentation import Row, compile_many, compile_record, evaluate
from ecrm_core.segmentation.tree import Not, Rule
from tests.segment_trees import SCHEMA

Evaluator = Callable[[Rule, Sequence[Row], datetime, str], list[bool]]
"""Takes a rule of SCHEMA, rows, an instant and a zone."""


def oracle(rule: Rule, rows: Sequence[Row], as_of: datetime, tz: str) -> list[bool]:
    """The plain interpreter, which defines the meaning."""
    return [evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz) for row in rows]


def compiled(rule: Rule, rows: Sequence[Row], as_of: datetime, tz: str) -> list[bool]:
    """A generated function, asked row by row."""
    return list(map(compile_record(rule, SCHEMA, as_of=as_of, tz=tz), rows))


def fused(rule: Rule, rows: Sequence[Row], as_of: datetime, tz: str) -> list[bool]:
    """A generated loop, the rule beside its complement and itself: all that can be is shared."""
    rules = {"it": rule, "not it": Not(rule), "again": rule}
    found = compile_many(rules, SCHEMA, as_of=as_of, tz=tz)(rows)
    assert found["it"] == found["again"] == [not each for each in found["not it"]]
    return found["it"]


RIVALS: Mapping[str, Evaluator] = {"compiled": compiled, "fused": fused}
"""What must say the same as the oracle of every row it takes."""
