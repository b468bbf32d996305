"""How alike two values of a column are, in all the ways there are."""

import numpy as np
import pytest

from ecrm_core.matching.arrays import Levels
from ecrm_core.matching.likeness import likeness_of
from ecrm_core.matching.roles import SORTS
from tests.matched import feature_of

CASES = [
    ("date", "19710624", "19710625", "digit"),
    ("date", "19710624", "19710642", "digit"),
    ("date", "19710405", "19710504", "turned"),
    ("date", "19710624", "19710601", "near"),
    ("date", "19710624", "19830624", "near"),
    ("date", "19710624", "19720101", "year"),
    ("date", "19710624", "19851101", "other"),
    ("date", "1971", "1972", "other"),
    ("code", "sy57nt", "sy57nf", "digit"),
    ("code", "sy57nt", "sy75nt", "digit"),
    ("code", "302312500", "2312500", "digit"),
    ("code", "100001234", "100001256", "near"),
    ("code", "100001234", "10000234", "near"),
    ("code", "12", "13", "other"),
    ("email", "ann@example.com", "ann@example.org", "similar"),
    ("email", "ann.example@example.com", "ann.example@example.org", "local"),
    ("email", "ann.example@yahoo.com", "ann.example@yahoo.de", "local"),
    ("email", "ann@gmail.com", "ann@gmial.com", "typo"),
    ("email", "ann.example@example.com", "ann.exampl@example.com", "typo"),
    ("email", "ann.example@example.com", "ann.exmaple@example.com", "typo"),
    ("email", "ann.example1@example.com", "ann.example2@example.com", "similar"),
    ("email", "ann@example.com", "bo@example.com", "other"),
    ("street", "435 s la cienega blv", "435 s la cienega blvd", "close"),
    ("street", "1 long ln", "2 long ln", "similar"),
    ("street", "1 long ln", "1 mill rd", "other"),
    ("full", "김민준", "김민수", "similar"),
    ("category", "gold", "gould", "other"),
]


def levels_of(sort: str, left: list[str], right: list[str]) -> Levels:
    """Return the levels of values side by side, as a column of their sort compares them."""
    values = list(dict.fromkeys([*left, *right]))
    one, two = (np.array([values.index(text) for text in side], np.int32) for side in (left, right))
    return likeness_of(feature_of(sort, values)).levels(one, two)


@pytest.mark.parametrize(("sort", "left", "right", "level"), CASES)
def test_two_values_have_a_level(sort: str, left: str, right: str, level: str) -> None:
    found = levels_of(sort, [left], [right])
    assert SORTS[sort].levels[found[0]] == level


@pytest.mark.parametrize("sort", SORTS)
def test_comparing_is_symmetric(sort: str) -> None:
    left, right = ([case[side] for case in CASES] for side in (1, 2))
    assert np.array_equal(levels_of(sort, left, right), levels_of(sort, right, left))


@pytest.mark.parametrize("sort", SORTS)
def test_nothing_compared_gives_nothing(sort: str) -> None:
    assert len(levels_of(sort, [], [])) == 0
    assert len(levels_of(sort, ["a", "b"], ["c", "d"])[:0]) == 0


@pytest.mark.parametrize("sort", SORTS)
def test_no_level_is_above_what_is_told_of_it_cheaply(sort: str) -> None:
    left, right = ([case[side] for case in CASES] for side in (1, 2))
    values = list(dict.fromkeys([*left, *right]))
    one, two = np.triu_indices(len(values), 1)
    likeness = likeness_of(feature_of(sort, values))
    found = likeness.levels(one.astype(np.int32), two.astype(np.int32))
    most = likeness.ceiling
    if most is not None:
        assert (found <= most(one.astype(np.int32), two.astype(np.int32))).all()
    assert (found < len(SORTS[sort].levels) - 1).all()
