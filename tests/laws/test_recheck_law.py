"""Law of rechecks: asked again and again, no rule turns before the instant it was told for."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from ecrm_core.segmentation import Recheck, Row, compile_many, evaluate, recheck
from ecrm_core.segmentation.terms import FieldRef
from ecrm_core.segmentation.tree import Compare, Op, Rule
from tests.profile import SEED, size
from tests.segment_draws import Draw
from tests.segment_trees import SCHEMA

pytestmark = pytest.mark.long
BATCHES = size(6, 380)
RULES, ROWS, TIMES = size(12, 20), size(12, 40), size(20, 40)
TICK = timedelta(microseconds=1)
Pair = tuple[str, int]


def test_nothing_turns_before_its_recheck_by_brute_force() -> None:
    """Segments 3.8: before its instant, time alone changes nothing."""
    compared, turned = brute_force(BATCHES)
    print(f"{compared:,} comparisons before a recheck, {turned:,} turned after one")
    assert compared > size(9_000, 10_000_000)
    assert turned > compared / 50, "rules that never turn tell nothing"


def brute_force(batches: int) -> tuple[int, int]:
    """Compare the values before rechecks; return how many, and how many had turned after theirs."""
    compared = turned = 0
    for batch in range(batches):
        draw = Draw(Random(f"{SEED} {batch}"))
        rules = {str(at): draw.rule() for at in range(RULES)}
        rows = [draw.row() for _ in range(ROWS)]
        told = {
            (id_, at): recheck(rule, row, schema=SCHEMA, as_of=draw.as_of, tz=draw.tz)
            for id_, rule in rules.items()
            for at, row in enumerate(rows)
        }
        _assert_now(draw, rules, rows, told)
        for time in _times(draw, told):
            found = compile_many(rules, SCHEMA, as_of=time, tz=draw.tz)(rows)
            late = {pair for pair, flip in told.items() if flip.at is not None and time >= flip.at}
            moved = {pair for pair, flip in told.items()
                     if found[pair[0]][pair[1]] is not flip.value}  # fmt: skip
            assert moved <= late, (batch, time, sorted(moved - late)[:3])
            compared += len(told) - len(late)
            turned += len(moved)
    return compared, turned


def _assert_now(
    draw: Draw, rules: dict[str, Rule], rows: list[Row], told: dict[Pair, Recheck]
) -> None:
    found = compile_many(rules, SCHEMA, as_of=draw.as_of, tz=draw.tz)(rows)
    for (id_, at), flip in told.items():
        assert flip.value is found[id_][at]
        assert flip.at is None or flip.at > draw.as_of


def _times(draw: Draw, told: dict[Pair, Recheck]) -> list[datetime]:
    """Just before rechecks, where faults would show, and anywhere."""
    known = [flip.at - TICK for flip in told.values() if flip.at is not None]
    chosen = draw.random.sample(known, min(len(known), TIMES // 2))
    return chosen + [draw.later() for _ in range(TIMES - len(chosen))]


def test_a_single_condition_turns_at_the_very_instant() -> None:
    """Segments 3.8: a condition knows the very instant."""
    told = 0
    for number in range(size(300, 20_000)):
        draw = Draw(Random(f"{SEED} leaf {number}"))
        value = draw.random.choice([draw.day, draw.moment])()
        op = draw.random.choice([Op.LT, Op.LE, Op.GT, Op.GE])
        leaf, row = Compare(FieldRef("last.seen"), op, value), draw.row()
        flip = recheck(leaf, row, schema=SCHEMA, as_of=draw.as_of, tz=draw.tz)
        if flip.at is not None and draw.tz != "America/St_Johns":  # there days come back
            told += 1
            then = evaluate(leaf, row, schema=SCHEMA, as_of=flip.at, tz=draw.tz)
            assert then is not flip.value, number
    assert told > size(30, 2_000)
