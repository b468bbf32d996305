"""The net of segments holds: every seeded fault of an evaluator or of rechecks is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from unittest import mock

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import Row, expanded
from ecrm_core.segmentation.flips import Recheck, Steps
from ecrm_core.segmentation.terms import Function
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import Rule
from ecrm_core.segmentation.windows import Rows, steps_of
from tests.laws.test_recheck_law import brute_force
from tests.profile import SEED, size
from tests.segment_draws import Draw
from tests.segment_evaluators import Evaluator, oracle
from tests.segment_mutants import MUTANTS, Mutant
from tests.segment_trees import ROWS, RULES, SCHEMA, TIMES, ZONES

ONLY_DRAWN = settings(max_examples=size(300, 2_000), phases=[Phase.generate])


def differs(rival: Evaluator) -> bool:
    """Tell whether the laws find a fault, by usual rows first, by odd ones then."""
    return _on_usual_rows(rival) or _on_odd_rows(rival)


def _on_usual_rows(rival: Evaluator, draws: int = size(400, 2_000)) -> bool:
    for number in range(draws):
        draw = Draw(Random(f"{SEED} net {number}"))
        rows = [draw.row() for _ in range(10)]
        for rule in [expanded(draw.rule(1), SCHEMA) for _ in range(5)]:
            if _told(rival, rule, rows, draw) != oracle(rule, rows, draw.as_of, draw.tz):
                return True
    return False


def _told(rival: Evaluator, rule: Rule, rows: list[Row], draw: Draw) -> list[bool] | None:
    try:
        return rival(rule, rows, draw.as_of, draw.tz)
    except ArithmeticError:
        return None  # a fault that raises is found too


def _on_odd_rows(rival: Evaluator) -> bool:
    @ONLY_DRAWN
    @given(RULES, st.lists(ROWS, min_size=4, max_size=12), TIMES, st.sampled_from(ZONES))
    def law(rule: Rule, rows: list[Row], as_of: datetime, tz: str) -> None:
        assert rival(rule, rows, as_of, tz) == oracle(rule, rows, as_of, tz)

    try:
        law()
    except AssertionError:
        return True
    return False


def test_an_evaluator_without_a_fault_is_let_through() -> None:
    assert not _on_usual_rows(Mutant(), size(40, 2_000))
    assert len(MUTANTS) >= 20


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_seeded_fault_of_an_evaluator_is_found(mutant: type[Mutant]) -> None:
    assert differs(mutant())


# ---------------------------------------------------------------- rechecks

_FLIPS, _RECHECK = "ecrm_core.segmentation.flips.", "ecrm_core.segmentation.recheck."
_REACHED = Times.reached


def _last_of_all(parts: Any) -> Recheck:  # noqa: ANN401 - handed on
    held = list(parts)
    at = max((part.at for part in held if part.at is not None), default=None)
    return Recheck(all(part.value for part in held), at)


def _first(function: Function, rows: Rows, as_of: datetime) -> Steps:
    return steps_of(function, rows, as_of)[:1]


def _at_birth(first: date, year: int) -> date:  # noqa: ARG001 - its shape
    return first


LATE: dict[str, tuple[str, Callable[..., Any]]] = {
    "a true AND waits for its last part": (_RECHECK + "all_hold", _last_of_all),
    "days begin when they do in UTC": (
        "ecrm_core.segmentation.times.Times.reached",
        lambda times, day: _REACHED(Times(times.as_of, "UTC"), day),
    ),
    "days begin an hour late": (
        "ecrm_core.segmentation.times.Times.reached",
        lambda times, day: _REACHED(times, day) + timedelta(hours=1),
    ),
    "hours never pass": (_FLIPS + "_moment", lambda *_, **__: None),
    "no row leaves a window": (_RECHECK + "steps_of", _first),
    "a birthday does not come back": (_FLIPS + "yearly", _at_birth),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_a_seeded_fault_of_rechecks_is_found(name: str) -> None:
    target, fault = LATE[name]
    with mock.patch(target, fault), pytest.raises(AssertionError):
        brute_force(size(40, 200))
