"""One shop, two sources, one customer: take in, find, merge, ask, undo.

python examples/first_customers.py
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from ecrm_core import Crm, FieldMap
from ecrm_core.sources import generic, shopify

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
SHOP = [
    {"id": 1, "first_name": "花子", "last_name": "山田", "email": "hanako@example.com",
     "updated_at": "2026-04-01T10:00:00+09:00"},
    {"id": 2, "first_name": "Zoë", "last_name": "Lindqvist", "email": "zoe@example.com",
     "updated_at": "2026-04-02T10:00:00+02:00"},
]  # fmt: skip
TILL = [{"card": "T-7", "name": "山田 花子", "mail": "Hanako@example.com", "offers": "yes"}]
COLUMNS = FieldMap(
    {"card": "id", "name": "full_name", "mail": "email", "offers": "consent:email:marketing"}
)


def main() -> None:
    """Print what becomes of the customers."""
    with Crm.open(region="JP", tz="Asia/Tokyo") as crm:  # a path keeps them: Crm.open("shop.db")
        print("shop:", crm.ingest(shopify.read(json.dumps(SHOP).encode(), received_at=NOW)))
        rows = generic.read_rows(TILL, fields=COLUMNS, source="till", received_at=NOW)
        print("till:", crm.ingest(rows))

        hits = crm.find("hanako@example.com")
        print("under one address:", len(hits))
        undo = crm.merge("shopify/1", "till/T-7", by="example", now=NOW)
        print(crm.view("till/T-7").table(masked=False))

        for customer in ("shopify/1", "shopify/2"):
            verdict = crm.may_contact(customer, "email", "marketing", at=NOW)
            print(customer, "yes:" if verdict else "no:", *verdict.reasons)

        crm.unmerge(undo, by="example", now=NOW)
        print("two again:", crm.resolve("shopify/1") != crm.resolve("till/T-7"))


if __name__ == "__main__":
    main()
