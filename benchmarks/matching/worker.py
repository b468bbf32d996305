"""Worker: one set measured in a process of its own, so that the peak of memory is its own.

    python benchmarks/matching/worker.py SET

Prints one line of JSON. ``seconds`` are those of ``dedupe`` and of asking for pairs and clusters.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.matching import metrics
from benchmarks.matching.data import load
from benchmarks.matching.households import hard_pairs, hard_table
from benchmarks.matching.memory import peak_megabytes
from ecrm_core import dedupe
from ecrm_core.matching import Deduplication


def measure(name: str) -> dict[str, object]:
    """Return everything the tables show of one set."""
    held = load(name)
    dedupe({"name": ["a", "b"]}, fields={"name": "full_name"})  # imports are no part of the time
    started = time.perf_counter()
    found = dedupe(held.columns, fields=held.fields)
    link, clusters = found.pairs, found.clusters
    seconds = time.perf_counter() - started
    peak = peak_megabytes()
    true = metrics.codes(held.true)
    cluster = metrics.codes(list(clusters.values()))
    told = {"set": name, "rows": len(true), "engine": "ecrm_core", "seconds": seconds,
            "peak_mb": peak, "cut": found.model.link}  # fmt: skip
    told |= pair_scores(found, true)
    told["clusters"] = metrics.cluster_scores(cluster, true)
    if any(held.kind):
        hard = hard_pairs(held.columns, true, held.kind)
        told["hard"] = hard_table(hard, (link.left, link.right), cluster)
    return told


def pair_scores(found: Deduplication, true: metrics.Ints) -> dict[str, object]:
    """Score the pairs at the default cut, at the best one, and their probabilities."""
    left, right, likely = scored(found)
    is_true, total = true[left] == true[right], metrics.pairs_within(np.bincount(true))
    link = found.pairs
    right_ones = int((true[link.left] == true[link.right]).sum())
    bands = metrics.reliability(is_true, likely)
    return {
        "true_pairs": total, "compared": found.compared,
        "default": metrics.prf(right_ones, len(link), total),
        "best": metrics.best_cut(is_true, likely, total),
        "reliability": bands, "ece": metrics.calibration_error(bands),
    }  # fmt: skip


def scored(found: Deduplication) -> tuple[metrics.Ints, metrics.Ints, metrics.Floats]:
    """Return every pair that is shown, once: those taken for one, and those to review."""
    zones = (found.pairs, found.review)
    left, right, likely = (
        np.concatenate([getattr(zone, part) for zone in zones])
        for part in ("left", "right", "likely")
    )
    _, at = np.unique(left.astype(np.int64) << 32 | right, return_index=True)
    return left[at], right[at], likely[at]


if __name__ == "__main__":
    print(json.dumps(measure(sys.argv[1])))
