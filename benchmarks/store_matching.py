"""Matching through a store: one new record, a night's changes, and a run over everybody.

    python benchmarks/store_matching.py [CUSTOMERS] [CHANGES] [STORE.db]

Customers come from gen_people.py of ECRM_PEERS and go into SQLite (a store that is given and filled
is used as it is). One new record at a time is asked for its duplicates; then so many customers
change, half of them new, and a run looks at them, beside a run over everybody (of more than 20,000
the first are timed) and beside comparing everybody in memory with the same model.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import quantiles
from typing import Any

from pyarrow import parquet

sys.path.insert(0, str(Path(__file__).parents[1]))
from benchmarks.matching import data
from benchmarks.matching.memory import peak_megabytes
from ecrm_core import Crm
from ecrm_core.customers import (
    UNMATCHED,
    SourceKey,
    SourceRecord,
    Stated,
    parse_email,
    parse_phone,
)
from ecrm_core.kernel import ChangeSet, Drop
from ecrm_core.matching import SWEEPS
from ecrm_core.sources import Delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = 97  # every so many-th row is a new one, and the first of them are asked for
ASKED, PAGE, SWEPT = 500, 1_000, 20_000
Row = dict[str, Any]


def main(customers: int, changes: int, store: Path) -> None:
    """Print a line for each."""
    rows = parquet.read_table(data.generated(f"people_{customers}_1")).to_pylist()
    new = rows[::NEW]
    with Crm.open(store) as crm:
        if not crm.find("shop/r1"):
            fill(crm, [row for at, row in enumerate(rows) if at % NEW])
        ask(crm, new[:ASKED])
        began = time.perf_counter()
        found = crm.duplicates()
        print(f"everybody in memory, with a fit: {time.perf_counter() - began:.1f} s")
        crm.adopt_model(found.model, by="benchmark")
        each = swept(crm, min(customers, SWEPT))
        forget_marks(crm)
        ask(crm, new[:ASKED])
        change(crm, rows, new, changes)
        night = run(crm, f"run over {changes:,} changes")
        print(
            f"  everybody at {each * 1000:.2f} ms each: {each * customers / night:.1f} x the night"
        )
        began = time.perf_counter()
        crm.duplicates(model=crm.matching_model())
        whole = time.perf_counter() - began
        print(f"everybody in memory, same model: {whole:.1f} s, {whole / night:.1f} x the night")
    print(f"peak memory {peak_megabytes():,.0f} MB, {store.stat().st_size / 1e6:,.0f} MB of store")


def swept(crm: Crm, many: int) -> float:
    """Run over so many customers of the sweep, all in a small store; return the seconds of each.

    Timed from the end of the first page: before it all customers are counted, for the progress.
    """
    told: list[tuple[float, int]] = []

    def enough(looked_at: int, *_: object) -> bool:
        told.append((time.perf_counter(), looked_at))
        return looked_at < many

    came = crm.run_matching(progress=enough)
    (began, first), *_, (ended, last) = told
    each = (ended - began) / max(last - first, 1)
    print(f"run over {came.customers:,} of all customers: {each * 1000:.2f} ms each,"
          f" {came.proposed:,} proposed")  # fmt: skip
    return each


def forget_marks(crm: Crm) -> None:
    """Take the marks off, as if a run over everybody had ended."""
    while rows := crm.store.scan(UNMATCHED, limit=10_000).rows:
        drops = tuple(Drop(UNMATCHED, (row.value.customer,)) for row in rows)
        crm.store.apply(ChangeSet(drops=drops))
    crm.store.apply(ChangeSet(drops=(Drop(SWEEPS, ("matching",)),)))


def fill(crm: Crm, rows: Sequence[Row]) -> None:
    """Take all rows in."""
    began = time.perf_counter()
    for page in pages(rows):
        take(crm, page)
    print(f"{len(rows):,} customers taken in, {len(rows) / (time.perf_counter() - began):,.0f}/s")


def run(crm: Crm, what: str) -> float:
    """Run, and return the seconds."""
    began = time.perf_counter()
    came = crm.run_matching()
    took = time.perf_counter() - began
    print(
        f"{what}: {took:.1f} s, {came.customers:,} customers looked at,"
        f" {came.proposed:,} proposed, {came.withdrawn:,} withdrawn, {came.passed:,} keys passed by"
    )
    return took


def ask(crm: Crm, rows: Sequence[Row]) -> None:
    """Ask for the duplicates of records that are not stored."""
    took, found = [], 0
    for row in rows:
        record = read(row)
        began = time.perf_counter()
        found += bool(crm.matches(record))
        took.append((time.perf_counter() - began) * 1000)
    parts = quantiles(took, n=100)
    print(f"duplicates of one new record: p50 {parts[49]:.2f} ms, p99 {parts[98]:.2f} ms;"
          f" {found} of {len(rows)} have one")  # fmt: skip


def change(crm: Crm, rows: Sequence[Row], new: Sequence[Row], many: int) -> None:
    """Take in new records, and let others move."""
    draw = random.Random(1)
    fresh = list(new[: many // 2])
    moved = [row | {"street": f"{draw.randrange(1, 99)} New Road"}
             for row in draw.sample(list(rows), many - len(fresh))]  # fmt: skip
    for page in pages([*fresh, *moved]):
        take(crm, page)


def pages(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """Go through rows page by page."""
    for at in range(0, len(rows), PAGE):
        yield rows[at : at + PAGE]


def take(crm: Crm, rows: Sequence[Row]) -> None:
    """Take one page in."""
    records = {record.key: record for record in map(read, rows)}
    crm.ingest(Delivery(source="shop", records=tuple(records.values())), now=NOW)


def read(row: Row) -> SourceRecord:
    """Return a row as a record."""
    stated: dict[str, object] = {
        "name.given": row["given_name"], "name.family": row["surname"],
        "emails": row["email"] and (parse_email(row["email"]),),
        "phones": row["phone"] and (parse_phone(row["phone"], region="US"),),
        "address.lines": row["street"] and (row["street"],), "address.locality": row["city"],
        "address.postal_code": row["postcode"], "birth_on": _day(row["dob"]),
    }  # fmt: skip
    cells = {name: Stated(value, NOW, NOW) for name, value in stated.items() if value}
    return SourceRecord(SourceKey("shop", row["rec_id"]), cells)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


if __name__ == "__main__":
    told = [int(text) for text in sys.argv[1:3]]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(sys.argv[3]) if sys.argv[3:] else Path(folder, "shop.db")
        main(told[0] if told else 10_000, told[1] if told[1:] else 500, kept)
