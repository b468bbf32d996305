"""Orders into a store, as webhooks bring them: interactions/s, and reading a timeline back."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ecrm_core import Crm
from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Money
from ecrm_core.sources import Delivery, shopify
from ecrm_core.timeline import Interaction, OrderLine

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PAGE = 500


def main(count: int) -> None:
    """Run each and print a line."""
    events = [_event(number) for number in range(count)]
    orders = _orders(count // 10)
    with tempfile.TemporaryDirectory() as folder, Crm.open(Path(folder, "shop.db")) as crm:
        _rate("bare interactions", count, lambda: _pages(crm, events))
        _rate("the same again", count, lambda: _pages(crm, events))
        _rate("orders read", len(orders), lambda: _read(orders))
        pages = _read(orders)
        _rate("orders taken in", len(orders), lambda: [crm.ingest(page) for page in pages])
        told = _read([order | {"updated_at": "2026-06-01T00:00:00Z"} for order in orders])
        _rate("orders told again", len(orders), lambda: [crm.ingest(page) for page in told])
        people = [f"shopify/{number}" for number in range(1, 101)]
        _rate("timelines of 20", len(people), lambda: [crm.timeline(p, limit=20) for p in people])
        _rate("facts", len(people), lambda: [crm.facts(p) for p in people])
        visits = [_page_view(number) for number in range(count)]
        _rate("pages viewed", count, lambda: _pages(crm, visits))
        _rate("history searched", len(people), lambda: [crm.timeline(p, text="x") for p in people])
        size = sum(p.stat().st_size for p in Path(folder).glob("shop.db*")) / 1e6
        print(f"store {size:,.1f} MB")


def _event(number: int) -> Interaction:
    return Interaction(
        source="till", event_id=f"e{number}", kind="order_placed", correlation=str(number),
        at=NOW - timedelta(minutes=number), subject=SourceKey("till", str(number // 5)),
        amount=Money("12.50", "EUR"), told_at=NOW,
        lines=(OrderLine(product="p1", quantity=1, price=Money("12.50", "EUR")),),
    )  # fmt: skip


def _page_view(number: int) -> Interaction:
    """Visits of a hundred people: facts of many sessions, written anew with each page."""
    subject = SourceKey("shopify", str(number % 100 + 1))
    return Interaction(
        source="web", event_id=f"v{number}", kind="page_viewed", subject=subject,
        at=NOW - timedelta(minutes=17 * number),
    )  # fmt: skip


def _orders(count: int) -> list[dict[str, Any]]:
    """Orders of about 3 kB: five of each customer."""
    money = {"shop_money": {"amount": "9.90", "currency_code": "EUR"}}
    line = {
        "product_id": 1,
        "title": "Beans",
        "quantity": 1,
        "price": "9.90",
        "sku": "S",
        "price_set": money,
        "properties": [],
        "tax_lines": [{"rate": 0.19, "price_set": money}],
    }
    return [
        {
            "id": 10_000 + number, "order_number": number, "financial_status": "paid",
            "created_at": "2026-05-01T00:00:00Z", "updated_at": "2026-05-02T00:00:00Z",
            "currency": "EUR", "total_price": "29.70", "line_items": [line] * 3,
            "total_price_set": money, "total_tax_set": money, "note_attributes": [],
            "customer": {"id": 1 + number // 5, "first_name": "Ann",
                         "last_name": f"Example{number}", "email": f"a{number // 5}@example.com"},
        }
        for number in range(count)
    ]  # fmt: skip


def _pages(crm: Crm, events: list[Interaction]) -> None:
    for at in range(0, len(events), PAGE):
        crm.record(events[at : at + PAGE])


def _read(orders: list[dict[str, Any]]) -> list[Delivery]:
    bodies = [json.dumps(orders[at : at + PAGE]).encode() for at in range(0, len(orders), PAGE)]
    return [shopify.read(body, received_at=NOW) for body in bodies]


def _rate(name: str, count: int, work: Callable[[], object]) -> None:
    began = time.perf_counter()
    work()
    print(f"{name:<18} {count / (time.perf_counter() - began):>9,.0f} /s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
