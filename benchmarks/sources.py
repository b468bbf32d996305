"""Reading payloads: how many a second each source maps, beside parsing their JSON alone."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from ecrm_core.sources import Delivery, segment_spec, shopify, stripe, woocommerce

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ADDRESS = {"first_name": "Ann", "last_name": "Example", "address1": "1 Main Street",
           "city": "Springfield", "zip": "00001", "country_code": "US"}  # fmt: skip
CUSTOMER = {"first_name": "Ann", "last_name": "Example", "email": "ann@example.com",
            "phone": "+15555550100", "updated_at": "2026-05-01T12:00:00Z", "state": "enabled",
            "addresses": [ADDRESS], "tags": "a, b", "total_spent": "9.50"}  # fmt: skip
LINE = {"product_id": 11, "sku": "S-1", "title": "Beans", "name": "Beans", "quantity": 2,
        "price": "9.50", "subtotal": "19.00", "total": "19.00"}  # fmt: skip
ORDER = {"created_at": "2026-05-01T12:00:00Z", "updated_at": "2026-05-01T12:00:00Z",
         "total_price": "38.00", "currency": "USD", "financial_status": "paid",
         "line_items": [LINE] * 2, "billing_address": ADDRESS}  # fmt: skip
WOO = {"status": "processing", "currency": "USD", "total": "38.00", "customer_id": 7,
       "date_created_gmt": "2026-05-01T12:00:00", "date_modified_gmt": "2026-05-01T12:00:00",
       "billing": {"first_name": "Ann", "email": "ann@example.com", "country": "US",
                   "address_1": "1 Main Street", "city": "Springfield"},
       "line_items": [LINE] * 2}  # fmt: skip
INVOICE = {"object": "invoice", "customer": "cus_1", "status": "paid", "currency": "usd",
           "amount_due": 2000, "amount_paid": 2000, "created": 1_780_000_000,
           "status_transitions": {"finalized_at": 1_780_000_000, "paid_at": 1_780_000_060},
           "lines": {"data": [{"description": "Care", "quantity": 1, "amount": 2000}]}}  # fmt: skip
PLACED = {"type": "track", "event": "Order Completed", "timestamp": "2026-05-01T12:00:00Z",
          "context": {"ip": "192.0.2.1", "campaign": {"name": "May"}},
          "properties": {"total": 19, "currency": "USD", "products": [LINE]}}  # fmt: skip
VIEWED = {"type": "page", "name": "Home", "timestamp": "2026-05-01T12:00:00Z",
          "properties": {"url": "http://example.com", "title": "Home"}}  # fmt: skip

Read = Callable[..., Delivery]
SOURCES: Mapping[str, tuple[Read, Callable[[int], object]]] = {
    "Shopify customers": (shopify.read, lambda n: CUSTOMER | {"id": n}),
    "Shopify orders": (shopify.read, lambda n: ORDER | {"id": n, "customer": CUSTOMER | {"id": n}}),
    "WooCommerce orders": (woocommerce.read, lambda n: WOO | {"id": n}),
    "Stripe invoices": (stripe.read, lambda n: {
        "object": "event", "id": f"evt_{n}", "type": "invoice.paid", "created": 1_780_000_060,
        "data": {"object": INVOICE | {"id": f"in_{n}", "number": f"A-{n}"}}}),
    "Segment orders": (segment_spec.read, lambda n: PLACED | {
        "messageId": f"m-{n}", "userId": str(n),
        "properties": {**PLACED["properties"], "order_id": str(n)}}),  # type: ignore[dict-item]
    "Segment pages": (segment_spec.read, lambda n: VIEWED | {
        "messageId": f"m-{n}", "anonymousId": str(n)}),
}  # fmt: skip


def main(payloads: int) -> None:
    """Print a line for each source: webhooks of one payload each, and the JSON of them alone."""
    for name, (read, make) in SOURCES.items():
        bodies = [json.dumps(make(n + 1)).encode() for n in range(payloads)]
        plain = _seconds(json.loads, bodies)
        began = time.perf_counter()
        for body in bodies:
            delivery = read(body, received_at=NOW)
            assert not delivery.refused, delivery.refused
        seconds = time.perf_counter() - began
        print(
            f"{name:20} {payloads / seconds:>8,.0f} /s   JSON alone {payloads / plain:>9,.0f} /s"
            f"   {seconds / plain:5.1f} times"
        )


def _seconds(read: Callable[[bytes], object], bodies: list[bytes]) -> float:
    began = time.perf_counter()
    for body in bodies:
        read(body)
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
