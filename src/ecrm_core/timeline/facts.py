"""Facts: what a customer's interactions add up to; facts of parts combine to those of the whole.

A commutative monoid: ``combine`` is associative and commutative, ``Facts()`` is neutral. So the
facts of a merged customer are the combined facts of her homes, and none is ever moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import evolve, field, frozen

from ecrm_core.kernel import CustomerId, Kind, Money, Private, canonical_json, encode
from ecrm_core.timeline.interaction import Interaction

__all__ = ["FACTS", "Facts", "HomeFacts", "OrderPart", "OrderRole", "Seen", "same_sort"]


class OrderRole(Enum):
    """What an interaction is to its order."""

    PLACED = "placed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


_ROLES: Final = {
    "order_placed": OrderRole.PLACED,
    "order_cancelled": OrderRole.CANCELLED,
    "refund": OrderRole.REFUNDED,
}


@frozen(kw_only=True)
class Seen:
    """How often a kind of interaction was seen, first and last."""

    count: int
    first_at: datetime
    last_at: datetime

    def plus(self, other: Seen) -> Seen:
        """Return both together."""
        return Seen(
            count=self.count + other.count,
            first_at=min(self.first_at, other.first_at),
            last_at=max(self.last_at, other.last_at),
        )


@frozen(kw_only=True)
class OrderPart:
    """One event of an order, as far as money and units go."""

    role: OrderRole
    at: datetime
    amount: Money | None = None
    units: Decimal = Decimal(0)


_Parts = Mapping[str, OrderPart]


@frozen(kw_only=True, repr=False)
class Facts(Private):
    """How often, when, how many and how much.

    ``kinds`` holds a Seen for each kind; ``orders`` the events of each order, by order and event.
    An order counts when it was placed and not cancelled. Refunds come off the orders they belong
    to; one whose order is unknown, or does not count, changes nothing.
    """

    kinds: Mapping[str, Seen] = field(factory=dict)
    orders: Mapping[str, _Parts] = field(factory=dict)

    @classmethod
    def of(cls, interaction: Interaction) -> Facts:
        """Return the facts of one interaction; none when it is void."""
        if interaction.void:
            return cls()
        at, kind = interaction.at, interaction.kind
        seen = {kind: Seen(count=1, first_at=at, last_at=at)}
        role = _ROLES.get(kind)
        if role is None:
            return cls(kinds=seen)
        units = sum((line.quantity for line in interaction.lines), Decimal(0))
        part = OrderPart(role=role, at=at, amount=interaction.amount, units=units)
        return cls(kinds=seen, orders={_order(interaction): {interaction.event_id: part}})

    @classmethod
    def fold(cls, interactions: Iterable[Interaction]) -> Facts:
        """Return the facts of any number of interactions, in any order."""
        return cls.total(map(cls.of, interactions))

    @classmethod
    def total(cls, parts: Iterable[Facts]) -> Facts:
        """Return the facts of all the parts together."""
        kinds: dict[str, Seen] = {}
        orders: dict[str, dict[str, OrderPart]] = {}
        for part in parts:
            for kind, seen in part.kinds.items():
                kinds[kind] = kinds[kind].plus(seen) if kind in kinds else seen
            for order, events in part.orders.items():
                held = orders.setdefault(order, {})
                for event, its in events.items():
                    held[event] = _greater(held.get(event, its), its)
        return cls(kinds=kinds, orders=orders)

    def combine(self, other: Facts) -> Facts:
        """Return the facts of both together."""
        return Facts.total((self, other))

    def retold(self, before: Interaction, after: Interaction) -> Facts:
        """Return the facts with a later telling of one event in place of the one counted.

        Only where ``same_sort`` holds; otherwise they have to be folded anew.
        """
        orders = dict(self.orders)
        if before.kind in _ROLES and not before.void:
            order = _order(before)
            left = {event: part for event, part in orders.pop(order).items()
                    if event != before.event_id}  # fmt: skip
            orders |= {order: left} if left else {}
        retold = Facts(orders=Facts.of(after).orders)
        return evolve(self, orders=orders).combine(retold)

    @property
    def order_count(self) -> int:
        """The number of orders that count."""
        return sum(1 for _ in self.counting())

    @property
    def spend(self) -> Mapping[str, Money]:
        """What the orders came to without what was refunded, by currency."""
        spent: dict[str, Money] = {}
        for placed, refunds in self.counting():
            amounts = [placed.amount, *(-r.amount for r in refunds if r.amount is not None)]
            for amount in amounts:
                if amount is not None:
                    held = spent.get(amount.currency)
                    spent[amount.currency] = amount if held is None else held + amount
        return {currency: spent[currency] for currency in sorted(spent)}

    @property
    def units(self) -> Decimal:
        """How many units were ordered and not refunded."""
        return sum(
            (placed.units - sum(r.units for r in refunds) for placed, refunds in self.counting()),
            Decimal(0),
        )

    @property
    def first_order_at(self) -> datetime | None:
        """When the first order that counts was placed."""
        return min((placed.at for placed, _ in self.counting()), default=None)

    @property
    def last_order_at(self) -> datetime | None:
        """When the last order that counts was placed."""
        return max((placed.at for placed, _ in self.counting()), default=None)

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of interactions of each kind."""
        return {kind: self.kinds[kind].count for kind in sorted(self.kinds)}

    @property
    def last_seen_at(self) -> Mapping[str, datetime]:
        """The last instant of each kind."""
        return {kind: self.kinds[kind].last_at for kind in sorted(self.kinds)}

    def counting(self) -> Iterator[tuple[OrderPart, list[OrderPart]]]:
        """Go through the orders that count: as placed, and their refunds."""
        for order in sorted(self.orders):
            parts = sorted(self.orders[order].items(), key=lambda item: (item[1].at, item[0]))
            roles: dict[OrderRole, list[OrderPart]] = {role: [] for role in OrderRole}
            for _, part in parts:
                roles[part.role].append(part)
            if roles[OrderRole.PLACED] and not roles[OrderRole.CANCELLED]:
                yield roles[OrderRole.PLACED][0], roles[OrderRole.REFUNDED]


def _order(interaction: Interaction) -> str:
    return f"{interaction.source}/{interaction.correlation or interaction.event_id}"


def same_sort(before: Interaction, after: Interaction) -> bool:
    """Tell whether two tellings of one event count for the same kind, at the same time and home."""
    sorts = [(told.kind, told.at, told.void, told.home_id) for told in (before, after)]
    return sorts[0] == sorts[1]


def _greater(held: OrderPart, told: OrderPart) -> OrderPart:
    """Return one of two parts of one event, the same one in either order."""
    return held if held == told else max(held, told, key=_text)


def _text(part: OrderPart) -> str:
    return canonical_json(encode(part))


@frozen(kw_only=True, repr=False)
class HomeFacts(Private):
    """The facts of one home: of the interactions about its record."""

    home_id: CustomerId
    facts: Facts


FACTS: Final = Kind(name="facts", of=HomeFacts, key=("home_id",), owner="timeline")
"""The rows of facts, one for each home that interactions are about."""
