"""Which pairs are compared at all."""

from itertools import combinations

import numpy as np
import pytest

from ecrm_core.matching.blocking import Blocking
from ecrm_core.matching.roles import COMPARED
from ecrm_core.matching.rules import FIXED, RULES, WIDE, rules_between
from tests.matched import Columns, features, rows_of_pairs, units

_BITS = 62  # of one number; custom fields have sixteen of them


def pairs(columns: Columns, sources: list[str] | None = None) -> list[tuple[int, int]]:
    """Return the pairs of rows that any rule brings together, telling or wide."""
    held = units(columns, sources)
    blocking = Blocking(held)
    found = [blocking.pairs(rule) for rule in (*blocking.rules, *blocking.wide)]
    return sorted(rows_of_pairs(held, np.concatenate(found)))


SHARED: list[tuple[str, Columns]] = [
    ("the e-mail", {"email": ["a@example.com", "A@EXAMPLE.COM"]}),
    ("the part before the @", {"email": ["anna1@example.com", "anna1@example.org"]}),
    ("the last digits of a phone", {"phone": ["+49 30 231250", "0043 30 231250"]}),
    ("the whole name, in any order", {"full_name": ["Ann Example", "example ann"]}),
    (
        "family and given name in each other's place",
        {"given_name": ["Ann", "Example"], "family_name": ["Example", "Ann"]},
    ),
    ("a rare word of a title", {"organisation": ["The Blue Heron", "Heron Books"]}),
    ("a day of birth", {"birth_date": ["1990-01-02", "1990-01-02"]}),
    (
        "day and month of birth in each other's place",
        {"birth_date": ["1990-01-02", "1991-02-01"], "given_name": ["Anna", "Anne"]},
    ),
    (
        "the beginning of names",
        {"given_name": ["Katherine", "Kathrin"], "family_name": ["Example", "Exampel"]},
    ),
]


@pytest.mark.parametrize(("what", "columns"), SHARED)
def test_rows_that_share_something_telling_are_compared(what: str, columns: Columns) -> None:
    assert pairs(columns) == [(0, 1)], what


@pytest.mark.parametrize(("what", "columns"), SHARED)
def test_the_rules_that_bring_two_rows_together_can_be_asked_for(
    what: str, columns: Columns
) -> None:
    assert rules_between(features(columns)), what


def test_no_rule_brings_rows_together_that_share_nothing() -> None:
    columns: Columns = {"email": ["a@example.com", "b@example.org"], "city": ["Aville", "Bburg"]}
    assert pairs(columns) == []
    assert rules_between(features(columns)) == ()


def test_missing_values_share_nothing() -> None:
    columns: Columns = {"email": [None, "", float("nan")], "given_name": ["Ann", "Bo", "Cy"]}
    assert pairs(columns) == []


def test_each_pair_comes_once_however_many_rules_find_it() -> None:
    columns: Columns = {
        "full_name": ["Ann Example"] * 3, "street": ["1 Long Lane"] * 3, "city": ["Aville"] * 3,
        "postcode": ["12345"] * 3, "area": ["North", "South", "East"],
    }  # fmt: skip
    held = units(columns)
    found = Blocking(held).blocks()
    assert held.count == 3
    assert [(pair >> 32, pair & 0xFFFFFFFF) for pair in found.pairs.tolist()] == list(
        combinations(range(3), 2)
    )
    assert all(rules.bit_count() > 3 for rules in found.found.tolist())


def test_rows_alike_in_everything_are_a_pair_of_their_unit_with_itself() -> None:
    held = units({"email": ["a@example.com"] * 4})
    assert Blocking(held).blocks().pairs.tolist() == [0]
    assert held.sizes.tolist() == [4]


def test_with_sources_only_pairs_of_two_are_compared() -> None:
    columns: Columns = {"email": ["a@example.com"] * 4}
    assert pairs(columns, ["x", "x", "y", "y"]) == [(0, 2), (0, 3), (1, 2), (1, 3)]


ROWS = 3_000
BIRTH = ("birth_date",)


def test_a_giant_block_is_capped_and_says_what_it_left_out() -> None:
    blocking = Blocking(
        units({"area": [f"a{at}" for at in range(ROWS)], "birth_date": ["1990-01-01"] * ROWS})
    )
    found = np.unique(blocking.pairs(BIRTH))
    assert len(found) == (ROWS - 1) + (ROWS - 2) + (ROWS - 3)
    missed = {left.rule: left for left in blocking.left_out}
    assert missed["birth_date"].blocks == 1
    assert missed["birth_date"].pairs == ROWS * (ROWS - 1) // 2 - len(found)


def test_small_blocks_are_compared_whole_beside_a_giant_one() -> None:
    days = ["1990-01-01"] * ROWS + ["1991-02-03"] * 3
    held = units({"birth_date": days, "area": [f"a{at}" for at in range(len(days))]})
    found = rows_of_pairs(held, Blocking(held).pairs(BIRTH))
    assert set(combinations(range(ROWS, ROWS + 3), 2)) <= found


def test_a_sample_of_a_rule_holds_pairs_of_it_and_says_how_many_there_are() -> None:
    days = [f"1990-01-{1 + at % 28:02}" for at in range(280)]
    blocking = Blocking(units({"birth_date": days, "area": [f"a{at}" for at in range(280)]}))
    some, total = blocking.sample(BIRTH, 100)
    whole = blocking.pairs(BIRTH)
    assert total == len(np.unique(whole)) == 28 * 45
    assert 45 <= len(some) <= 200
    assert np.isin(some, whole).all()


def test_every_piece_of_a_rule_says_which_roles_it_fixes() -> None:
    pieces = {piece for rule in (*RULES, *WIDE) for piece in rule}
    assert pieces == FIXED.keys()
    assert {role for roles in FIXED.values() for role in roles} <= COMPARED.keys()


def test_rules_are_told_once_and_are_the_bits_of_one_number() -> None:
    rules = (*RULES, *WIDE)
    assert len(rules) == len(set(rules))
    assert len(RULES) + 16 <= _BITS
