"""Payloads mapped a second, source by source, beside the standard library reading the same bytes.

What the library adds to reading bytes: gates, normal forms of addresses and phones, and that no
leaf is lost. Nothing is stored.
"""

from __future__ import annotations

import csv as stdlib_csv
import io
import json
import sys
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from attrs import frozen

from ecrm_core import FieldMap
from ecrm_core.sources import (
    Delivery,
    csv,
    ready_map,
    segment_spec,
    shopify,
    stripe,
    vcard,
    woocommerce,
)

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SECRET = b"of a benchmark alone"
ADDRESS = {
    "first_name": "Ann", "last_name": "Example", "address1": "1 Main St", "city": "Boston",
    "country_code": "US", "zip": "02101", "phone": "+12025550123",
}  # fmt: skip
LINES = [{"id": n, "product_id": n, "sku": f"S{n}", "quantity": 1, "price": "9.00"} for n in (1, 2)]


def shopify_order(n: int) -> dict[str, object]:
    """Return an order of Shopify."""
    return {
        "id": n, "order_number": n, "created_at": "2026-05-01T10:00:00Z", "currency": "USD",
        "updated_at": "2026-05-01T10:00:00Z", "total_price": "18.00", "line_items": LINES,
        "financial_status": "paid", "billing_address": ADDRESS,
        "customer": {"id": n, "email": f"a{n}@example.com", "first_name": "Ann",
                     "default_address": ADDRESS},
    }  # fmt: skip


def woo_order(n: int) -> dict[str, object]:
    """Return an order of WooCommerce."""
    return {
        "id": n, "status": "processing", "currency": "USD", "total": "18.00", "customer_id": n,
        "date_created_gmt": "2026-05-01T10:00:00", "date_modified_gmt": "2026-05-01T10:00:00",
        "billing": {"first_name": "Ann", "email": f"a{n}@example.com", "phone": "+12025550123"},
        "line_items": [{"id": 1, "product_id": 7, "quantity": 2, "subtotal": "18", "total": "18"}],
    }  # fmt: skip


def stripe_customer(n: int) -> dict[str, object]:
    """Return a customer of Stripe."""
    return {
        "id": f"cus_{n}", "object": "customer", "email": f"a{n}@example.com", "created": 1777629600,
        "name": "Ann Example", "phone": "+12025550123", "metadata": {"tier": "gold"},
    }  # fmt: skip


def segment_track(n: int) -> dict[str, object]:
    """Return a call of the Segment spec."""
    return {
        "type": "track", "messageId": f"m{n}", "userId": f"u{n}", "event": "Product Viewed",
        "timestamp": "2026-05-01T10:00:00Z", "properties": {"product_id": "7", "price": 9},
    }  # fmt: skip


CARD = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:u-{n}\r\nFN:Ann Example\r\nN:Example;Ann;;;\r\n"
    "EMAIL;TYPE=home:a{n}@example.com\r\nTEL;TYPE=cell:+1 202 555 0123\r\n"
    "ADR;TYPE=home:;;1 Main St;Boston;MA;02101;USA\r\nREV:20260501T100000Z\r\nEND:VCARD\r\n"
)
PEOPLE = ("id,name,mail,tel,changed", "{n},Ann Example,a{n}@example.com,+12025550123,2026-05-01")
EVENTS = ("event,timestamp,email,event_id", "open,2026-05-01T10:00:00Z,a{n}@example.com,e{n}")
FIELDS = FieldMap(
    {"id": "id", "name": "full_name", "mail": "email", "tel": "phone", "changed": "updated_at"},
    tz="UTC",
)


@frozen
class Source:
    """How one source is read, by us and by the peer."""

    body: bytes
    ours: Callable[[bytes], int]
    peer: Callable[[bytes], object]


def _read(read: Callable[..., Delivery], body: bytes) -> int:
    delivery = read(body, received_at=NOW)
    return len(delivery.records) + len(delivery.kept)


def _pages(fields: object, body: bytes) -> int:
    pages = csv.pages(
        io.BytesIO(body), fields=fields, source="list", received_at=NOW, secret=SECRET,  # type: ignore[arg-type]
        key_is_personal=not isinstance(fields, FieldMap),
    )  # fmt: skip
    return sum(len(page.records) for page in pages)


def _table(body: bytes) -> object:
    return list(stdlib_csv.DictReader(io.StringIO(body.decode())))


def sources(count: int) -> Mapping[str, Source]:
    """Return each source with a body of so many payloads."""
    numbers = range(1, count + 1)

    def listed(make: Callable[[int], object], read: Callable[..., Delivery]) -> Source:
        body = json.dumps([make(n) for n in numbers]).encode()
        return Source(body, partial(_read, read), json.loads)

    def table(lines: tuple[str, str], fields: object) -> Source:
        rows = "\n".join(lines[1].format(n=n) for n in numbers)
        return Source(f"{lines[0]}\n{rows}\n".encode(), partial(_pages, fields), _table)

    cards = "".join(CARD.format(n=n) for n in numbers).encode()
    return {
        "Shopify orders": listed(shopify_order, shopify.read),
        "WooCommerce orders": listed(woo_order, woocommerce.read),
        "Stripe customers": listed(stripe_customer, stripe.read),
        "Segment tracks": listed(segment_track, segment_spec.read),
        "vCards": Source(cards, partial(_read, vcard.read), bytes.splitlines),
        "CSV, people": table(PEOPLE, FIELDS),
        "CSV, events": table(EVENTS, ready_map("email")),
    }


def main(count: int) -> None:
    """Print a line for each source: payloads a second, of the peer and ours, and the ratio."""
    for name, source in sources(count).items():
        started = time.perf_counter()
        source.peer(source.body)
        peer = time.perf_counter() - started
        started = time.perf_counter()
        mapped = source.ours(source.body)
        ours = time.perf_counter() - started
        if mapped < count:
            message = f"{name}: mapped {mapped} of {count}"
            raise SystemExit(message)
        print(f"{name:<20} {count / ours:>9,.0f}/s   bytes alone {count / peer:>11,.0f}/s"
              f"   {ours / peer:>6,.0f} x")  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5_000)
