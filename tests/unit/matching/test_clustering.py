"""Rows to persons: chains are cut, judgements hold."""

import numpy as np
import pytest

from ecrm_core.matching.arrays import Numbers, Pairs64, components
from ecrm_core.matching.clustering import Edges, Walls, clustered, linked_once

Pair = tuple[int, int]


def put_together(
    rows: int,
    weights: dict[Pair, float],
    *,
    same: list[Pair] | None = None,
    different: list[Pair] | None = None,
) -> list[int]:
    """Cluster rows of these weights; pairs that are not named weigh -10 when asked for."""
    given = sorted(weights)
    left, right = (np.array([pair[side] for pair in given], np.int64) for side in (0, 1))
    edges = Edges(left, right, np.array([weights[pair] for pair in given]))

    def score(one: Pairs64, two: Pairs64) -> Numbers:
        return np.full(len(one), -10.0) + 0 * two

    walls = Walls(same=_array(same), different=_array(different))
    return [int(row) for row in clustered(rows, edges, walls, score)]


def _array(pairs: list[Pair] | None) -> Pairs64:
    return np.array(pairs or [], np.int64).reshape(-1, 2)


def test_rows_without_pairs_are_alone() -> None:
    assert put_together(3, {}) == [0, 1, 2]


def test_a_pair_above_the_cut_is_one() -> None:
    assert put_together(3, {(0, 2): 1.0}) == [0, 1, 0]


def test_a_pair_below_the_cut_is_not() -> None:
    assert put_together(2, {(0, 1): -0.1}) == [0, 1]


def test_a_clique_is_one() -> None:
    assert put_together(4, {(a, b): 1.0 for a in range(4) for b in range(a + 1, 4)}) == [0] * 4


def test_a_chain_is_cut_at_its_weakest() -> None:
    assert put_together(4, {(0, 1): 9.0, (1, 2): 1.0, (2, 3): 9.0}) == [0, 0, 2, 2]


def test_a_long_chain_is_cut_too() -> None:
    label = put_together(1_000, {(at, at + 1): 3.0 for at in range(999)})
    assert max(np.bincount(label)) <= 3


def test_a_wall_parts_what_the_model_joins() -> None:
    whole = {(a, b): 20.0 for a in range(3) for b in range(a + 1, 3)}
    label = put_together(3, whole, different=[(0, 2)])
    assert label[0] != label[2]


def test_a_wall_holds_for_rows_judged_the_same() -> None:
    label = put_together(3, {(0, 1): -5.0, (1, 2): 20.0}, same=[(0, 1)], different=[(0, 2)])
    assert label[0] == label[1] != label[2]


def test_rows_judged_the_same_are_one_whatever_the_model_says() -> None:
    assert put_together(3, {(0, 2): -20.0}, same=[(2, 0)]) == [0, 1, 0]


def test_contradicting_judgements_leave_those_they_tie_together_alone() -> None:
    weights = {(0, 1): 20.0, (1, 2): 20.0, (2, 3): 20.0, (4, 5): 20.0}
    said: dict[str, list[Pair]] = {"same": [(0, 1), (1, 2)], "different": [(0, 2)]}
    assert put_together(6, weights, **said) == [0, 1, 2, 3, 4, 4]


def test_a_wall_holds_for_rows_judged_the_same_whom_their_source_keeps_apart() -> None:
    """Rows 0 and 1 are of a source that holds everybody once; 1 and 2 are different."""
    edges = Edges(np.array([0]), np.array([2]), np.array([20.0]))
    walls = Walls(same=_array([(0, 1)]), different=_array([(1, 2)]))
    found = linked_once(3, edges, walls, np.array([0, 0, -1], np.int32))
    assert found.tolist() == [0, 1, 2]


def test_many_rows_alike_are_one() -> None:
    rows = 500
    near = {(at, at + step): 60.0 for step in (1, 2) for at in range(rows - step)}
    assert put_together(rows, near) == [0] * rows


def test_a_wall_holds_among_many_rows_alike() -> None:
    rows = 500
    near = {(at, at + step): 60.0 for step in (1, 2) for at in range(rows - step)}
    label = put_together(rows, near, different=[(0, 499)])
    assert label[0] != label[499]
    assert len(set(label)) == 2


@pytest.mark.parametrize("rows", [1, 2, 7, 100])
def test_components_follow_a_path(rows: int) -> None:
    at = np.arange(rows - 1, dtype=np.int64)
    assert components(rows, at, at + 1).tolist() == [0] * rows
