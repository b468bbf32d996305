"""Laws of RFM: better is never scored lower, equals share, and thresholds say the same as ranks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import Percentiles, Purchases, Rfm, RfmScore
from tests.profile import size
from tests.segment_trees import TIMES

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(100, 20_000))

_NUMBERS = st.integers(0, 6) | st.integers(0, 10_000)
_PEOPLE = st.builds(
    Purchases,
    days=_NUMBERS,
    orders=_NUMBERS,
    spent=_NUMBERS.map(lambda cents: Decimal(cents) / 100),
)
_CUTS = st.lists(st.integers(1, 99), min_size=4, max_size=4, unique=True).map(
    lambda cuts: tuple(sorted(cuts))
)
_SCORINGS = st.builds(Percentiles, recency=_CUTS, frequency=_CUTS, monetary=_CUTS) | st.just(
    Percentiles()
)
_Part = tuple[Callable[[Purchases], Any], Callable[[RfmScore], int], str]
_PARTS: tuple[_Part, ...] = (
    (lambda one: -one.days, lambda score: score.recency, "recency"),
    (lambda one: one.orders, lambda score: score.frequency, "frequency"),
    (lambda one: one.spent, lambda score: score.monetary, "monetary"),
)


@MANY
@given(st.lists(_PEOPLE, max_size=40), _SCORINGS)
def test_a_score_is_one_more_for_each_share_of_all_that_are_worse(
    people: list[Purchases], scoring: Percentiles
) -> None:
    cuts = scoring.fit(people)
    for value, score, name in _PARTS:
        for one in people:
            worse = sum(value(other) < value(one) for other in people)
            shares = getattr(scoring, name)
            reached = [share for share in shares if worse * 100 >= share * len(people)]
            assert score(cuts.score(one)) == 1 + len(reached)


@MANY
@given(st.lists(_PEOPLE, min_size=1, max_size=40), st.lists(_PEOPLE, max_size=10), _SCORINGS)
def test_who_is_better_is_never_scored_lower_and_equals_share(
    people: list[Purchases], more: list[Purchases], scoring: Percentiles
) -> None:
    cuts = scoring.fit(people)
    everybody = [(one, cuts.score(one)) for one in (*people, *more)]
    for value, score, _ in _PARTS:
        told = sorted((value(one), score(scores)) for one, scores in everybody)
        for (low, below), (high, above) in itertools.pairwise(told):
            assert below <= above
            assert low != high or below == above


@settings(max_examples=size(50, 2_000))
@given(st.permutations(range(12)), st.lists(_PEOPLE, min_size=12, max_size=12), TIMES)
def test_the_order_of_the_customers_makes_no_difference(
    order: list[int], people: list[Purchases], as_of: datetime
) -> None:
    def scores(ids: list[int]) -> dict[int, RfmScore]:
        found = Rfm.of({at: people[at] for at in ids}, scoring=Percentiles(), as_of=as_of)
        return dict(found.scores)

    assert scores(order) == scores(list(range(12)))


@settings(max_examples=size(50, 2_000))
@given(st.integers(1, 400))
def test_where_nobody_is_equal_each_score_goes_to_a_fifth(count: int) -> None:
    people = [Purchases(days=n, orders=n, spent=Decimal(n)) for n in range(count)]
    cuts = Percentiles().fit(people)
    counts = [0] * 5
    for one in people:
        counts[cuts.score(one).monetary - 1] += 1
    assert max(counts) - min(counts) <= 1
