"""Which pairs are compared at all."""

from itertools import combinations

import numpy as np
import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.matching.blocking import Blocks, block
from ecrm_core.matching.features import features_of
from ecrm_core.matching.keys import FIXED, RULES
from ecrm_core.matching.roles import COMPARED

Columns = dict[str, list[object]]


def blocked(columns: Columns, sources: list[int] | None = None) -> Blocks:
    features = features_of(columns, FieldMap({name: name for name in columns}))
    rows = len(next(iter(columns.values())))
    return block(features, rows, None if sources is None else np.array(sources, np.int32))


def pairs(found: Blocks) -> list[tuple[int, int]]:
    return [(int(pair >> 32), int(pair & 0xFFFFFFFF)) for pair in found.pairs]


SHARED: list[tuple[str, Columns]] = [
    ("the e-mail", {"email": ["a@example.com", "A@EXAMPLE.COM"]}),
    ("the part before the @", {"email": ["anna1@example.com", "anna1@example.org"]}),
    ("the last digits of a phone", {"phone": ["+49 30 231250", "0043 30 231250"]}),
    ("the whole name, in any order", {"full_name": ["Ann Example", "example ann"]}),
    (
        "family and given name in each other's place",
        {"given_name": ["Ann", "Example"], "family_name": ["Example", "Ann"]},
    ),
    ("a hangul name in one part or two", {
        "full_name": ["김민준", None], "given_name": [None, "민준"], "family_name": [None, "김"],
    }),
    ("a rare word of a title", {"organisation": ["The Blue Heron", "Heron Books"]}),
    ("a day of birth", {"birth_date": ["1990-01-02", "1990-01-02"]}),
    (
        "the beginning of names",
        {"given_name": ["Katherine", "Kathrin"], "family_name": ["Example", "Exampel"]},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("what", "columns"), SHARED)
def test_rows_that_share_something_telling_are_compared(what: str, columns: Columns) -> None:
    assert pairs(blocked(columns)) == [(0, 1)], what


def test_rows_that_share_nothing_are_not() -> None:
    columns: Columns = {"email": ["a@example.com", "b@example.org"], "city": ["Aville", "Bburg"]}
    assert pairs(blocked(columns)) == []


def test_missing_values_share_nothing() -> None:
    columns: Columns = {"email": [None, "", float("nan")], "given_name": ["Ann", "Bo", "Cy"]}
    assert pairs(blocked(columns)) == []


def test_each_pair_comes_once_however_many_rules_find_it() -> None:
    columns: Columns = {name: ["Ann Example"] * 3 for name in ("full_name", "street", "city")}
    found = blocked(columns)
    assert pairs(found) == list(combinations(range(3), 2))
    assert all(rules.bit_count() > 3 for rules in found.found.tolist())


def test_with_sources_only_pairs_of_two_are_compared() -> None:
    columns: Columns = {"email": ["a@example.com"] * 4}
    assert pairs(blocked(columns, [0, 0, 1, 1])) == [(0, 2), (0, 3), (1, 2), (1, 3)]


def test_a_giant_block_is_capped_and_says_what_it_left_out() -> None:
    rows = 3_000
    found = blocked({"city": ["Aville"] * rows, "birth_date": ["1990-01-01"] * rows})
    assert len(found.pairs) == (rows - 1) + (rows - 2) + (rows - 3)
    missed = {left.rule: left for left in found.left_out}
    assert missed["birth_date"].blocks == 1
    assert missed["birth_date"].pairs == rows * (rows - 1) // 2 - len(found.pairs)


def test_small_blocks_are_compared_whole_beside_a_giant_one() -> None:
    values = ["1990-01-01"] * 2_000 + ["1991-02-03"] * 3
    found = pairs(blocked({"birth_date": list(values)}))
    assert {(2_000, 2_001), (2_000, 2_002), (2_001, 2_002)} <= set(found)


def test_every_piece_of_a_rule_says_which_roles_it_fixes() -> None:
    pieces = {piece for rule in RULES for piece in rule}
    assert pieces <= FIXED.keys()
    assert {role for roles in FIXED.values() for role in roles} <= COMPARED.keys()
    assert len(RULES) == len(set(RULES)) <= 62  # bits of one number
