"""dedupe on the restaurants, trained with the labels as in its own benchmark; one line of JSON.

    python dedupe_run.py restaurant-nophone-training.csv

Run by the Python of dedupe's environment, so it imports nothing of ours but the metrics.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import dedupe  # type: ignore[import-not-found]
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.matching import metrics
from benchmarks.matching.memory import peak_megabytes

Rows = dict[int, dict[str, str | None]]
_TRAINED = 5000  # labelled pairs, as dedupe's benchmark of this file takes
_CUT = 0.5


def read(path: str) -> tuple[Rows, list[str]]:
    with Path(path).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    labels = [row["unique_id"].strip("' ") for row in rows]
    names = ("name", "address", "city", "cuisine")
    return {
        at: {name: row[name].strip().lower() or None for name in names}
        for at, row in enumerate(rows)
    }, labels


def trained(rows: Rows, labels: Sequence[str]) -> dedupe.Dedupe:
    variables = dedupe.variables
    fields = [variables.String("name"), variables.String("address"),
              variables.String("city", has_missing=True),
              variables.String("cuisine", has_missing=True)]  # fmt: skip
    deduper = dedupe.Dedupe(fields, num_cores=1)
    named = {at: {**rows[at], "unique_id": label} for at, label in enumerate(labels)}
    deduper.prepare_training(named, sample_size=10_000)
    deduper.mark_pairs(dedupe.training_data_dedupe(named, "unique_id", _TRAINED))
    deduper.train(index_predicates=True)
    return deduper


def main(path: str) -> dict[str, object]:
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002 - what dedupe itself draws from
    rows, labels = read(path)
    true = metrics.codes(labels)
    started = time.perf_counter()
    deduper = trained(rows, labels)
    scores = deduper.score(deduper.pairs(rows))
    likely, pairs = np.array(scores["score"]), np.array(scores["pairs"]).astype(np.int64)
    cluster = np.empty(len(rows), np.int64)
    for at, (members, _) in enumerate(deduper.partition(rows, _CUT)):
        cluster[list(members)] = at
    seconds = time.perf_counter() - started
    is_true, total = true[pairs[:, 0]] == true[pairs[:, 1]], metrics.pairs_within(np.bincount(true))
    held = likely >= _CUT
    return {
        "engine": "dedupe, labels", "rows": len(rows), "seconds": seconds,
        "peak_mb": peak_megabytes(),
        "default": metrics.prf(int(is_true[held].sum()), int(held.sum()), total),
        "best": metrics.best_cut(is_true, likely.astype(np.float64), total),
        "clusters": metrics.cluster_scores(cluster, true),
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1])))
