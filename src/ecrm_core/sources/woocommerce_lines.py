"""WooCommerce lines: what was ordered or given back, and the price of one before discounts."""

from __future__ import annotations

from decimal import Context, Decimal
from typing import Final

from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, id_of, money_of, number_of
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.timeline import OrderLine

__all__ = ["lines_of"]

_MICRO: Final = Decimal("0.000001")
_WIDE: Final = Context(prec=200)  # no amount is too long to be rounded


def lines_of(node: Node, currency: str | None) -> tuple[OrderLine, ...]:
    """Return the lines of an order or a refund; a refund counts backwards, and its lines do not."""
    held = node.get("line_items")
    items = held.items() if held else []
    return tuple(_line(item, currency) for item in items if isinstance(item.value, dict))


def _line(node: Node, currency: str | None) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    price, discount = _price(node, currency, quantity)
    return OrderLine(
        product=id_of(node.get("product_id")),
        quantity=Decimal(1) if quantity is None else abs(quantity),
        price=price,
        discount=discount,
        sku=code_of(node.get("sku")),
        title=code_of(node.get("name"), limit=MAX_VALUE),
    )


def _price(
    node: Node, currency: str | None, quantity: Decimal | None
) -> tuple[Money | None, Money | None]:
    """Return the price of one before discounts, to six places, and what came off the line."""
    leaves = node.apart()
    before = money_of(leaves.get("subtotal"), currency)
    after = money_of(leaves.get("total"), currency)
    if before is None or not quantity:
        return None, None
    each = Money(before.amount / quantity, before.currency).rounded()
    if each.amount * quantity != before.amount:
        each = Money((before.amount / quantity).quantize(_MICRO, context=_WIDE), before.currency)
    if each.amount * quantity == before.amount:
        for key in ("subtotal", "total"):
            money_of(node.get(key), currency)
    if after is None or after == before:
        return each, None
    off = before - after
    return each, off if quantity > 0 else -off
