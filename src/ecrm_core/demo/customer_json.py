"""Customer JSON: rows as the customers of Shopify's Admin REST API.

https://shopify.dev/docs/api/admin-rest/latest/resources/customer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ecrm_core.demo.row import Row

__all__ = ["address_json", "customer_json"]

_STATES: Final = {"granted": "subscribed", "revoked": "unsubscribed", "pending": "pending"}
_COUNTRIES: Final = {"GB": "United Kingdom", "US": "United States", "DE": "Germany",
                     "KR": "South Korea", "JP": "Japan"}  # fmt: skip


def customer_json(row: Row, id_: int, totals: Sequence[int]) -> dict[str, object]:
    """Return the customer object; ``totals`` are the amounts of her orders, in won."""
    address = _own_address(row, id_)
    return {
        "id": id_,
        "created_at": (row.updated_at - timedelta(days=800)).isoformat(),
        "updated_at": row.updated_at.isoformat(),
        "first_name": row.given,
        "last_name": row.family,
        "email": row.email or None,
        "verified_email": "fake" not in row.labels,
        "phone": row.phone or None,
        "locale": row.language,
        "currency": "KRW",
        "orders_count": len(totals),
        "total_spent": str(sum(totals)),
        "state": "enabled",
        "tags": ", ".join([*(["office"] if row.company else []), *_vip(totals)]),
        "addresses": [address] if address else [],
        "email_marketing_consent": _consent(row),
        "admin_graphql_api_id": f"gid://shopify/Customer/{id_}",
    } | ({"default_address": address} if address else {})


def _vip(totals: Sequence[int]) -> list[str]:
    return ["VIP"] if sum(totals) > 1_500_000 else []


def address_json(row: Row) -> dict[str, object]:
    """Return the address of a row, as customers and orders have it."""
    return {
        "first_name": row.given,
        "last_name": row.family,
        "company": row.company or None,
        "address1": row.street,
        "address2": None,
        "city": row.city,
        "province": row.area or None,
        "country": _COUNTRIES[row.country],
        "zip": row.postcode,
        "phone": None,
        "country_code": row.country,
    }


def _own_address(row: Row, id_: int) -> dict[str, object] | None:
    if not row.country:
        return None
    return {"id": id_ + 1_000_000, "customer_id": id_, **address_json(row), "default": True}


def _consent(row: Row) -> dict[str, object]:
    state = _STATES.get(row.consent, "not_subscribed")
    at = row.consent_at or row.updated_at
    return {
        "state": state,
        "opt_in_level": "single_opt_in",
        "consent_updated_at": None if state == "not_subscribed" else at.isoformat(),
    }
