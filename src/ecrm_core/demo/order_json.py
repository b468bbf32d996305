"""Order JSON: orders as those of Shopify's Admin REST API.

https://shopify.dev/docs/api/admin-rest/latest/resources/order. A line's ``product_type`` is the
product's: the shop's export adds it, the API has it at the product.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ecrm_core.demo.customer_json import address_json
from ecrm_core.demo.orders import Line, Order

__all__ = ["order_id", "order_json"]

_Json = dict[str, object]


def order_id(number: int) -> int:
    """Return the id of the order with that number."""
    return 7_200_000_000 + number


def order_json(order: Order, number: int, customer: Mapping[str, object] | None) -> _Json:
    """Return the order object; ``customer`` is the customer object of its buyer."""
    changed_at = order.refunded_at or order.cancelled_at or order.at
    guest = order.guest
    email = guest.email if guest else customer and customer["email"]
    return {
        "id": order_id(number),
        "name": f"#{number}",
        "order_number": number,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id(number)}",
        "created_at": order.at.isoformat(),
        "processed_at": order.at.isoformat(),
        "updated_at": changed_at.isoformat(),
        "cancelled_at": order.cancelled_at and order.cancelled_at.isoformat(),
        "cancel_reason": "customer" if order.cancelled_at else None,
        "source_name": "web",
        "test": order.test,
        "confirmed": True,
        "email": email,
        "contact_email": email,
        "financial_status": _financial(order),
        "fulfillment_status": None if order.cancelled_at else "fulfilled",
        "customer": customer and _short(customer),
        "billing_address": guest and address_json(guest),
        "line_items": [_line(line, number, at) for at, line in enumerate(order.lines)],
        "refunds": [_refund(order, number)] if order.refunded else [],
    } | _amounts(order)


def _financial(order: Order) -> str:
    if order.cancelled_at:
        return "voided"
    return "partially_refunded" if order.refunded else "paid"


def _short(customer: Mapping[str, object]) -> _Json:
    """Return the customer as orders repeat her: without her list of addresses."""
    left_out = {"addresses", "orders_count", "total_spent", "locale"}
    return {name: value for name, value in customer.items() if name not in left_out}


def _amounts(order: Order) -> _Json:
    return {
        "currency": "KRW",
        "presentment_currency": "KRW",
        "taxes_included": True,
        "total_line_items_price": str(order.goods),
        "total_discounts": str(order.discount),
        "subtotal_price": str(order.goods - order.discount),
        "total_shipping_price_set": {"shop_money": _money(order.shipping),
                                     "presentment_money": _money(order.shipping)},
        "total_tax": str(order.total // 11),  # a tenth on top of the net price
        "total_price": str(order.total),
    }  # fmt: skip


def _money(amount: int) -> _Json:
    return {"amount": str(amount), "currency_code": "KRW"}


def _line(line: Line, number: int, at: int) -> _Json:
    product = line.product
    return {
        "id": number * 10 + at,
        "product_id": int(product.id.partition("-")[2]),
        "sku": product.id,
        "title": product.title,
        "name": product.title,
        "product_type": product.product_type,
        "quantity": line.quantity,
        "price": str(product.price),
        "total_discount": "0",
    }


def _refund(order: Order, number: int) -> _Json:
    lines = order.lines[: order.refunded]
    at = _iso(order.refunded_at)
    paid_back = {
        "id": number * 100 + 1, "kind": "refund", "status": "success", "currency": "KRW",
        "amount": str(sum(line.price for line in lines)), "created_at": at,
    }  # fmt: skip
    return {
        "id": number * 100,
        "created_at": at,
        "processed_at": at,
        "note": "returned",
        "refund_line_items": [
            {"id": number * 100 + 10 + place, "quantity": line.quantity,
             "line_item": _line(line, number, place)}
            for place, line in enumerate(lines)
        ],
        "transactions": [paid_back],
    }  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
