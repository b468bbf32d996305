"""Records and profiles: join, unify and JSON, in microseconds each, one row and many rows each."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ecrm_core.customers import (
    PROFILES,
    RECORDS,
    Correction,
    SourceKey,
    SourceRecord,
    Stated,
    decide_records,
    home_id,
    join,
    new_group,
    parse_email,
    parse_phone,
    record_keys,
    unify,
)
from ecrm_core.customers.correction import replaced_digest
from ecrm_core.customers.policy import SurvivorshipPolicy

AT = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = home_id("main", SourceKey("s0", "1"))


def record(number: int, source: str = "shop", hours: int = 0) -> SourceRecord:
    """Return a record of fourteen fields, as a shop states them."""
    at = AT + timedelta(hours=hours)
    values: dict[str, object] = {
        "name.given": "민준", "name.family": "김",
        "emails": (parse_email(f"kim{number}@example.com"),),
        "phones": (parse_phone(f"+82 2-0000-{number % 10_000:04}"),),
        "address.lines": (f"{number} Main Street",), "address.locality": "Seoul",
        "address.country": "KR", "address.postal_code": "04524", "tags": ("vip", "new"),
        "languages": ("ko",), "lifecycle": "customer", "brand": "main",
        "attributes.plan": "gold", "unmapped.$.state": "enabled",
    }  # fmt: skip
    cells = {name: Stated(value, at, at) for name, value in values.items()}
    return SourceRecord(SourceKey(source, str(number)), cells)


def microseconds(work: Callable[[], object], least: float = 0.3) -> float:
    """Return the processor time of one call, the best of three rounds."""
    count, best = 1, float("inf")
    while True:
        began = time.process_time()
        for _ in range(count):
            work()
        took = time.process_time() - began
        if took > least / 3:
            break
        count *= 4
    for _ in range(3):
        began = time.process_time()
        for _ in range(count):
            work()
        best = min(best, (time.process_time() - began) / count)
    return best * 1e6


def main() -> None:
    """Print a line for each of them, with the plain way beside the JSON."""
    one, later = record(1), record(1, hours=1)
    ten = [record(1, f"s{n}", n) for n in range(10)]
    ruling = Correction(
        id="cor_1", customer=ROOT, field_name="name.family",
        replaces=replaced_digest("name.family", "김"), value="김", at=AT, by="ada",
    )  # fmt: skip
    profile = unify(ten[:3], id=ROOT)
    row, page = RECORDS.row(one), PROFILES.row(profile)
    data = json.loads(row.body)
    group = new_group("main", one.key)
    policy = SurvivorshipPolicy()
    rows: list[tuple[str, Callable[[], object]]] = [
        ("join of two records", lambda: join(one, later)),
        ("join, equal times", lambda: join(one, record_again)),
        ("unify, 1 record", lambda: unify(ten[:1], id=ROOT)),
        ("unify, 3 records", lambda: unify(ten[:3], id=ROOT)),
        ("unify, 10 records", lambda: unify(ten, id=ROOT)),
        ("unify, 3 records, 1 correction", lambda: unify(ten[:3], [ruling], id=ROOT)),
        ("search keys of a record", lambda: record_keys(one)),
        ("record to row", lambda: RECORDS.row(one)),
        ("row to record", lambda: RECORDS.read(row.body, 1, 1)),
        ("profile of 3 to row", lambda: PROFILES.row(profile)),
        ("row to profile of 3", lambda: PROFILES.read(page.body, 1, 1)),
        ("plain json.dumps of the row", lambda: json.dumps(data)),
        ("plain json.loads of the row", lambda: json.loads(row.body)),
        ("decide one new record", lambda: decide_records({one.key: group}, [one], policy=policy)),
    ]
    record_again = record(1)
    for name, work in rows:
        took = microseconds(work)
        print(f"{name:<32} {took:>8.1f} us {1e6 / took:>12,.0f}/s")
    print(f"a record has {len(one.cells)} cells, {len(row.body)} characters of JSON")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
