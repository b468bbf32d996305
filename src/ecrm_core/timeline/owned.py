"""Orders: what she bought as it stands now, and what she has of it, from events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from itertools import chain

from attrs import evolve, frozen

from ecrm_core.kernel import Money, Private
from ecrm_core.timeline.interaction import Interaction, OrderLine
from ecrm_core.timeline.orders import OrderRole, deletes_order, order_role

__all__ = ["BilledElsewhere", "Order", "OrderState", "Owned", "billed_elsewhere", "orders_of",
           "owned_products"]  # fmt: skip

_LONGEST = 200


class OrderState(Enum):
    """How far an order is; of several that hold the last one here."""

    PLACED = "placed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    """All that was paid was given back."""
    CANCELLED = "cancelled"


_STATES = {"order_shipped": OrderState.SHIPPED, "order_delivered": OrderState.DELIVERED}


@frozen(kw_only=True, repr=False)
class Order(Private):
    """One order of one source: ``id`` is the source's, ``reference`` the number people say.

    ``refunded`` is what was given back, ``lines`` what was ordered, ``returned`` what came back.
    """

    source: str
    id: str
    at: datetime
    state: OrderState
    reference: str | None = None
    brand: str | None = None
    amount: Money | None = None
    refunded: Money | None = None
    lines: tuple[OrderLine, ...] = ()
    returned: tuple[OrderLine, ...] = ()


@frozen(kw_only=True, repr=False)
class Owned(Private):
    """A product she has: bought and not sent back, or registered with its ``serial``.

    ``since`` is the day of the latest order or registration, ``order`` the number of that order.
    """

    product: str
    quantity: Decimal
    since: date
    source: str
    title: str | None = None
    serial: str | None = None
    order: str | None = None
    brand: str | None = None


@frozen(kw_only=True, repr=False)
class BilledElsewhere(Private):
    """A subscription that another system bills, as that system told it last."""

    source: str
    id: str
    at: datetime
    status: str | None = None
    plan: str | None = None
    renews_on: str | None = None
    amount: Money | None = None
    brand: str | None = None


def _id(told: Interaction) -> str:
    return told.correlation or told.event_id


def _matters(events: Iterable[Interaction]) -> dict[tuple[str, str], list[Interaction]]:
    """Return events that count by source and what they belong to, the oldest first."""
    found: dict[tuple[str, str], list[Interaction]] = {}
    for told in sorted(events, key=lambda e: (e.at, e.source, e.event_id)):
        if not told.void:
            found.setdefault((told.source, _id(told)), []).append(told)
    return found


def orders_of(events: Iterable[Interaction]) -> tuple[Order, ...]:
    """Return the orders that events tell of, the newest first.

    Those never placed are left out, and those that their source deleted.
    """
    orders = (_order(told) for told in _matters(events).values())
    found = [order for order in orders if order is not None]
    return tuple(sorted(found, key=lambda order: (order.at, order.source, order.id), reverse=True))


def _order(told: Sequence[Interaction]) -> Order | None:
    placed = next((event for event in told if event.kind == "order_placed"), None)
    if placed is None or any(map(deletes_order, told)):
        return None
    back = [event for event in told if event.kind == "refund"]
    # Goods that came back are told by the refund, or by the return where no refund names them.
    returned = tuple(chain.from_iterable(event.lines for event in back))
    if not returned:
        returns = (event.lines for event in told if event.kind == "return_received")
        returned = tuple(chain.from_iterable(returns))
    refunded = _sum(placed.amount, [event.amount for event in back])
    states = [_STATES[event.kind] for event in told if event.kind in _STATES]
    if any(order_role(event) is OrderRole.CANCELLED for event in told):
        states.append(OrderState.CANCELLED)
    if refunded and placed.amount and refunded.amount >= placed.amount.amount:
        states.append(OrderState.REFUNDED)
    order = list(OrderState)
    return Order(
        source=placed.source, id=_id(placed), at=placed.at, reference=placed.reference,
        state=max(states, key=order.index, default=OrderState.PLACED), brand=placed.brand,
        amount=placed.amount, refunded=refunded, lines=placed.lines, returned=returned,
    )  # fmt: skip


def _sum(paid: Money | None, amounts: Iterable[Money | None]) -> Money | None:
    """Return the sum of amounts of the currency that was paid in; None without one."""
    total: Money | None = None
    for amount in amounts:
        if amount is not None and (paid is None or amount.currency == paid.currency):
            total = amount if total is None else total + amount
    return total


def owned_products(
    orders: Iterable[Order], events: Iterable[Interaction] = ()
) -> tuple[Owned, ...]:
    """Return what she has: lines of orders that were not cancelled or sent back, registrations.

    A line is known by its product, SKU or title. What was registered with a serial stands apart,
    and takes one off what was bought of the same product. The newest comes first.
    """
    bought: dict[tuple[str, str], Owned] = {}
    for order in orders:
        if order.state is not OrderState.CANCELLED:
            for owned in _kept(order):
                key = (owned.source, owned.product)
                bought[key] = _both(bought[key], owned) if key in bought else owned
    registered = {(one.source, one.product, one.serial): one for one in _registered(events)}
    for one in registered.values():
        key = (one.source, one.product)
        held = bought.pop(key, None)
        if held is not None and held.quantity > one.quantity:
            bought[key] = _more(held, -one.quantity)
    both = [*registered.values(), *bought.values()]
    order_of = sorted(both, key=lambda one: (one.source, one.product, one.serial or ""))
    return tuple(sorted(order_of, key=lambda one: one.since, reverse=True))


def _kept(order: Order) -> Iterator[Owned]:
    """Go through what is left of an order, product by product."""
    left: dict[str, Owned] = {}
    for line in order.lines:
        name = _product(line)
        if name is None:
            continue
        one = Owned(product=name, quantity=line.quantity, since=order.at.date(), title=line.title,
                    source=order.source, brand=order.brand,
                    order=order.reference or order.id)  # fmt: skip
        left[name] = _more(left[name], line.quantity) if name in left else one
    for line in order.returned:
        name = _product(line)
        if name in left:
            left[name] = _more(left[name], -line.quantity)
    if order.state is OrderState.REFUNDED and not order.returned:
        return  # all was given back without a word about goods
    yield from (one for one in left.values() if one.quantity > 0)


def _registered(events: Iterable[Interaction]) -> Iterator[Owned]:
    for told in sorted(events, key=lambda e: (e.at, e.source, e.event_id)):
        if told.kind != "product_registered" or told.void:
            continue
        line = told.lines[0] if told.lines else OrderLine()
        serial = _text(told.data.get("serial"))
        product = _product(line) or _text(told.data.get("product")) or serial or told.event_id
        yield Owned(
            product=product, quantity=Decimal(1), since=told.at.date(), source=told.source,
            title=line.title, serial=serial, order=told.reference, brand=told.brand,
        )  # fmt: skip


def billed_elsewhere(events: Iterable[Interaction]) -> tuple[BilledElsewhere, ...]:
    """Return the subscriptions other systems bill that have not ended, the newest first."""
    kinds = {"subscription_active", "subscription_ended"}
    matters = _matters(event for event in events if event.kind in kinds)
    last = [told[-1] for told in matters.values() if told[-1].kind == "subscription_active"]
    last.sort(key=lambda e: (e.at, e.source, e.event_id), reverse=True)
    return tuple(
        BilledElsewhere(
            source=told.source, id=_id(told), at=told.at, amount=told.amount, brand=told.brand,
            **{name: _text(told.data.get(name)) for name in ("status", "plan", "renews_on")},
        )
        for told in last
    )  # fmt: skip


def _product(line: OrderLine) -> str | None:
    return line.product or line.sku or line.title


def _text(value: object) -> str | None:
    return None if value in (None, "") else str(value)[:_LONGEST]


def _more(held: Owned, quantity: Decimal) -> Owned:
    return evolve(held, quantity=held.quantity + quantity)


def _both(newer: Owned, older: Owned) -> Owned:
    """Return what two orders leave of one product, under the newer of them."""
    first, second = sorted((newer, older), key=lambda one: one.since, reverse=True)
    return _more(first, second.quantity)
