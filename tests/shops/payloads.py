"""Payloads: what Shopify would send about invented people."""

from __future__ import annotations

from typing import Any

CANARY = "kanarienvogel"
"""Stands in every name and address that must not get into a log or an error."""


def customer(number: int, **more: object) -> dict[str, Any]:
    """Return a customer object."""
    return {
        "id": number,
        "first_name": f"Ann{CANARY}",
        "last_name": f"Reed{number}",
        "email": f"ann{number}.{CANARY}@example.com",
        "phone": f"+82 2 555 {number:04d}",
        "updated_at": "2026-11-01T10:00:00+09:00",
        **more,
    }


def order(number: int, of: int, **more: object) -> dict[str, Any]:
    """Return an order object of a customer."""
    return {
        "id": number,
        "name": f"#{number}",
        "order_number": number,
        "created_at": "2026-11-02T10:00:00+09:00",
        "updated_at": "2026-11-02T10:00:00+09:00",
        "processed_at": "2026-11-02T10:00:00+09:00",
        "currency": "KRW",
        "total_price": "45000",
        "financial_status": "paid",
        "line_items": [{"id": 1, "title": "Beans", "quantity": 3, "price": "15000"}],
        "customer": customer(of),
        "shipping_address": {"name": f"Ann {CANARY}", "city": "Seoul", "country_code": "KR"},
        **more,
    }
