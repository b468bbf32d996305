"""Which pairs of different persons are hard on purpose, and what taking them for one costs."""

import numpy as np

from benchmarks.matching.households import hard_pairs, hard_table
from benchmarks.matching.metrics import codes

# Ann and her sister in one home, Ann's second row after a move; a stranger; a shop's mailbox.
COLUMNS = {
    "street": ["1 Oak Road", "1 Oak Road", "9 Elm Lane", "1 Oak Road", None, None],
    "postcode": ["10", "10", "20", "99", None, None],
    "email": ["a@example.com", "b@example.com", None, None, "info@example.com", "info@example.com"],
    "phone": [None] * 6,
}
TRUE = codes(["ann", "sister", "ann", "stranger", "shop1", "shop2"])
KIND = ["base", "household", "dup", "base", "shared-mailbox", "shared-mailbox"]


def test_hard_pairs_are_all_rows_of_two_persons_that_share_what_the_kind_shares() -> None:
    found = hard_pairs(COLUMNS, TRUE, KIND)
    assert found["household"].tolist() == [[0, 1], [1, 2]]
    assert found["shared-mailbox"].tolist() == [[4, 5]]
    assert len(found["twin"]) == len(found["shared-phone"]) == 0


def test_the_table_counts_what_was_taken_for_one_and_what_precision_it_cost() -> None:
    hard = hard_pairs(COLUMNS, TRUE, KIND)
    taken = np.array([1, 0, 2, 3]), np.array([0, 2, 3, 4])
    cluster = codes(["x", "x", "x", "y", "z", "w"])
    home, mailbox = hard_table(hard, taken, cluster)
    assert home == {
        "kind": "household", "pairs": 2, "wrong": 1, "together": 2, "precision_lost": 1 / 4,
    }  # fmt: skip
    assert mailbox["wrong"] == mailbox["together"] == 0
