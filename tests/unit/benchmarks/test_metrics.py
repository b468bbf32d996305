"""What accuracy is measured with, against cases made by hand and against plain counting."""

import importlib
import sys
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from benchmarks.matching import metrics
from benchmarks.matching.data import PEERS

# Six rows: ab, c, def; found abc, de, f.
TRUE = metrics.codes(["p", "p", "q", "r", "r", "r"])
FOUND = metrics.codes(["1", "1", "1", "2", "2", "3"])


def test_pairs_of_clusters_are_counted_as_pairs_of_rows_together() -> None:
    told: Any = metrics.cluster_scores(FOUND, TRUE)
    # Found ab, ac, bc, de; true ab, de, df, ef; two of them in both.
    assert told["pairs"] == {"p": 2 / 4, "r": 2 / 4, "f1": 0.5}


def test_b_cubed_is_the_mean_over_rows() -> None:
    told: Any = metrics.cluster_scores(FOUND, TRUE)
    precision = (2 / 3 + 2 / 3 + 1 / 3 + 1 + 1 + 1) / 6
    recall = (1 + 1 + 1 + 2 / 3 + 2 / 3 + 1 / 3) / 6
    assert told["b3"]["p"] == pytest.approx(precision)
    assert told["b3"]["r"] == pytest.approx(recall)


def test_exact_clusters_have_two_rows_or_more_and_no_other() -> None:
    told: Any = metrics.cluster_scores(metrics.codes("aabbc"), metrics.codes("xxyzw"))
    assert told["exact"] == {"p": 1 / 2, "r": 1.0, "f1": 2 / 3}


def test_sizes_of_clusters_are_told_by_band() -> None:
    told: Any = metrics.cluster_scores(FOUND, TRUE)
    assert (told["largest"], told["largest_true"]) == (3, 3)
    assert {size: count for size, count in told["sizes"].items() if count} == {
        "1": 1, "2": 1, "3": 1,
    }  # fmt: skip


def test_the_best_cut_takes_pairs_of_one_weight_together() -> None:
    is_true = np.array([True, True, False, False])
    weight = np.array([9.0, 5.0, 5.0, 1.0])
    best = metrics.best_cut(is_true, weight, 2)
    # Cutting between the two of weight 5 would be right in everything, and no cut can.
    assert best == {"p": 2 / 3, "r": 1.0, "f1": 0.8, "weight": 5.0}


def test_nothing_found_is_wrong_in_nothing_and_misses_all() -> None:
    none = np.zeros(0)
    assert metrics.best_cut(none.astype(np.bool_), none, 5)["f1"] == 0.0
    assert metrics.prf(0, 0, 5) == {"p": 1.0, "r": 0.0, "f1": 0.0}


def test_calibration_error_is_the_distance_weighted_by_pairs() -> None:
    is_true = np.array([True, False, True, True])
    bands = metrics.reliability(is_true, np.array([0.6, 0.6, 1.0, 1.0]))
    assert [(band["low"], band["pairs"], band["true"]) for band in bands] == [
        (0.5, 2, 0.5),
        (0.999, 2, 1.0),
    ]
    assert metrics.calibration_error(bands) == pytest.approx((2 * 0.1 + 0) / 4)


def test_the_interval_of_a_median_is_seeded_and_holds_it() -> None:
    values = [0.0, 0.2, 0.4, 1.0, 3.0]
    median, low, high = metrics.median_interval(values)
    assert median == 0.4
    assert low <= median <= high
    assert metrics.median_interval(values) == [median, low, high]


def _drawn(seed: int) -> tuple[metrics.Ints, metrics.Ints]:
    draw = np.random.default_rng(seed)
    return draw.integers(0, 12, 40), draw.integers(0, 9, 40)


@pytest.mark.parametrize("seed", range(5))
def test_pairs_agree_with_counting_them_one_by_one(seed: int) -> None:
    found, true = (metrics.codes(labels.tolist()) for labels in _drawn(seed))
    together = {two for two in combinations(range(40), 2) if found[two[0]] == found[two[1]]}
    one = {two for two in combinations(range(40), 2) if true[two[0]] == true[two[1]]}
    told: Any = metrics.cluster_scores(found, true)
    assert told["pairs"] == metrics.prf(len(together & one), len(together), len(one))


@pytest.mark.skipif(not (PEERS / "er_metrics.py").exists(), reason="ECRM_PEERS has no er_metrics")
def test_the_peers_metrics_tell_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(PEERS))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    peers: Any = importlib.import_module("er_metrics")
    found, true = (metrics.codes(labels.tolist()) for labels in _drawn(9))
    told: Any = metrics.cluster_scores(found, true)
    theirs = peers.cluster_report(found, true)
    for ours, name in (("pairs", "pairs"), ("b3", "b3"), ("exact", "exact_ge2")):
        assert {key: round(told[ours][key], 4) for key in "pr"} == {
            key: theirs[name][key] for key in "pr"
        }
