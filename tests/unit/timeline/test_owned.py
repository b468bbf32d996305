"""Owned: orders as they stand and what is left of them, whatever the order events come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from ecrm_core.customers import SourceKey
from ecrm_core.kernel import Money
from ecrm_core.timeline import (
    HOLDINGS,
    INTERACTIONS,
    KINDS_OF_EVENTS,
    Facts,
    Interaction,
    OrderLine,
    OrderState,
    billed_elsewhere,
    last_contacts,
    orders_of,
    owned_products,
)

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def event(id_: str, kind: str, hours: int = 0, **more: object) -> Interaction:
    told: dict[str, Any] = {"source": "shop", "correlation": "1", **more}
    return Interaction(event_id=id_, kind=kind, at=AT + timedelta(hours=hours),
                       subject=SourceKey("shop", "ann"), **told)  # fmt: skip


def eur(text: str) -> Money:
    return Money(Decimal(text), "EUR")


def line(product: str, quantity: str = "1") -> OrderLine:
    return OrderLine(product=product, quantity=quantity)


PLACED = event("o", "order_placed", amount=eur("30"), lines=(line("saw", "3"), line("bit")))
BACK = event("r", "refund", 3, amount=eur("10"), lines=(line("saw"),))
ALL_BACK = event("r2", "refund", 4, amount=eur("30"))
SENT, THERE = event("s", "order_shipped", 1), event("d", "order_delivered", 2)
OFF = event("x", "order_cancelled", 5)
OFF_ITSELF = event("o", "order_placed", lines=(line("saw"),), data={"cancelled": True})
GONE = event("g", "order_cancelled", 5, data={"deleted": True})
RETURNED = event("t", "return_received", 3, lines=(line("bit"),))


@pytest.mark.parametrize(
    ("events", "state", "left"),
    [
        ([PLACED], OrderState.PLACED, {"saw": 3, "bit": 1}),
        ([PLACED, SENT], OrderState.SHIPPED, {"saw": 3, "bit": 1}),
        ([PLACED, SENT, THERE], OrderState.DELIVERED, {"saw": 3, "bit": 1}),
        ([PLACED, THERE, BACK], OrderState.DELIVERED, {"saw": 2, "bit": 1}),
        ([PLACED, THERE, RETURNED], OrderState.DELIVERED, {"saw": 3}),
        ([PLACED, BACK, RETURNED], OrderState.PLACED, {"saw": 2, "bit": 1}),  # one said it is it
        ([PLACED, ALL_BACK], OrderState.REFUNDED, {}),
        ([PLACED, BACK, ALL_BACK], OrderState.REFUNDED, {"saw": 2, "bit": 1}),
        ([PLACED, OFF, SENT], OrderState.CANCELLED, {}),
        ([OFF_ITSELF, SENT], OrderState.CANCELLED, {}),
        ([PLACED, SENT, GONE], None, {}),
        ([BACK, SENT], None, {}),
    ],
)
def test_what_is_left_of_an_order_in_any_order_of_its_events(
    events: list[Interaction], state: OrderState | None, left: dict[str, int]
) -> None:
    for told in permutations(events):
        orders = orders_of(told)
        assert [order.state for order in orders] == ([] if state is None else [state])
        assert {one.product: one.quantity for one in owned_products(orders, told)} == left


def test_a_void_event_and_another_currency_take_nothing_off() -> None:
    test = event("x", "order_cancelled", 5, void=True)
    won = event("r", "refund", 4, amount=Money(Decimal(30), "KRW"))
    (order,) = orders_of([PLACED, test, won])
    assert (order.state, order.refunded) == (OrderState.PLACED, None)


def test_orders_come_newest_first_and_those_of_two_sources_are_two() -> None:
    later = event("o2", "order_placed", 9, correlation="2")
    till = event("o", "order_placed", source="till")
    found = [(order.source, order.id) for order in orders_of([PLACED, later, till])]
    assert found == [("shop", "2"), ("till", "1"), ("shop", "1")]


def test_one_product_of_several_orders_is_one_with_the_day_of_the_latest() -> None:
    later = event("o2", "order_placed", 48, correlation="2", lines=(line("saw"),), reference="#2")
    owned = {one.product: one for one in owned_products(orders_of([PLACED, later]))}
    assert owned["saw"].quantity == 4
    assert (owned["saw"].order, owned["saw"].since) == ("#2", later.at.date())


def test_a_registration_stands_for_one_that_was_bought() -> None:
    serial = event("p", "product_registered", 8, correlation=None, lines=(line("saw"),),
                   data={"serial": "SN-1"})  # fmt: skip
    again = event("p2", "product_registered", 9, correlation=None, lines=(line("saw"),),
                  data={"serial": "SN-1"})  # fmt: skip
    other = event("q", "product_registered", 9, correlation=None, data={"product": "lathe"})
    found = owned_products(orders_of([PLACED]), [serial, again, other])
    held = {(one.product, one.serial): one.quantity for one in found}
    assert held == {("saw", "SN-1"): 1, ("saw", None): 2, ("lathe", None): 1, ("bit", None): 1}


def test_a_subscription_billed_elsewhere_is_as_it_was_told_last() -> None:
    active = event("a", "subscription_active", correlation="S", data={"plan": "care"})
    due = event("b", "subscription_active", 2, correlation="S",
                data={"plan": "care+", "status": "past_due",
                      "renews_on": "2026-06-01"})  # fmt: skip
    over = event("c", "subscription_ended", 3, correlation="S")
    (held,) = billed_elsewhere([due, active])
    assert (held.plan, held.status, held.renews_on) == ("care+", "past_due", "2026-06-01")
    assert billed_elsewhere([active, over, due]) == ()


def test_what_she_bought_is_in_an_index_of_its_own() -> None:
    assert KINDS_OF_EVENTS.keys() > HOLDINGS
    for kind in ("page_viewed", "email_opened", "order_placed", "product_registered"):
        entry = INTERACTIONS.row(event("e", kind, home_id="cus_1")).entries["by_holding"]
        assert (entry is not None) == (kind in HOLDINGS)


def test_the_last_contact_is_told_for_every_channel() -> None:
    told = [
        event("1", "email_opened", 1), event("2", "email_clicked", 2),
        event("3", "call", 3, channel="phone"), event("4", "chat", 4, channel="kakao"),
        event("5", "order_placed", 5), event("6", "call", 9, channel="phone", void=True),
    ]  # fmt: skip
    facts = Facts.fold([*told, event("0", "store_visited"), event("p", "product_registered")])
    found = [(one.channel, one.kind) for one in last_contacts(told, facts)]
    assert found == [
        ("kakao", "chat"), ("chat", "chat"), ("phone", "call"), ("email", "email_clicked"),
        ("store", "store_visited"),
    ]  # fmt: skip
