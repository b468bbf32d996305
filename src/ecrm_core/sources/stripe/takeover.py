"""Takeover: a subscription that Stripe bills as the command that moves it here.

Bill it here from the day its running period ends, and end it at Stripe without proration on that
day: ``billed_through`` is that day, so nothing is billed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import CustomerId, Money, zone
from ecrm_core.sources.amounts import number_of
from ecrm_core.sources.payload import Node, Payload
from ecrm_core.sources.stripe.subscription import items_of, period_end, price_of
from ecrm_core.sources.stripe.telling import currency_in, flag, id_in, inside, money, ref, seen
from ecrm_core.subscriptions import Anchor, Cadence, Duration, Import, Plan, boundary

__all__ = ["takeover"]

_RUNS: Final = ("active", "past_due", "trialing")


def takeover(
    data: Mapping[str, object], *, customer: CustomerId, tz: str = "UTC", preset: str = "b2c",
    paused_on: date | None = None,
) -> Import:  # fmt: skip
    """Return the command that takes over a subscription object of Stripe's, as it stands.

    ``customer`` is whose it is here (``crm.resolve("stripe/cus_...")``), ``tz`` (IANA) the zone in
    which its instants become days. Its id and its plan's id stay those of Stripe. Amounts are exact
    in every currency, with or without decimals. A cancellation at the end of the period, or at a
    time, is taken over as one that was asked for. Of a pause Stripe does not say since when it
    holds: ``paused_on`` does.

    Raises InputError, with the path, where one plan of ours does not say the same: several items,
    a price by tiers, by use or without an amount, one that does not recur, a discount, a pause
    without its day, and a subscription that does not run (code "takeover").
    """
    node = Payload(data)
    _check(node, paused_on)
    item = _item(node)
    starts, until = _day(node.get("start_date") or node.get("created"), tz), period_end(node)
    if starts is None or until is None:
        raise _cannot("found no start, or no end of the running period", "$")
    through = _local(until, tz)
    plan = _plan(node, item, trial=_trial(node, starts, tz))
    stops = flag(node.get("cancel_at_period_end"))
    return Import(
        id=id_in(node, "a subscription"),
        customer=customer,
        plan=plan,
        preset=preset,
        tz=tz,
        starts_on=starts,
        billed_through=through,
        quantity=_quantity(item),
        anchor=_anchor(node, plan.cadence, through, tz),
        paused_on=paused_on,
        cancel_on=through if stops else _day(node.get("cancel_at"), tz),
    )


def _check(node: Node, paused_on: date | None) -> None:
    """Refuse what does not run, or runs on terms that ours do not have."""
    status = node.get("status")
    if status is None or status.value not in (*_RUNS, "paused"):
        raise _cannot(f"found one that does not run, expected {', '.join(_RUNS)}", "$.status")
    for name in ("discount", "discounts"):
        held = node.get(name)
        if held and held.value:
            raise _cannot("found a discount, expected none: it has to be agreed anew", held.path)
    held = node.get("pause_collection")
    if paused_on is None and (status.value == "paused" or (held and held.value)):
        raise _cannot("found a pause, and not since when: say paused_on", "$.pause_collection")


def _trial(node: Node, starts: date, tz: str) -> Duration:
    """Return the trial that runs; one that is over makes no difference any more."""
    status, ends = node.get("status"), _day(node.get("trial_end"), tz)
    runs = status is not None and status.value == "trialing"
    return Duration(days=max((ends - starts).days, 0)) if runs and ends else Duration()


def _anchor(node: Node, cadence: Cadence, through: date, tz: str) -> Anchor:
    """Return the anchor from which the running period ends where it does: the 31st stays that."""
    meant = _day(node.get("billing_cycle_anchor"), tz)
    anchor = Anchor(through, meant.day if meant else through.day)
    return anchor if boundary(anchor, cadence, 0) == through else Anchor.at(through)


def _item(node: Node) -> Node:
    items = items_of(node)
    more = flag(inside(node, "items", "has_more"))
    if len(items) != 1 or more:
        message = f"found {len(items)} items, expected one: take each over by itself"
        raise _cannot(message, "$.items")
    return items[0]


def _plan(node: Node, item: Node, *, trial: Duration) -> Plan:
    price = price_of(item)
    if price is None:
        raise _cannot("found an item without a price", f"{item.path}.price")
    recurring = price.get("recurring") or price
    interval, count = recurring.get("interval"), number_of(recurring.get("interval_count"))
    if interval is None or not isinstance(interval.value, str):
        raise _cannot("found a price that does not recur", f"{price.path}.recurring")
    for held, expected in (
        (price.get("billing_scheme"), "per_unit"), (recurring.get("usage_type"), "licensed"),
    ):  # fmt: skip
        if held and held.value not in (None, expected):
            raise _cannot(f"found another scheme, expected {expected}", held.path)
    try:
        return Plan(
            id=ref(price) or "", name=_name(price), price=_price(node, price), trial=trial,
            cadence=Cadence.every(int(count or 1), interval.value),
        )  # fmt: skip
    except DefinitionError as error:  # of a payload, not of the shop
        raise _cannot(error.message, price.path) from None


def _price(node: Node, price: Node) -> Money:
    currency = currency_in(price) or currency_in(node)
    for name in ("unit_amount", "unit_amount_decimal", "amount", "amount_decimal"):
        found = money(price.get(name), currency)
        if found is not None:
            return found
    raise _cannot("found a price without an amount", f"{price.path}.unit_amount")


def _name(price: Node) -> str:
    held = price.get("nickname")
    return held.value if held and isinstance(held.value, str) else ""


def _quantity(item: Node) -> int:
    found = number_of(item.get("quantity"))
    return 1 if found is None else int(found)


def _day(node: Node | None, tz: str) -> date | None:
    at = seen(node)
    return at and _local(at, tz)


def _local(at: datetime, tz: str) -> date:
    return at.astimezone(zone(tz)).date()


def _cannot(message: str, path: str) -> InputError:
    return InputError(message, path=path, code="takeover")
