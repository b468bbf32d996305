"""How alike two values are."""

import numpy as np
import pytest

from ecrm_core.matching.arrays import Levels
from ecrm_core.matching.likeness import likeness_of
from ecrm_core.matching.roles import COMPARED, SORTS
from tests.matched import feature_of


def levels_of(sort: str, left: list[str], right: list[str]) -> Levels:
    """Return the levels of values side by side, as a feature of their sort compares them."""
    values = list(dict.fromkeys([*left, *right]))
    one, two = (np.array(list(map(values.index, side)), np.int32) for side in (left, right))
    return likeness_of(feature_of(sort, values)).levels(one, two)


CASES = [
    ("name", "smith", "smyth", "similar"),
    ("name", "jansen", "janssen", "close"),
    ("name", "smith", "jones", "other"),
    ("given", "rob", "robert", "similar"),
    ("given", "r", "robert", "similar"),
    ("given", "r", "anna", "other"),
    ("name", "김", "이", "other"),
    ("given", "민준", "민수", "other"),
    ("full", "김민준", "김민수", "similar"),
    ("full", "やまだたろう", "やまだたろ", "close"),
    ("full", "ann example", "example ann", "reordered"),
    ("full", "ann example", "ann maria example", "similar"),
    ("full", "ann example", "ann exmaple", "close"),
    ("full", "ann example", "bo park", "other"),
    ("date", "19710624", "19710625", "digit"),
    ("date", "19710624", "19710642", "digit"),
    ("date", "19710405", "19710504", "turned"),
    ("date", "19710624", "19710601", "near"),
    ("date", "19710624", "19830624", "near"),
    ("date", "19710624", "19851101", "other"),
    ("date", "1971", "1972", "other"),
    ("code", "sy57nt", "sy57nf", "digit"),
    ("code", "sy57nt", "sy75nt", "digit"),
    ("code", "100001234", "100001256", "near"),
    ("code", "12", "13", "other"),
    ("email", "ann@example.com", "ann@example.org", "similar"),
    ("email", "ann.example@example.com", "ann.example@example.org", "local"),
    ("email", "ann.example@example.com", "ann.exampl@example.com", "similar"),
    ("email", "ann@example.com", "bo@example.com", "other"),
    ("title", "art s delicatessen", "art s deli", "similar"),
    ("title", "435 s la cienega blv", "435 s la cienega blvd", "close"),
    ("text", "los angeles", "los angles", "close"),
    ("category", "gold", "gould", "other"),
]


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


@pytest.mark.parametrize("name", SORTS)
def test_the_shares_of_a_sort_fit_its_levels(name: str) -> None:
    sort = SORTS[name]
    assert (len(sort.m), len(sort.u)) == (len(sort.levels), len(sort.levels) - 2)
    assert sum(sort.m) == pytest.approx(1)


@pytest.mark.parametrize("role", COMPARED)
def test_a_role_is_compared_in_a_way_that_exists(role: str) -> None:
    assert COMPARED[role].sort in SORTS
