"""Matching on labelled data at its defaults, beside Splink and dedupe: one table a run.

    python benchmarks/matching_accuracy.py [SET ...] [--rows N ...] [--seeds N ...] [--no-peers]

Sets: the labelled files below ECRM_DATA, the customers that gen_people.py of ECRM_PEERS makes
(``people_ROWS_SEED``), and those of cjk_people.py (``korean_ROWS_SEED``). What is not there is
skipped with a line. Every run is a process of its own, so seconds and memory are its own.
docs/how-to/measure-matching.md says what the columns mean. Labels only score.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks import cjk_people
from benchmarks.matching import data, peers, report
from benchmarks.matching.report import Told

WORKER = Path(__file__).parent / "matching" / "worker.py"
MODES = tuple(f"{name}{form}" for form in ("", "-whole") for name in cjk_people.MODES)


def ours(name: str) -> Told:
    """Measure a set in a process of its own."""
    done = subprocess.run([sys.executable, str(WORKER), name], capture_output=True, text=True,
                          check=False)  # fmt: skip
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr.strip()}")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


def beside(name: str) -> Iterator[Told]:
    """Measure the peers on a set; say which of them cannot run here."""
    try:
        for run in peers.splink_runs(name):
            yield peers.splink(*run)
    except peers.Absent as error:
        print(f"{name:22} splink: not here: {error}", flush=True)
    if name != "restaurants":  # the set dedupe publishes numbers for
        return
    try:
        yield peers.dedupe(name)
    except peers.Absent as error:
        print(f"{name:22} dedupe: not here: {error}", flush=True)


def names(asked: argparse.Namespace) -> list[str]:
    """Return the sets asked for: those named, else all of them."""
    if asked.sets:
        return list(asked.sets)
    made = [f"people_{rows}_{seed}" for rows in asked.rows for seed in asked.seeds]
    native = [f"{mode}_{asked.native}_{seed}" for seed in asked.seeds for mode in MODES]
    return [*data.FILES, *made, *native]


def section(title: str, lines: Iterable[str]) -> None:
    print(f"\n{title}")
    print("\n".join(lines) or "nothing to show", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("sets", nargs="*", metavar="SET")
    parser.add_argument("--rows", nargs="*", type=int, default=[10_000], help="people_ROWS_...")
    parser.add_argument("--native", type=int, default=5_000, help="rows of cjk_people.py")
    parser.add_argument("--seeds", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--no-peers", action="store_true", help="ours alone")
    parser.add_argument("--json", type=Path, help="write everything measured into this file")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    told: list[Told] = []
    print(report.HEAD)
    for name in names(asked):
        if why := data.missing(name):
            print(f"{name:22} skipped: {why}", flush=True)
            continue
        for each in (ours(name), *(() if asked.no_peers else beside(name))):
            told.append({**each, "set": name})
            print(report.row(name, each), flush=True)
    mine = [each for each in told if each["engine"] == "ecrm_core"]
    if mine:
        section("Cluster sizes, found/true", report.sizes(mine))
        section("Reliability: pairs shown, by predicted probability", report.reliability(mine))
        section("Default cut below the best one", report.gaps(mine))
        section("Hard pairs of different persons", report.households(mine))
        section("Scripts at equal error rates", report.scripts(mine))
    if asked.json:
        asked.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
