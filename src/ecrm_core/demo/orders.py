"""Orders: who bought what and when; some orders were cancelled or paid back, one is a test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.goods import Product, products
from ecrm_core.demo.row import Row, changed_at
from ecrm_core.kernel import Private

__all__ = ["Line", "Order", "orders_of", "strange_orders"]

_FREE_FROM: Final = 50_000
_SHIPPING: Final = 3_000


@frozen
class Line:
    """So many of a product."""

    product: Product
    quantity: int

    @property
    def price(self) -> int:
        """The price of the whole line."""
        return self.product.price * self.quantity


@frozen(kw_only=True, repr=False)
class Order(Private):
    """One order; ``buyer`` is the place of her account in the list, None for a ``guest``.

    ``discount`` is in won; ``refunded`` are how many of the lines, from the first, were paid back.
    """

    buyer: int | None
    at: datetime
    lines: tuple[Line, ...]
    discount: int = 0
    cancelled_at: datetime | None = None
    refunded: int = 0
    refunded_at: datetime | None = None
    test: bool = False
    guest: Row | None = None

    @property
    def goods(self) -> int:
        """The price of the lines, before the discount."""
        return sum(line.price for line in self.lines)

    @property
    def shipping(self) -> int:
        """What sending it costs: nothing for larger orders."""
        return 0 if self.goods >= _FREE_FROM else _SHIPPING

    @property
    def total(self) -> int:
        """What is to be paid."""
        return self.goods - self.discount + self.shipping

    @property
    def counts(self) -> bool:
        """Tell whether it is a sale: neither a test nor cancelled."""
        return not self.test and self.cancelled_at is None


def orders_of(dice: Dice, buyer: int, today: date) -> tuple[Order, ...]:
    """Return what an account has bought: nothing, once or up to seven times."""
    count = dice.early(range(8), "orders", buyer)
    return tuple(_order(dice, buyer, at, today) for at in range(count))


def _order(dice: Dice, buyer: int, at: int, today: date) -> Order:
    label = (buyer, at)
    placed_at = changed_at(dice, today - timedelta(days=4), "ordered", *label)
    lines = tuple(
        Line(dice.early(products(), "product", *label, n), 1 + dice.below(2, "many", *label, n))
        for n in range(1 + dice.below(3, "lines", *label))
    )
    order = Order(buyer=buyer, at=placed_at, lines=_distinct(lines))
    if dice.chance(10, "discount", *label):
        order = evolve(order, discount=order.goods // 10)
    if dice.chance(4, "cancelled", *label):
        return evolve(order, cancelled_at=placed_at + timedelta(hours=5))
    if dice.chance(3, "refunded", *label):
        return evolve(order, refunded=1, refunded_at=placed_at + timedelta(days=3))
    return order


def _distinct(lines: Sequence[Line]) -> tuple[Line, ...]:
    return tuple({line.product.id: line for line in lines}.values())


def strange_orders(dice: Dice, today: date, *, guest: Row) -> tuple[Order, ...]:
    """Return an order to try the shop out, a guest's without an account, and a sure refund."""
    at = [changed_at(dice, today - timedelta(days=4), "strange", n) for n in range(3)]
    line = Line(products()[0], 1)
    return (
        Order(buyer=0, at=at[0], lines=(line,), test=True),
        Order(buyer=None, at=at[1], lines=(line,), guest=guest),
        Order(buyer=1, at=at[2], lines=(line, Line(products()[-1], 2)), refunded=1,
              refunded_at=at[2] + timedelta(days=2)),
    )  # fmt: skip
