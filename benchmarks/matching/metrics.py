"""Metrics: pairs, clusters and probabilities against true labels, in numpy.

Labels are whole numbers from 0, one a row. Shares are 0 to 1. Every pair is given once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

EDGES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0)
SIZES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20), (21, 50), (51, 10**9))


def codes(labels: Sequence[object]) -> Ints:
    """Return the labels as numbers from 0."""
    place: dict[object, int] = {}
    return np.array([place.setdefault(label, len(place)) for label in labels], np.int64)


def pairs_within(sizes: Ints) -> int:
    """Return how many pairs groups of these sizes hold."""
    return int((sizes * (sizes - 1) // 2).sum())


def prf(right: int, found: int, true: int) -> dict[str, float]:
    """Return precision, recall and F1; nothing found is wrong in nothing."""
    precision = right / found if found else 1.0
    recall = right / true if true else 1.0
    f1 = 2 * right / (found + true) if found + true else 1.0
    return {"p": precision, "r": recall, "f1": f1}


def best_cut(is_true: Flags, weight: Floats, true: int) -> dict[str, float]:
    """Return precision, recall, F1 and weight of the cut the labels would choose."""
    if not len(weight):
        return {**prf(0, 0, true), "weight": 0.0}
    order = np.argsort(-weight, kind="stable")
    ranked, right = weight[order], np.cumsum(is_true[order])
    last = np.append(ranked[1:] != ranked[:-1], True)  # pairs of one weight are cut together
    f1 = np.where(last, 2 * right / (np.arange(1, len(ranked) + 1) + true), -1.0)
    at = int(np.argmax(f1))
    return {**prf(int(right[at]), at + 1, true), "weight": float(ranked[at])}


def cluster_scores(found: Ints, true: Ints) -> dict[str, object]:
    """Return what two ways to part the same rows have in common.

    ``pairs``: of two rows together; ``b3``: B-cubed (Bagga and Baldwin 1998), a mean over rows;
    ``exact``: clusters of two or more rows that are the same on both sides.
    """
    sizes, sizes_true = np.bincount(found), np.bincount(true)
    key = found * (int(true.max(initial=0)) + 1) + true
    _, first, place, shared = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    in_found, in_true = sizes[found[first]], sizes_true[true[first]]
    precision = float((shared[place] / sizes[found]).mean())
    recall = float((shared[place] / sizes_true[true]).mean())
    exact = int(((shared == in_found) & (shared == in_true) & (shared > 1)).sum())
    return {
        "pairs": prf(pairs_within(shared), pairs_within(sizes), pairs_within(sizes_true)),
        "b3": {"p": precision, "r": recall, "f1": 2 * precision * recall / (precision + recall)},
        "exact": prf(exact, int((sizes > 1).sum()), int((sizes_true > 1).sum())),
        "largest": int(sizes.max()), "largest_true": int(sizes_true.max()),
        "sizes": size_counts(sizes), "sizes_true": size_counts(sizes_true),
    }  # fmt: skip


def size_counts(sizes: Ints) -> Mapping[str, int]:
    """Return how many clusters have 1, 2, 3, 4 to 5, ... rows."""
    told = {}
    for low, high in SIZES:
        name = f"{low}" if low == high else f"{low}+" if high > 10**6 else f"{low}-{high}"
        told[name] = int(((sizes >= low) & (sizes <= high)).sum())
    return told


def reliability(is_true: Flags, likely: Floats) -> list[dict[str, float]]:
    """Return for each band of predicted probability the pairs, their mean, and the true share."""
    band = np.clip(np.digitize(likely, EDGES) - 1, 0, len(EDGES) - 2)
    rows = []
    for at in np.unique(band).tolist():
        held = band == at
        rows.append({
            "low": EDGES[at], "high": EDGES[at + 1], "pairs": int(held.sum()),
            "predicted": float(likely[held].mean()), "true": float(is_true[held].mean()),
        })  # fmt: skip
    return rows


def calibration_error(rows: Sequence[Mapping[str, float]]) -> float:
    """Return the expected calibration error: |predicted - true| over the bands, by their pairs."""
    total = sum(row["pairs"] for row in rows)
    return sum(row["pairs"] * abs(row["predicted"] - row["true"]) for row in rows) / max(total, 1)


def median_interval(values: Sequence[float], *, seed: int = 1, draws: int = 2000) -> list[float]:
    """Return the median, and the 95 % bootstrap interval of it (Efron 1979); seeded."""
    held = np.array(values, np.float64)
    drawn = np.random.default_rng(seed).choice(held, (draws, len(held)))
    low, high = np.percentile(np.median(drawn, axis=1), [2.5, 97.5])
    return [float(np.median(held)), float(low), float(high)]
