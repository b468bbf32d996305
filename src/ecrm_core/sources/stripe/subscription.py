"""Subscription: one that Stripe bills, as one event that is told anew whenever it changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import reduce
from typing import Final

from ecrm_core.kernel import Money
from ecrm_core.sources.amounts import code_of, number_of
from ecrm_core.sources.delivery import Entry
from ecrm_core.sources.keeping import apart
from ecrm_core.sources.payload import MAX_VALUE, Node, Payload
from ecrm_core.sources.stripe.telling import (
    Telling,
    currency_in,
    flag,
    id_in,
    moment,
    money,
    ref,
    seen,
)
from ecrm_core.timeline import OrderLine

__all__ = ["items_of", "period_end", "price_of", "read_subscription"]

# How far a subscription has come: within one second the greater comes later.
_RANKS: Final[Mapping[str, int]] = {
    "incomplete": 0, "trialing": 1, "active": 2, "past_due": 3, "unpaid": 4, "paused": 5,
    "incomplete_expired": 8, "canceled": 9,
}  # fmt: skip
_ENDED: Final = frozenset({"canceled", "incomplete_expired"})
_NEVER: Final = frozenset({"incomplete", "incomplete_expired"})


def read_subscription(data: Mapping[str, object], telling: Telling) -> Entry:
    """Return the subscription as it stands; InputError without an id, a status or a time."""
    payload = Payload(data)
    id_, status = id_in(payload, "a subscription"), code_of(payload.get("status")) or "active"
    gone, told_at = status in _ENDED, _told_at(payload, telling, status)
    at = moment(payload.get("ended_at" if gone else "start_date"))
    lines = tuple(_line(item, currency_in(payload)) for item in items_of(payload))
    told = telling.event(
        "subscription_ended" if gone else "subscription_active", f"subscription/{id_}", at,
        told_at=told_at, subject=telling.key(ref(payload.get("customer"))), amount=_total(lines),
        lines=lines, correlation=id_, data=_data(payload, status, ended=gone),
        void=flag(payload.get("livemode")) is False or status in _NEVER,
    )  # fmt: skip
    return apart(payload, told)


def _told_at(node: Node, telling: Telling, status: str) -> datetime | None:
    names = ("created", "start_date", "canceled_at", "ended_at", "current_period_start")
    own = [seen(node.get(name)) for name in names]
    own += [seen(item.get("current_period_start")) for item in items_of(node)]
    return telling.told_at(*own, rank=_RANKS.get(status, 2))


def _data(node: Node, status: str, *, ended: bool) -> dict[str, object]:
    """Return what an agent asks first: how it stands, of what plan, until when."""
    stops, renews = flag(node.get("cancel_at_period_end")), period_end(node)
    ends = seen(node.get("cancel_at")) or (renews if stops else None)
    days = {
        "ends_on": None if ended else ends,
        "renews_on": None if ended or ends else renews,
        "trial_until": seen(node.get("trial_end")),
    }
    plans = [plan for item in items_of(node) if (plan := _plan(price_of(item)))]
    words: dict[str, object] = {"status": status}
    if plans:
        words["plan"] = ", ".join(plans)
    return words | {name: at.date().isoformat() for name, at in days.items() if at}


def _plan(price: Node | None) -> str | None:
    """Return what the plan is called, else its id."""
    return (code_of(price.get("nickname")) if price else None) or ref(price)


def items_of(node: Node) -> list[Node]:
    """Return the items of a subscription; the one plan of an old one stands for its item."""
    held = node.get("items")
    listed = held.get("data") if held else None
    return [item for item in (listed.items() if listed else []) if isinstance(item.value, Mapping)]


def price_of(item: Node) -> Node | None:
    """Return the price of an item: its price object, else its plan."""
    for name in ("price", "plan"):
        held = item.get(name)
        if held and isinstance(held.value, Mapping):
            return held
    return None


def _line(item: Node, currency: str | None) -> OrderLine:
    quantity, price = number_of(item.get("quantity")), price_of(item)
    return OrderLine(
        product=ref(price.get("product")) if price else None,
        quantity=Decimal(1) if quantity is None else quantity,
        price=_each(price, currency) if price else None,
        title=code_of(price.get("nickname"), limit=MAX_VALUE) if price else None,
    )


def _each(price: Node, currency: str | None) -> Money | None:
    named = currency_in(price) or currency
    keys = ("unit_amount", "unit_amount_decimal", "amount", "amount_decimal")
    found = (money(price.get(key), named) for key in keys)
    return next((amount for amount in found if amount is not None), None)


def _total(lines: tuple[OrderLine, ...]) -> Money | None:
    """Return what a period costs before discounts and tax; None where an item does not say."""
    each = [Money(line.price.amount * line.quantity, line.price.currency)
            for line in lines if line.price]  # fmt: skip
    if len(each) < len(lines) or len({amount.currency for amount in each}) != 1:
        return None
    return reduce(Money.__add__, each)


def period_end(node: Node) -> datetime | None:
    """Return when the running period ends: of the whole, or the first of its items."""
    ends = [seen(held.get("current_period_end")) for held in (node, *items_of(node))]
    return min(filter(None, ends), default=None)
