"""Filled: a shop in which every Kind of the library has rows, written through the facade.

Run as a program with the name of a SQL file (with "postgres" in it, or not) it writes the shop into
a store and dumps that, under any version of the library: the stores of former versions beside this
file were made so.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ecrm_core import Crm, FieldMap
from ecrm_core.customers import SourceKey
from ecrm_core.kernel import FixedClock, Money
from ecrm_core.matching import default_model
from ecrm_core.merging import PROPOSALS
from ecrm_core.sources import Delivery, shopify
from ecrm_core.subscriptions import Plan, TermRule
from ecrm_core.timeline import Interaction

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)
PLAN = Plan(id="p", price=Money("9.90", "EUR"), cadence="P1M", term=TermRule(initial="P3M"))
FIELDS = FieldMap({"no": "id", "name": "full_name", "mail": "email"})
SECRET = b"kept for ever by the shop"
ROLES = ("full_name", "given_name", "family_name", "email")


def people(numbers: Sequence[int], *, tag: str, at: datetime, family: str = "Berg") -> Delivery:
    """Customers of a shop; those of one number modulo 3 share an address."""
    told = [
        {
            "id": number, "first_name": f"Anna{tag}", "last_name": family,
            "email": f"{tag}{number % 3}@example.com", "updated_at": at.isoformat(),
            "email_marketing_consent": {
                "state": "subscribed", "consent_updated_at": at.isoformat(),
            },
        }
        for number in numbers
    ]  # fmt: skip
    return shopify.read(json.dumps(told).encode(), received_at=at)


def fill(crm: Crm, folder: Path, *, tag: str = "a") -> dict[str, Any]:
    """Write rows of every Kind; ``tag`` is in every name and address. Return ids to go on with."""
    path = folder / f"{tag}.csv"
    path.write_text(f"no,name,mail\n1,Cy {tag},{tag}c@example.com\n2,Di {tag}\n", encoding="utf-8")
    crm.ingest_file(path, source="list", fields=FIELDS, now=AT)
    crm.ingest(people(range(1, 9), tag=tag, at=AT - timedelta(days=9)), key=f"{tag} first", now=AT)
    crm.ingest(people([1], tag=tag, at=AT, family=f"Roe{tag}"), now=AT)
    crm.correct("shopify/1", "name.given", f"Hanna{tag}", by="ann", now=AT)
    order = Interaction(
        source="shopify", event_id=f"{tag}1", kind="order_placed", at=AT,
        subject=SourceKey("shopify", "1"), amount=Money("12.00", "EUR"), correlation=f"{tag}1",
    )  # fmt: skip
    crm.record([order], now=AT)
    crm.claim("shopify/2", "shopify/3", proof="typed", source="shop", by="ann", now=AT)
    crm.judge("shopify/4", "shopify/5", "different", by="ann", now=AT)
    crm.hold("shopify/4", reason=f"case {tag}", by="ann", now=AT)
    edge = crm.merge("shopify/2", "shopify/6", by="ann", now=AT).edge
    if hasattr(crm, "save_segment"):  # since format 2 of Postgres
        crm.save_segment(f"{tag} buyers", "last_order_date >= -9d", by=f"ann {tag}", now=AT)
        query = "number_of_orders > 0 OR email_consent = 'denied'"
        crm.save_segment("buyers", query, by="ann", now=AT)
        crm.refresh_segments(now=AT)
    ids = {"edge": edge, "subscription": _sell(crm, tag), "card": _match(crm), "tag": tag}
    crm.ingest(people([9, 10], tag=tag, at=AT), now=AT)
    if hasattr(crm, "erase"):  # since format 1 of Postgres
        crm.erase("shopify/10", by="ann", reason=f"asked for {tag}", now=AT)
    return ids


def _sell(crm: Crm, tag: str) -> str:
    """A subscription that has run for two months, with effects delivered and failed."""
    begun = AT - timedelta(days=60)
    subscription = crm.subscribe("shopify/1", PLAN, preset="b2b", by=f"ann {tag}", now=begun)
    crm.run_due(now=AT)

    def failing(_: object) -> None:
        raise OSError

    done: list[object] = []
    for handle in (done.append, failing):
        crm.deliver(charge=handle, notice=handle, task=handle, limit=1, now=AT)
    return subscription


def _match(crm: Crm) -> str:
    """A run that proposes, one card decided and another held, and a run that was stopped."""
    crm.adopt_model(default_model([(role, role) for role in ROLES], prior=-4.0), by="ann", now=AT)
    crm.run_matching(now=AT)
    cards = list(crm.review(by="ada", now=AT))
    crm.settle(cards[0].id, "different", by="ada", reason="two people", now=AT)
    crm.run_matching(full=True, page=1, progress=lambda *_: False, now=AT)
    return crm.store.scan(PROPOSALS).rows[0].value.group


def write(target: str, folder: Path) -> dict[str, Any]:
    """Fill the store of that path or URL."""
    with Crm.open(target, clock=FixedClock(AT), currency="EUR", secret=SECRET) as crm:
        return fill(crm, folder)


def dump_sqlite(folder: Path) -> list[str]:
    """Return the SQL of a filled store of SQLite, its marks first."""
    ids = write(str(folder / "shop.db"), folder)
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        marks = [
            f"PRAGMA {name}={connection.execute(f'PRAGMA {name}').fetchone()[0]};"
            for name in ("application_id", "user_version")
        ]
        return [f"-- {json.dumps(ids)}", *marks, *connection.iterdump()]


def dump_postgres(folder: Path) -> list[str]:
    """Return the SQL of a filled database of Postgres, without what psql alone understands."""
    from tests.postgres import server

    made = server()
    url = made.fresh()
    ids = write(url, folder)
    name = url.partition("@/")[2].partition("?")[0]
    command = [str(made.programs / "pg_dump"), "--inserts", "--no-owner", made.dsn(name)]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in text.splitlines() if line and not line.startswith(("--", "\\"))]
    return [f"-- {json.dumps(ids)}", *lines]


if __name__ == "__main__":
    target = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        dumped = dump_postgres if "postgres" in target.name else dump_sqlite
        target.write_text("\n".join(dumped(Path(folder))) + "\n", encoding="utf-8")
