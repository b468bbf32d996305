"""Shopify lines: the money and the lines of orders, refunds, carts and shipments."""

from __future__ import annotations

from decimal import Decimal
from functools import reduce

from attrs import frozen

from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, currency_of, id_of, money_of, number_of
from ecrm_core.sources.payload import MAX_VALUE, Node
from ecrm_core.timeline import OrderLine

__all__ = ["Tender", "lines_of", "returned_lines", "tender_of"]


@frozen(kw_only=True)
class Tender:
    """The currency of an object's amounts; ``presented``: another than that of the shop."""

    currency: str | None = None
    presented: bool = False

    def money(self, node: Node, key: str) -> Money | None:
        """Return an amount as the customer paid it: in the currency presented to her.

        Where the object as a whole names no currency, it is what the amount itself says.
        """
        if not self.presented and self.currency is not None:
            return money_of(node.get(key), self.currency)
        held: Node | None = node
        for step in (f"{key}_set", "presentment_money"):
            held = held.get(step) if held else None
        if held is None:
            return None
        if self.currency is not None:
            return money_of(held.get("amount"), self.currency)
        found = money_of(held.get("amount"), currency_of(held.apart().get("currency_code")))
        if found is not None:
            currency_of(held.get("currency_code"))
        return found


def tender_of(node: Node) -> Tender:
    """Return the currency that an order or a checkout names."""
    shop, paid = currency_of(node.get("currency")), currency_of(node.get("presentment_currency"))
    return Tender(currency=paid or shop, presented=paid is not None and paid != shop)


def lines_of(tender: Tender, node: Node | None) -> tuple[OrderLine, ...]:
    """Return the lines of an order, a cart or a shipment."""
    items = node.items() if node else []
    return tuple(_line(tender, item) for item in items if isinstance(item.value, dict))


def returned_lines(tender: Tender, node: Node | None) -> tuple[OrderLine, ...]:
    """Return the lines of a refund; the product is described in the order's own line."""
    items = node.items() if node else []
    held = [(item.get("line_item"), number_of(item.get("quantity"))) for item in items]
    return tuple(
        _of(tender, line, quantity) for line, quantity in held if line and quantity is not None
    )


def _of(tender: Tender, node: Node, quantity: Decimal, discount: Money | None = None) -> OrderLine:
    return OrderLine(
        product=id_of(node.get("product_id")),
        quantity=quantity,
        price=tender.money(node, "price"),
        discount=discount,
        sku=code_of(node.get("sku")),
        title=code_of(node.get("title"), limit=MAX_VALUE),
    )


def _line(tender: Tender, node: Node) -> OrderLine:
    quantity = number_of(node.get("quantity"))
    discount = _discount(tender, node)
    return _of(tender, node, Decimal(1) if quantity is None else quantity, discount)


def _discount(tender: Tender, node: Node) -> Money | None:
    """Return what came off a line: the parts of the discounts that fell to it."""
    held = node.get("discount_allocations")
    items = held.items() if held else []
    if len(items) == 1:
        return tender.money(items[0], "amount")
    amounts = [tender.money(item.apart(), "amount") for item in items]
    found = [amount for amount in amounts if amount is not None]
    return reduce(Money.__add__, found) if found and len(found) == len(amounts) else None
