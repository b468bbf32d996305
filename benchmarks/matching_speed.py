"""Matching against the clock, beside Splink on the same files in the same run.

    python benchmarks/matching_speed.py [--rows N ...] [--seeds N ...] [--no-peers] [--no-index]

Customers come from gen_people.py of ECRM_PEERS. Seconds are end to end: reading the columns,
training, pairs and clusters; a list of mappings has its own row. Then one new record is asked for
among the stored ones. Every run is a process of its own, so memory is its own.
docs/how-to/measure-matching.md says what the columns mean.
"""

import argparse
import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.matching import data, peers

TIMED = Path(__file__).parent / "matching" / "timed.py"
NAMES = {"columns": "ecrm_core, columns", "rows": "ecrm_core, mappings"}
Told = dict[str, Any]


def ours(how: str, path: Path) -> Told:
    """Time one run in a process of its own."""
    done = subprocess.run([sys.executable, str(TIMED), how, str(path)], capture_output=True,
                          text=True, check=False)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{path.stem}: {done.stderr.strip()}")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def theirs(run: Callable[..., Told], *given: object) -> Told | None:
    """Run a peer; say why where it cannot run."""
    try:
        return run(*given)
    except peers.Absent as error:
        print(f"splink: not here: {error}", flush=True)
        return None


def batch(name: str, *, alone: bool) -> None:
    """Print the rows of one file: ours two ways, the peer, and how many times faster."""
    path = data.generated(name)
    timed = {NAMES[how]: ours(how, path) for how in NAMES}
    peer = None if alone else theirs(peers.splink, *peers.splink_runs(name)[0])
    for engine, told in timed.items():
        ratio = f"{peer['seconds'] / told['seconds']:6.1f} x" if peer else ""
        print(line(name, engine, told) + ratio, flush=True)
    if peer:
        print(line(name, "splink", peer), flush=True)


def line(name: str, engine: str, told: Told) -> str:
    """Return one row of the table."""
    return f"{name:22} {engine:20} {told['seconds']:8.2f} {told['peak_mb']:7.0f} "


def single(name: str, *, alone: bool) -> None:
    """Print how long one new record takes among those of a file."""
    path = data.generated(name)
    told = ours("index", path)
    print(
        f"{name:22} ecrm_core  p50 {told['p50_ms']:7.2f} ms  p99 {told['p99_ms']:7.2f} ms"
        f"  ({told['asked']} asked among {told['rows']}; filled in {told['fill_s']:.1f} s,"
        f" {told['peak_mb']:.0f} MB)",
        flush=True,
    )
    peer = None if alone else theirs(peers.splink_realtime, path)
    if peer:
        print(
            f"{name:22} splink     p50 {peer['new_1_ms_p50']:7.2f} ms"
            f"  max {peer['new_1_ms_max']:7.2f} ms"
            f"  ({peer['new_1_ms_p50'] / told['p50_ms']:.0f} x)",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--seeds", nargs="*", type=int, default=[1])
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--no-index", action="store_true", help="batches alone")
    asked = parser.parse_args()
    names = [f"people_{rows}_{seed}" for rows in asked.rows for seed in asked.seeds]
    if why := data.missing(next(iter(names), "")):
        print(f"skipped: {why}")
        return
    print(f"{'file':22} {'engine':20} {'s':>8} {'MB':>7} {'faster':>8}")
    for name in names:
        batch(name, alone=asked.no_peers)
    if asked.no_index or not hasattr(importlib.import_module("ecrm_core.matching"), "Index"):
        return
    print("\nOne new record among the stored ones")
    for name in names:
        single(name, alone=asked.no_peers)


if __name__ == "__main__":
    main()
