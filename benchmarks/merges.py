"""Merging: merges, undos and views a second on both stores, beside plain commits; and by size.

    python benchmarks/merges.py [--sizes N ...]

By size: a customer of N records is merged, one by one into the first, and in pairs and pairs of
pairs, which comes to the same customer. Then one more record is merged into her and undone, and she
is viewed: those are milliseconds each.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ecrm_core import Crm
from ecrm_core.crm import Undo
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.sources import Delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = 500


def _shop(target: Path | None, count: int = PAIRS * 2) -> Crm:
    crm = Crm.open(target)
    records = []
    for at in range(count):
        cells = {
            "name.given": Stated("Ada", NOW, NOW),
            "name.family": Stated(f"Example{at}", NOW, NOW),
            "emails": Stated((parse_email(f"{at}@example.com"),), NOW, NOW),
        }
        records.append(SourceRecord(SourceKey("shop", str(at)), cells))
    crm.ingest(Delivery(source="shop", records=tuple(records)), now=NOW)
    return crm


def _rate(work: Callable[[int], object]) -> float:
    began = time.perf_counter()
    for at in range(PAIRS):
        work(at)
    return PAIRS / (time.perf_counter() - began)


def _plain(path: Path) -> float:
    """Commits a second of one small row on this disk: nobody who waits for it is faster."""
    with sqlite3.connect(path, isolation_level=None) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE t (body TEXT)")
        rate = _rate(lambda at: connection.execute("INSERT INTO t VALUES (?)", (str(at),)))
    connection.close()
    return rate


def _merge(crm: Crm, winner: int, loser: int) -> Undo:
    return crm.merge(f"shop/{winner}", f"shop/{loser}", by="a", now=NOW)


def in_pairs(crm: Crm, count: int) -> None:
    """Make one customer of the first records: of two, of four, of eight; the first id stays."""
    step = 1
    while step < count:
        for at in range(0, count - step, 2 * step):
            _merge(crm, at, at + step)
        step *= 2


def one_by_one(crm: Crm, count: int) -> None:
    """Make one customer of the first records, each merged into the first."""
    for at in range(1, count):
        _merge(crm, 0, at)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _by_size(count: int, target: Callable[[str], Path | None]) -> list[float]:
    """Return the seconds of making a customer of that many records, and of acts on her."""
    with _shop(target("one"), count) as crm:
        told = [_seconds(lambda: one_by_one(crm, count))]
    with _shop(target("pairs"), count + 1) as crm:
        told.append(_seconds(lambda: in_pairs(crm, count)))
        undos: list[Undo] = []
        told.append(_seconds(lambda: undos.append(_merge(crm, 0, count))))
        told.append(_seconds(lambda: crm.unmerge(undos[0], by="a", now=NOW)))
        told.append(_seconds(lambda: crm.view("shop/0")))
    return told


def _print_sizes(sizes: list[int], folder: Path) -> None:
    head = ("one by one, s", "in pairs, s", "merge, ms", "undo, ms", "view, ms")
    print(f"{'records':16}", *(f"{name:>14}" for name in head))
    for name in ("memory", "sqlite"):
        for count in sizes:
            files = {how: folder / f"{count}-{how}.db" for how in ("one", "pairs")}
            told = _by_size(count, files.get if name == "sqlite" else lambda _: None)
            numbers = [*told[:2], *(seconds * 1_000 for seconds in told[2:])]
            print(f"{name:8}{count:>8,}", *(f"{number:>14,.2f}" for number in numbers), flush=True)


def main() -> None:
    """Print a line for each store, and one for each size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[2, 10, 100, 1_000])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plain = _plain(Path(folder, "plain.db"))
        print(f"plain commits of one row  {plain:>8,.0f}/s")
        for name, target in (("memory", None), ("sqlite", Path(folder, "shop.db"))):
            with _shop(target) as crm:
                undos = []
                merges = _rate(
                    lambda at, crm=crm, undos=undos: undos.append(_merge(crm, 2 * at, 2 * at + 1))
                )
                views = _rate(lambda at, crm=crm: crm.view(f"shop/{2 * at + 1}"))
                back = _rate(lambda at, crm=crm, undos=undos: crm.unmerge(undos[at], by="a"))
            print(
                f"{name}: {merges:>6,.0f} merges/s, {back:>6,.0f} undos/s, {views:>6,.0f} views/s"
            )
            print(f"  a merge takes as long as {plain / merges:.1f} plain commits")
        _print_sizes(given.sizes, Path(folder))


if __name__ == "__main__":
    main()
