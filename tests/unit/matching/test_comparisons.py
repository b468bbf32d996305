"""How alike two values are."""

import numpy as np
import pytest

from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.roles import COMPARED, SORTS

CASES = [
    ("name", "smith", "smyth", "close"),
    ("name", "smit", "smyt", "similar"),
    ("name", "jansen", "janssen", "close"),
    ("name", "smith", "jones", "other"),
    ("name", "garcia", "lopez garcia", "close"),
    ("name", "gar", "lopez gar", "other"),
    ("given", "rob", "robert", "similar"),
    ("given", "r", "robert", "similar"),
    ("given", "r", "anna", "other"),
    ("given", "daniel", "daniela", "similar"),
    ("name", "moren", "morena", "close"),
    ("name", "김", "이", "other"),
    ("given", "민준", "민수", "other"),
    ("given", "민준", "민준이", "similar"),
    ("given", "지민", "지먼", "similar"),
    ("given", "민준", "anna", "other"),
    ("given", "伟", "芳", "other"),
    ("full", "王伟", "王芳", "other"),
    ("full", "김민준", "김민수", "similar"),
    ("full", "김민준", "이서연", "other"),
    ("full", "やまだたろう", "やまだたろ", "close"),
    ("full", "김민준", "kim minjun", "close"),
    ("full", "ann example", "example ann", "reordered"),
    ("full", "ann example", "ann maria example", "close"),
    ("full", "ann example", "ann exmaple", "close"),
    ("full", "ann example", "bo park", "other"),
    ("title", "art s delicatessen", "art s deli", "close"),
    ("title", "bella costa", "tidewell foods", "other"),
    ("way", "s la cienega blv", "s la cienega blvd", "close"),
    ("text", "los angeles", "los angles", "close"),
    ("local", "ann.example", "ann.exampl", "similar"),
    ("slip", "ann", "anm", "similar"),
    ("slip", "ann", "bob", "other"),
    ("category", "gold", "gould", "other"),
]


@pytest.mark.parametrize(("sort", "left", "right", "level"), CASES)
def test_two_values_have_a_level(sort: str, left: str, right: str, level: str) -> None:
    found = levels_of(sort, [left], [right])
    levels = SORTS[sort].levels if sort in SORTS else ("other", "similar", "close")
    assert levels[found[0]] == level


@pytest.mark.parametrize("sort", sorted({case[0] for case in CASES}))
def test_comparing_is_symmetric(sort: str) -> None:
    left, right = ([case[side] for case in CASES] for side in (1, 2))
    assert np.array_equal(levels_of(sort, left, right), levels_of(sort, right, left))


@pytest.mark.parametrize("sort", sorted({case[0] for case in CASES}))
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
