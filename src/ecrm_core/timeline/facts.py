"""Facts: what a customer's interactions add up to; facts of parts combine to those of the whole.

A commutative monoid: ``combine`` is associative and commutative, ``Facts()`` is neutral. So the
facts of a merged customer are the combined facts of her homes, and none is ever moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import reduce
from typing import Final, TypeVar

from attrs import evolve, field, frozen

from ecrm_core.kernel import Money, Private, minor_units
from ecrm_core.timeline.interaction import Interaction
from ecrm_core.timeline.kinds import MATTERS, MatterKind
from ecrm_core.timeline.matter import Matter, Thread, matter_of, thread_of
from ecrm_core.timeline.orders import (
    ORDER_ROLES,
    OrderPart,
    counting_orders,
    greater_part,
    order_of,
    part_of,
)
from ecrm_core.timeline.score import Answer, answer_of
from ecrm_core.timeline.sessions import ON_SITE, Visit, join_visits

__all__ = ["ABANDONED_AFTER", "Facts", "Seen", "same_sort"]

ABANDONED_AFTER: Final = timedelta(hours=24)
"""How long nothing happens in an open cart before it is taken to be abandoned, unless told."""

_EXACT: Final = Context(prec=200)
_SHARE: Final = Decimal("0.0001")
T = TypeVar("T")


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


_Parts = Mapping[str, OrderPart]


@frozen(kw_only=True, repr=False)
class Facts(Private):
    """How often, when, how many and how much.

    ``kinds`` holds a Seen for each kind; ``orders`` the events of each order, by order and event;
    ``threads`` how each matter stands; ``visits`` from when to when she was on the site, in
    sessions; ``nps`` her latest answer to the Net Promoter question.

    An order counts when it was placed and not cancelled. Refunds come off the orders they belong
    to; one whose order is unknown, or does not count, changes nothing.
    """

    kinds: Mapping[str, Seen] = field(factory=dict)
    orders: Mapping[str, _Parts] = field(factory=dict)
    threads: Mapping[str, Thread] = field(factory=dict)
    visits: tuple[Visit, ...] = ()
    nps: Answer | None = None

    # ------------------------------------------------------------ adding up

    @classmethod
    def of(cls, interaction: Interaction) -> Facts:
        """Return the facts of one interaction; none when it is void."""
        if interaction.void:
            return cls()
        at, kind = interaction.at, interaction.kind
        part, thread = part_of(interaction), thread_of(interaction)
        return cls(
            kinds={kind: Seen(count=1, first_at=at, last_at=at)},
            orders={} if part is None else {order_of(interaction): {interaction.event_id: part}},
            threads={} if thread is None else dict([thread]),
            visits=(Visit(at, at),) if kind in ON_SITE else (),
            nps=answer_of(interaction),
        )

    @classmethod
    def fold(cls, interactions: Iterable[Interaction]) -> Facts:
        """Return the facts of any number of interactions, in any order."""
        return cls.total(map(cls.of, interactions))

    @classmethod
    def total(cls, parts: Iterable[Facts]) -> Facts:
        """Return the facts of all the parts together."""
        first, *others = sorted(parts, key=lambda part: -len(part.orders)) or [cls()]
        if not others:
            return first
        # The largest is copied whole: an event more costs no walk through a thousand orders.
        kinds, threads, orders = dict(first.kinds), dict(first.threads), dict(first.orders)
        for part in others:
            for kind, seen in part.kinds.items():
                kinds[kind] = kinds[kind].plus(seen) if kind in kinds else seen
            for matter, thread in part.threads.items():
                threads[matter] = threads[matter].plus(thread) if matter in threads else thread
            for order, events in part.orders.items():
                orders[order] = _joined(orders[order], events) if order in orders else events
        answers = [part.nps for part in (first, *others) if part.nps is not None]
        visits = join_visits([first.visits, *(part.visits for part in others)])
        return cls(kinds=kinds, orders=orders, threads=threads, visits=visits,
                   nps=max(answers, default=None))  # fmt: skip

    def combine(self, other: Facts) -> Facts:
        """Return the facts of both together."""
        return Facts.total((self, other))

    def retold(self, before: Interaction, after: Interaction) -> Facts:
        """Return the facts with a later telling of one event in place of the one counted.

        Only where ``same_sort`` holds; otherwise they have to be folded anew.
        """
        if before.kind not in ORDER_ROLES or before.void:
            return self
        orders, order = dict(self.orders), order_of(before)
        left = {event: part for event, part in orders.pop(order).items()
                if event != before.event_id}  # fmt: skip
        orders |= {order: left} if left else {}
        return evolve(self, orders=orders).combine(Facts(orders=Facts.of(after).orders))

    # ------------------------------------------------------------ orders

    def counting(self) -> Iterator[tuple[OrderPart, list[OrderPart]]]:
        """Go through the orders that count: as placed, and their refunds."""
        return counting_orders(self.orders)

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
    def average_order(self) -> Mapping[str, Money]:
        """What an order came to on average, refunds off, by currency, at its minor unit."""
        counts: dict[str, int] = {}
        for placed, _ in self.counting():
            if placed.amount is not None:
                counts[placed.amount.currency] = counts.get(placed.amount.currency, 0) + 1
        spend = self.spend
        return {
            currency: _average(spend[currency], counts[currency]) for currency in sorted(counts)
        }

    @property
    def first_order_at(self) -> datetime | None:
        """When the first order that counts was placed."""
        return min((placed.at for placed, _ in self.counting()), default=None)

    @property
    def last_order_at(self) -> datetime | None:
        """When the last order that counts was placed."""
        return max((placed.at for placed, _ in self.counting()), default=None)

    @property
    def order_interval(self) -> timedelta | None:
        """The mean time from one order to the next; None with fewer than two."""
        placed = [part.at for part, _ in self.counting()]
        return (max(placed) - min(placed)) / (len(placed) - 1) if placed[1:] else None

    def since_last_order(self, now: datetime) -> timedelta | None:
        """Return how long ago the last order was placed; None without one."""
        last = self.last_order_at
        return None if last is None else now - last

    @property
    def units_ordered(self) -> Decimal:
        """How many units were ordered."""
        return _sum(placed.units for placed, _ in self.counting())

    @property
    def units_returned(self) -> Decimal:
        """How many units came back: those of the lines of refunds."""
        return _sum(refund.units for _, refunds in self.counting() for refund in refunds)

    @property
    def units(self) -> Decimal:
        """How many units were ordered and not refunded."""
        return _EXACT.subtract(self.units_ordered, self.units_returned)

    @property
    def return_share(self) -> Decimal | None:
        """The share of units that came back, to four places; None where none was ordered."""
        ordered = self.units_ordered
        if not ordered:
            return None
        return _EXACT.divide(self.units_returned, ordered).quantize(_SHARE, context=_EXACT)

    # ------------------------------------------------------------ what was seen

    @property
    def counts(self) -> Mapping[str, int]:
        """The number of interactions of each kind."""
        return {kind: self.kinds[kind].count for kind in sorted(self.kinds)}

    @property
    def last_seen_at(self) -> Mapping[str, datetime]:
        """The last instant of each kind."""
        return {kind: self.kinds[kind].last_at for kind in sorted(self.kinds)}

    @property
    def last_at(self) -> datetime | None:
        """The last instant of all."""
        return max((seen.last_at for seen in self.kinds.values()), default=None)

    def count(self, *kinds: str) -> int:
        """Return how many interactions of these kinds there were."""
        return sum(self.kinds[kind].count for kind in kinds if kind in self.kinds)

    @property
    def opens(self) -> int:
        """How many mails and other messages were opened, each as often as it was."""
        return self.count("email_opened", "message_opened")

    @property
    def clicks(self) -> int:
        """How many links in mails and other messages were followed."""
        return self.count("email_clicked", "message_clicked")

    @property
    def bounces(self) -> int:
        """How many mails and other messages could not be delivered."""
        return self.count("email_bounced", "message_bounced")

    @property
    def page_views(self) -> int:
        """How many pages and screens were looked at, those of products too."""
        return self.count("page_viewed", "product_viewed")

    @property
    def sessions(self) -> int:
        """How often she was on the site, as ``sessions`` counts with its usual gap."""
        return len(self.visits)

    @property
    def store_visits(self) -> int:
        """How often she was in a store."""
        return self.count("store_visited")

    @property
    def calls(self) -> int:
        """How many calls there were, in and out."""
        return self.count("call")

    # ------------------------------------------------------------ matters

    @property
    def matters(self) -> tuple[Matter, ...]:
        """Every matter, open or not: the kinds in order, in each the one with the latest event."""
        found = [matter_of(name, thread) for name, thread in sorted(self.threads.items())]
        newest = sorted(found, key=lambda matter: matter.last_at, reverse=True)
        return tuple(sorted(newest, key=lambda matter: matter.kind.value))

    def open_matters(self, *kinds: MatterKind) -> tuple[Matter, ...]:
        """Return what is open: of these kinds, of every one when none is named."""
        return tuple(
            matter for matter in self.matters
            if matter.open and (not kinds or matter.kind in kinds)
        )  # fmt: skip

    def abandoned_carts(
        self, now: datetime, *, after: timedelta = ABANDONED_AFTER
    ) -> tuple[Matter, ...]:
        """Return the open carts in which nothing happened for so long."""
        return tuple(m for m in self.open_matters(MatterKind.CART) if now - m.last_at >= after)

    @property
    def time_to_close(self) -> timedelta | None:
        """The mean time from a ticket's first event to its close; None where none was closed."""
        times = [
            matter.closed_at - matter.opened_at
            for matter in self.matters
            if matter.kind is MatterKind.TICKET and matter.closed_at and matter.opened_at
        ]
        return sum(times, timedelta(0)) / len(times) if times else None


def same_sort(before: Interaction, after: Interaction) -> bool:
    """Tell whether two tellings of one event count in the same way but for money and units."""
    return _sort(before) == _sort(after)


def _sort(told: Interaction) -> tuple[object, ...]:
    thread = told.correlation if told.kind in MATTERS else None
    sort = told.kind, told.at, told.void, told.home_id, told.brand
    return *sort, thread, answer_of(told)


def _joined(held: _Parts, told: _Parts) -> _Parts:
    joined = dict(held)
    for event, part in told.items():
        joined[event] = greater_part(joined.get(event, part), part)
    return joined


def _average(total: Money, count: int) -> Money:
    unit = Decimal(1).scaleb(-minor_units(total.currency))
    exact = _EXACT.divide(total.amount, count)
    return Money(exact.quantize(unit, ROUND_HALF_UP, _EXACT), total.currency)


def _sum(numbers: Iterable[Decimal]) -> Decimal:
    return reduce(_EXACT.add, numbers, Decimal(0))
