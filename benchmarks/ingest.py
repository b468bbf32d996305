"""Taking a CSV in: rows/s, memory and the second run, beside plain inserts of the same rows."""

from __future__ import annotations

import csv
import resource
import sqlite3
import sys
import tempfile
import time
from pathlib import Path

from ecrm_core import Crm, FieldMap
from ecrm_core.crm import progress_bar

sys.path.insert(0, str(Path(__file__).parent))
from people import HEADER, write_csv

ROLES = ["id", "given_name", "family_name", "email", "phone", "street", "city", "country",
         "updated_at"]  # fmt: skip
FIELDS = FieldMap(dict(zip(HEADER, ROLES, strict=False)))


def _megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(rows: int) -> None:
    """Run the three and print a line each."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "people.csv")
        write_csv(path, rows)
        start = _megabytes()
        seconds = _plain(path, Path(folder, "plain.db"))
        print(f"plain inserts   {rows / seconds:>10,.0f} rows/s")
        with Crm.open(Path(folder, "shop.db"), region="KR") as crm:
            for run in ("first run", "second run"):
                began = time.perf_counter()
                receipt = crm.ingest_file(
                    path, source="list", fields=FIELDS, progress=progress_bar()
                )
                took = time.perf_counter() - began
                print(f"{run:<15} {rows / took:>10,.0f} rows/s, {took / seconds:.0f} x plain")
                print(f"  {receipt}")
        size = sum(p.stat().st_size for p in Path(folder).glob("shop.db*")) / 1e6
        print(f"memory {start} -> {_megabytes()} MB, store {size:,.0f} MB")


def _plain(path: Path, store: Path) -> float:
    began = time.perf_counter()
    with sqlite3.connect(store) as connection, path.open(encoding="utf-8", newline="") as stream:
        connection.execute(f"CREATE TABLE people ({', '.join(HEADER)})")  # our own names
        marks = ", ".join("?" * len(HEADER))
        rows = (row + [None] * (len(HEADER) - len(row)) for row in csv.reader(stream))
        connection.executemany(f"INSERT INTO people VALUES ({marks})", rows)
    connection.close()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
