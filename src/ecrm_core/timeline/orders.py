"""Orders: what counts of the orders of a customer, and what they came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.kernel import Money, canonical_json, encode
from ecrm_core.timeline.interaction import Interaction

__all__ = ["ORDER_ROLES", "OrderPart", "OrderRole", "counting_orders", "deletes_order",
           "greater_part", "order_of", "order_role", "part_of"]  # fmt: skip


class OrderRole(Enum):
    """What an interaction is to its order."""

    PLACED = "placed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


ORDER_ROLES: Final[Mapping[str, OrderRole]] = {
    "order_placed": OrderRole.PLACED,
    "order_cancelled": OrderRole.CANCELLED,
    "refund": OrderRole.REFUNDED,
}
"""The kinds of interactions that orders are made of."""


@frozen(kw_only=True)
class OrderPart:
    """One event of an order, as far as money and units go."""

    role: OrderRole
    at: datetime
    amount: Money | None = None
    units: Decimal = Decimal(0)


def order_role(interaction: Interaction) -> OrderRole | None:
    """Return what an interaction is to its order; None where it is about none.

    An order that says of itself that it is cancelled (``data["cancelled"]``) cancels itself: some
    shops tell no event of it, and take it back by telling the order again.
    """
    role = ORDER_ROLES.get(interaction.kind)
    if role is OrderRole.PLACED and interaction.data.get("cancelled") is True:
        return OrderRole.CANCELLED
    return role


def deletes_order(interaction: Interaction) -> bool:
    """Tell whether the source deleted the order: then it is as if it never was."""
    return interaction.kind == "order_cancelled" and interaction.data.get("deleted") is True


def part_of(interaction: Interaction) -> OrderPart | None:
    """Return what an interaction is to its order; None where it is about none."""
    role = order_role(interaction)
    if role is None:
        return None
    units = sum((line.quantity for line in interaction.lines), Decimal(0))
    return OrderPart(role=role, at=interaction.at, amount=interaction.amount, units=units)


def order_of(interaction: Interaction) -> str:
    """Return the name of the order an interaction belongs to: it stands in one source alone."""
    return f"{interaction.source}/{interaction.correlation or interaction.event_id}"


def counting_orders(
    orders: Mapping[str, Mapping[str, OrderPart]],
) -> Iterator[tuple[OrderPart, list[OrderPart]]]:
    """Go through the orders that count: as placed, and their refunds."""
    for order in sorted(orders):
        parts = sorted(orders[order].items(), key=lambda item: (item[1].at, item[0]))
        roles: dict[OrderRole, list[OrderPart]] = {role: [] for role in OrderRole}
        for _, part in parts:
            roles[part.role].append(part)
        if roles[OrderRole.PLACED] and not roles[OrderRole.CANCELLED]:
            yield roles[OrderRole.PLACED][0], roles[OrderRole.REFUNDED]


def greater_part(held: OrderPart, told: OrderPart) -> OrderPart:
    """Return one of two parts of one event, the same one in either order."""
    return held if held == told else max(held, told, key=_text)


def _text(part: OrderPart) -> str:
    return canonical_json(encode(part))
