"""Takeover: a subscription of Stripe's goes on here where it was left, or says why it cannot."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ecrm_core import Crm
from ecrm_core.errors import InputError
from ecrm_core.kernel import CustomerId, FixedClock, Money
from ecrm_core.sources import shopify, stripe
from ecrm_core.subscriptions import Cadence, Import, Status

ANN = CustomerId("cus_x")


def at(year: int, month: int, day: int, hour: int = 12) -> int:
    return int(datetime(year, month, day, hour, tzinfo=UTC).timestamp())


RECURRING = {"interval": "month", "interval_count": 1, "usage_type": "licensed"}
PRICE: dict[str, Any] = {
    "id": "price_1", "currency": "eur", "unit_amount": 2000, "billing_scheme": "per_unit",
    "nickname": "Care", "recurring": RECURRING,
}  # fmt: skip
ITEM: dict[str, Any] = {"id": "si_1", "quantity": 2, "price": PRICE,
                        "current_period_end": at(2026, 2, 28)}  # fmt: skip
RUNS: dict[str, Any] = {
    "object": "subscription", "id": "sub_1", "status": "active", "currency": "eur",
    "start_date": at(2025, 12, 31), "billing_cycle_anchor": at(2025, 12, 31),
    "items": {"data": [ITEM]}, "discounts": [], "pause_collection": None,
    "cancel_at_period_end": False, "cancel_at": None,
}  # fmt: skip


def taken(price: dict[str, Any] | None = None, **changed: Any) -> Import:  # noqa: ANN401
    item = ITEM | {"price": PRICE | (price or {})}
    more = {key: changed.pop(key) for key in ("tz", "paused_on") if key in changed}
    data = RUNS | {"items": {"data": [item]}} | changed
    return stripe.takeover(data, customer=ANN, **more)


def test_it_is_the_command_that_goes_on_where_stripe_stops() -> None:
    command = taken()
    assert (command.id, command.customer, command.quantity) == ("sub_1", ANN, 2)
    assert (command.starts_on, command.billed_through) == (date(2025, 12, 31), date(2026, 2, 28))
    plan = command.plan
    assert (plan.id, plan.name, plan.price) == ("price_1", "Care", Money("20.00", "EUR"))
    assert str(plan.cadence) == "P1M"
    assert (command.cancel_on, command.paused_on) == (None, None)


def test_it_runs_here_and_bills_the_next_period_on_the_day_that_was_meant() -> None:
    now = datetime(2026, 2, 10, tzinfo=UTC)
    crm = Crm.open(clock=FixedClock(now))
    crm.ingest(shopify.read(b'[{"id": 1, "email": "ann@example.com"}]', received_at=now))
    command = stripe.takeover(RUNS, customer=crm.resolve("shopify/1"))
    assert crm.command(command.id, command, by="import") is Status.ACTIVE
    assert crm.run_due().charges == 0
    (found,) = crm.subscriptions("shopify/1")
    assert found.billed_through == date(2026, 2, 28)
    assert crm.run_due(now=datetime(2026, 2, 28, 12, tzinfo=UTC)).charges == 1
    (found,) = crm.subscriptions("shopify/1")
    assert found.billed_through == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("price", "amount"),
    [
        ({"currency": "jpy", "unit_amount": 500}, Money("500", "JPY")),
        ({"currency": "krw", "unit_amount": 9900}, Money("9900", "KRW")),
        ({"currency": "kwd", "unit_amount": 1500}, Money("1.500", "KWD")),
        ({"currency": "isk", "unit_amount": 50000}, Money("500", "ISK")),
        ({"unit_amount": None, "unit_amount_decimal": "1050.0"}, Money("10.50", "EUR")),
        ({"unit_amount": 0}, Money("0", "EUR")),
    ],
)
def test_its_price_is_exact(price: dict[str, Any], amount: Money) -> None:
    assert taken(price).plan.price == amount


@pytest.mark.parametrize(
    ("interval", "count", "cadence"),
    [("day", 10, "P10D"), ("week", 2, "P14D"), ("month", 3, "P3M"), ("year", 1, "P12M")],
)
def test_its_interval_is_a_cadence(interval: str, count: int, cadence: str) -> None:
    recurring = RECURRING | {"interval": interval, "interval_count": count}
    assert taken({"recurring": recurring}).plan.cadence == Cadence.parse(cadence)


def test_an_old_one_has_a_plan_and_its_period_by_itself() -> None:
    plan = {"id": "plan_1", "currency": "usd", "amount": 500, "interval": "year",
            "interval_count": 1}  # fmt: skip
    items = {"data": [{"quantity": 1, "plan": plan}]}
    command = taken(items=items, current_period_end=at(2026, 12, 31))
    assert (command.plan.id, command.plan.price) == ("plan_1", Money("5.00", "USD"))
    assert command.billed_through == date(2026, 12, 31)


def test_days_are_those_of_the_zone() -> None:
    item = ITEM | {"current_period_end": at(2026, 2, 28, 23)}
    command = taken(items={"data": [item]}, tz="Asia/Seoul")
    assert (command.billed_through, command.tz) == (date(2026, 3, 1), "Asia/Seoul")
    assert command.anchor is not None
    assert command.anchor.day == 1  # the 31st in UTC would not end the period where it ends


@pytest.mark.parametrize(
    ("changed", "cancel_on"),
    [
        ({"cancel_at_period_end": True}, date(2026, 2, 28)),
        ({"cancel_at": at(2026, 6, 1)}, date(2026, 6, 1)),
        ({}, None),
    ],
)
def test_a_cancellation_comes_with_it(changed: dict[str, Any], cancel_on: date | None) -> None:
    assert taken(**changed).cancel_on == cancel_on


def test_a_trial_that_runs_runs_on_and_one_that_is_over_is_none() -> None:
    running = taken(status="trialing", trial_end=at(2026, 2, 28))
    assert running.plan.trial.after(date(2025, 12, 31)) == running.billed_through
    assert not taken(trial_end=at(2026, 1, 31)).plan.trial.days


def test_a_pause_needs_its_day() -> None:
    held = {"behavior": "void", "resumes_at": None}
    with pytest.raises(InputError, match="paused_on"):
        taken(pause_collection=held)
    assert taken(pause_collection=held, paused_on=date(2026, 2, 1)).paused_on == date(2026, 2, 1)
    assert taken(status="paused", paused_on=date(2026, 2, 1)).paused_on


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"items": {"data": [ITEM, ITEM]}}, "$.items"),
        ({"items": {"data": [ITEM], "has_more": True}}, "$.items"),
        ({"items": {"data": []}}, "$.items"),
        ({"items": {"data": [{"id": "si_1", "current_period_end": 1}]}}, "$.items.data[0].price"),
        ({"status": "canceled"}, "$.status"),
        ({"status": None}, "$.status"),
        ({"discounts": ["di_1"]}, "$.discounts"),
        ({"discount": {"id": "di_1"}}, "$.discount"),
        ({"start_date": None}, "$"),
        ({"id": None}, "$.id"),
        ({"price": {"billing_scheme": "tiered"}}, "$.items.data[0].price.billing_scheme"),
        ({"price": {"recurring": RECURRING | {"usage_type": "metered"}}},
         "$.items.data[0].price.recurring.usage_type"),
        ({"price": {"recurring": None}}, "$.items.data[0].price.recurring"),
        ({"price": {"recurring": RECURRING | {"interval": "moon"}}}, "$.items.data[0].price"),
        ({"price": {"unit_amount": None}}, "$.items.data[0].price.unit_amount"),
        ({"price": {"unit_amount": None, "unit_amount_decimal": "0.5"}}, "$.items.data[0].price"),
        ({"price": {"currency": "xyz"}}, "$.currency"),
    ],
)  # fmt: skip
def test_what_our_plans_cannot_say_is_refused_with_its_place(
    changed: dict[str, Any], path: str
) -> None:
    with pytest.raises(InputError) as caught:
        taken(**changed)
    assert caught.value.path == path
