"""Law of segments: what stands in for the interpreter says the same of every row, odd or usual."""

from __future__ import annotations

from datetime import datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import Row, compile_many, expanded
from ecrm_core.segmentation.tree import Rule
from tests.profile import SEED, size
from tests.segment_draws import Draw
from tests.segment_evaluators import RIVALS, oracle
from tests.segment_trees import ROWS, RULES, SCHEMA, TIMES, ZONES

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(40, 12_000))
SOME_ROWS = st.lists(ROWS, min_size=1, max_size=12)


@MANY
@given(RULES, SOME_ROWS, TIMES, st.sampled_from(ZONES))
def test_every_evaluator_has_the_members_of_the_interpreter(
    rule: Rule, rows: list[Row], as_of: datetime, tz: str
) -> None:
    meant = oracle(rule, rows, as_of, tz)
    assert {name: rival(rule, rows, as_of, tz) for name, rival in RIVALS.items()} == dict.fromkeys(
        RIVALS, meant
    )


@settings(max_examples=size(20, 3_000))
@given(st.lists(RULES, min_size=2, max_size=8), SOME_ROWS, TIMES, st.sampled_from(ZONES))
def test_rules_told_together_are_told_as_each_alone(
    rules: list[Rule], rows: list[Row], as_of: datetime, tz: str
) -> None:
    named = {str(at): rule for at, rule in enumerate(rules)}
    found = compile_many(named, SCHEMA, as_of=as_of, tz=tz)(rows)
    assert found == {id_: oracle(rule, rows, as_of, tz) for id_, rule in named.items()}


def test_rules_about_time_and_usual_rows_have_the_members_of_the_interpreter() -> None:
    for number in range(size(25, 2_500)):
        draw = Draw(Random(f"{SEED} {number}"))
        rows, rules = [draw.row() for _ in range(10)], [draw.rule() for _ in range(5)]
        for rule in rules:
            meant = oracle(expanded(rule, SCHEMA), rows, draw.as_of, draw.tz)
            for name, rival in RIVALS.items():
                assert rival(rule, rows, draw.as_of, draw.tz) == meant, (name, number)
