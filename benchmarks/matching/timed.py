"""Timed: one run of ours on a generated file, in a process of its own; one line of JSON.

    python benchmarks/matching/timed.py columns|rows|index FILE.parquet

``columns`` reads the file as pyarrow columns, and reading counts; ``rows`` is given a list of
mappings, made before the clock starts; ``index`` asks for one new record among the stored ones.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pyarrow import parquet

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.matching.data import GENERATED
from benchmarks.matching.memory import peak_megabytes
from ecrm_core import dedupe
from ecrm_core.matching import Deduplication

if TYPE_CHECKING:
    import pyarrow as pa

_NEW = 97  # every so many-th row is a new one, as with the peer
_ASKED = 1000


def columns(path: Path) -> dict[str, object]:
    """Read the columns and deduplicate them."""
    dedupe({"name": ["a", "b"]}, fields={"name": "full_name"})  # imports are no part of the time
    started = time.perf_counter()
    table = parquet.read_table(path, columns=list(GENERATED))
    read = time.perf_counter() - started
    return _told(dedupe(table, fields=GENERATED), started) | {"read_s": read}


def rows(path: Path) -> dict[str, object]:
    """Deduplicate a list of mappings."""
    listed = parquet.read_table(path, columns=list(GENERATED)).to_pylist()
    dedupe({"name": ["a", "b"]}, fields={"name": "full_name"})
    started = time.perf_counter()
    return _told(dedupe(listed, fields=GENERATED), started)


def _told(found: Deduplication, started: float) -> dict[str, object]:
    pairs = len(found.pairs)
    before = time.perf_counter()
    persons = len(set(found.clusters.values()))
    ended = time.perf_counter()
    return {
        "seconds": ended - started, "clusters_s": ended - before, "peak_mb": peak_megabytes(),
        "rows": len(found.clusters), "pairs": pairs, "persons": persons,
        "compared": found.compared,
    }  # fmt: skip


def index(path: Path) -> dict[str, object]:
    """Store most rows, then ask for the others one by one."""
    from ecrm_core.matching import Index

    table = parquet.read_table(path, columns=["rec_id", *GENERATED])
    fields = {"rec_id": "id", **GENERATED}
    new = np.arange(table.num_rows) % _NEW == 3
    stored, asked = table.filter(~new), table.filter(new).slice(0, _ASKED)
    model = dedupe(_sample(stored), fields=fields).model
    started = time.perf_counter()
    held = Index(model, fields=fields)
    held.add_many(stored)
    filled = time.perf_counter() - started
    took = sorted(_seconds(asked, lambda row: held.query(row, limit=10)))
    return {
        "rows": stored.num_rows, "asked": len(took), "fill_s": filled,
        "p50_ms": 1000 * took[len(took) // 2], "p99_ms": 1000 * took[len(took) * 99 // 100],
        "max_ms": 1000 * took[-1], "peak_mb": peak_megabytes(),
    }  # fmt: skip


def _sample(table: pa.Table) -> pa.Table:
    """Return the rows a model is learnt from: to spare time, for here only speed is measured."""
    return table.slice(0, 100_000)


def _seconds(table: pa.Table, ask: Callable[[Mapping[str, object]], object]) -> list[float]:
    took = []
    for row in table.drop_columns(["rec_id"]).to_pylist():
        started = time.perf_counter()
        ask(row)
        took.append(time.perf_counter() - started)
    return took


if __name__ == "__main__":
    runs = {"columns": columns, "rows": rows, "index": index}
    print(json.dumps(runs[sys.argv[1]](Path(sys.argv[2]))))
