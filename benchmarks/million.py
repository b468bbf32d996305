"""A million rows into one SQLite file, with kill -9 on the way: nothing twice, nothing lost.

Run by hand (minutes): ``python benchmarks/million.py [ROWS] [KILLS]``.
"""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ecrm_core.adapters.sqlite import SqliteStore
from ecrm_core.customers import HOMES, PROFILES, RECORDS
from ecrm_core.ports import Store

sys.path.insert(0, str(Path(__file__).parent))
from people import write_csv

CHILD = """
import resource, sys, time
sys.path.insert(0, sys.argv[3])
from ingest import FIELDS
from ecrm_core import Crm
from ecrm_core.crm import progress_bar
marks = []
def peak(done, total, stage):
    if done % 100_000 < 500:
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"  {done:>9,} rows, peak memory {used} MB", flush=True)
with Crm.open(sys.argv[2], region="KR") as crm:
    print(" ", crm.ingest_file(sys.argv[1], source="list", fields=FIELDS, progress=peak))
"""


def main(rows: int, kills: int) -> None:
    """Take the file in, killed so many times; then compare the store with the file."""
    draw = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder, "people.csv"), Path(folder, "shop.db")
        write_csv(path, rows)
        command = [sys.executable, "-c", CHILD, str(path), str(target), str(Path(__file__).parent)]
        began = time.perf_counter()
        for _ in range(kills):
            child = subprocess.Popen(command)
            time.sleep(draw.uniform(2, rows / 12_000))
            child.send_signal(signal.SIGKILL)
            child.wait()
            print("  killed")
        subprocess.run(command, check=True)
        seconds = time.perf_counter() - began
        print(f"{rows:,} rows in {seconds:,.0f} s: {rows / seconds:,.0f} rows/s")
        _compare(path, target)
        size = sum(part.stat().st_size for part in Path(folder).glob("shop.db*")) / 1e6
        print(f"store {size:,.0f} MB, file {path.stat().st_size / 1e6:,.0f} MB")


def _compare(path: Path, target: Path) -> None:
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        width = len(next(reader))
        expected = {row[0] for row in reader if len(row) == width}
    with SqliteStore(target) as store:
        handle = store.tenant("main")
        found = _ids(handle)
        others = [_count(handle, kind) for kind in (HOMES, PROFILES)]
    missing, twice = expected - set(found), len(found) - len(set(found))
    print(
        f"expected {len(expected):,}, found {len(found):,}, missing {len(missing)}, twice {twice}"
    )
    print(f"homes and profiles {others}")


def _ids(store: Store) -> list[str]:
    found, after = [], None
    while True:
        page = store.scan(RECORDS, after=after, limit=10_000)
        found += [row.value.key.external_id for row in page.rows]
        after = page.following
        if after is None:
            return found


def _count(store: Store, kind: object) -> int:
    count, after = 0, None
    while True:
        page = store.scan(kind, after=after, limit=10_000)  # type: ignore[arg-type]
        count, after = count + len(page.rows), page.following
        if after is None:
            return count


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*(given + [1_000_000, 3][len(given) :]))
