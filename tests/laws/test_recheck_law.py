"""Law of rechecks: asked again and again, no rule turns before the instant it was told for."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import pytest

from ecrm_core.segmentation import Recheck, Row, compile_many, evaluate, recheck
from ecrm_core.segmentation.tree import Rule
from tests.profile import SEED, size
from tests.segment_draws import Draw
from tests.segment_trees import SCHEMA

pytestmark = pytest.mark.long
BATCHES = size(6, 900)
RULES, ROWS, TIMES = size(12, 20), size(12, 40), size(20, 40)
TICK = timedelta(microseconds=1)
Pair = tuple[str, int]


def test_nothing_turns_before_its_recheck_by_brute_force() -> None:
    compared = turned = 0
    for batch in range(BATCHES):
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
            early = [pair for pair, flip in told.items()
                     if (flip.at is None or time < flip.at)
                     and found[pair[0]][pair[1]] is not flip.value]  # fmt: skip
            assert early == [], (batch, time, early[:3])
            compared += sum(flip.at is None or time < flip.at for flip in told.values())
            turned += sum(
                flip.at is not None and time >= flip.at
                and found[id_][at] is not flip.value for (id_, at), flip in told.items()
            )  # fmt: skip
    print(f"{compared:,} comparisons before a recheck, {turned:,} turned after one")
    assert compared > size(9_000, 10_000_000)
    assert turned > compared / 50, "rules that never turn tell nothing"


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
    exact = told = 0
    for number in range(size(300, 20_000)):
        draw = Draw(Random(f"{SEED} leaf {number}"))
        leaf, row = draw.leaf(), draw.row()
        flip = recheck(leaf, row, schema=SCHEMA, as_of=draw.as_of, tz=draw.tz)
        if flip.at is not None:
            told += 1
            then = evaluate(leaf, row, schema=SCHEMA, as_of=flip.at, tz=draw.tz)
            exact += then is not flip.value
    assert exact > 0.9 * told > 0
