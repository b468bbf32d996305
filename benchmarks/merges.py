"""Merging: merges, undos and views a second on both stores, beside plain commits."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SourceRecord, Stated, parse_email
from ecrm_core.sources import Delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAIRS = 500


def _shop(target: Path | None) -> Crm:
    crm = Crm.open(target)
    records = []
    for at in range(PAIRS * 2):
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


def main() -> None:
    """Print a line for each store."""
    with tempfile.TemporaryDirectory() as folder:
        plain = _plain(Path(folder, "plain.db"))
        print(f"plain commits of one row  {plain:>8,.0f}/s")
        for name, target in (("memory", None), ("sqlite", Path(folder, "shop.db"))):
            with _shop(target) as crm:
                undos = []
                merges = _rate(
                    lambda at, crm=crm, undos=undos: undos.append(
                        crm.merge(f"shop/{2 * at}", f"shop/{2 * at + 1}", by="a", now=NOW)
                    )
                )
                views = _rate(lambda at, crm=crm: crm.view(f"shop/{2 * at + 1}"))
                back = _rate(lambda at, crm=crm, undos=undos: crm.unmerge(undos[at], by="a"))
            print(
                f"{name}: {merges:>6,.0f} merges/s, {back:>6,.0f} undos/s, {views:>6,.0f} views/s"
            )
            print(f"  a merge takes as long as {plain / merges:.1f} plain commits")


if __name__ == "__main__":
    main()
