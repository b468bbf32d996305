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


def woo_customer(number: int) -> dict[str, Any]:
    """Return a customer object of WooCommerce."""
    return {
        "id": number,
        "date_created_gmt": "2026-11-01T01:00:00",
        "date_modified_gmt": "2026-11-01T01:00:00",
        "email": f"ann{number}.{CANARY}@example.com",
        "username": f"ann{number}",
        "billing": {"first_name": "Ann", "last_name": CANARY},
    }


def stripe_event(number: int) -> dict[str, Any]:
    """Return the event of Stripe that a customer was made."""
    made = {
        "id": f"cus_{number}",
        "object": "customer",
        "created": 1_793_500_000,
        "email": f"ann{number}.{CANARY}@example.com",
        "livemode": True,
    }
    return {
        "id": f"evt_{number}",
        "object": "event",
        "type": "customer.created",
        "created": 1_793_500_000,
        "livemode": True,
        "data": {"object": made},
    }
