"""Facts: what counts as an order, what was spent, and when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.kernel import Money, decode, encode
from ecrm_core.timeline import Facts, Interaction, OrderLine, Seen

AT = datetime(2026, 5, 1, 9, tzinfo=UTC)


def event(
    kind: str, id_: str, *, order: str | None = None, days: int = 0, **parts: object
) -> Interaction:
    given: dict[str, Any] = {"correlation": order, **parts}
    return Interaction(
        source="shop", event_id=id_, kind=kind, at=AT + timedelta(days=days), **given
    )


def placed(
    order: str,
    amount: str | None = "10.00",
    currency: str = "EUR",
    **parts: Any,  # noqa: ANN401
) -> Interaction:
    parts.setdefault("lines", (OrderLine(product="p", quantity=2),))
    money = Money(amount, currency) if amount else None
    return event("order_placed", f"order/{order}", order=order, amount=money, **parts)


def refund(order: str, amount: str, id_: str = "r", **parts: object) -> Interaction:
    given: dict[str, Any] = {"amount": Money(amount, "EUR"), **parts}
    return event("refund", id_, order=order, **given)


def cancelled(order: str) -> Interaction:
    return event("order_cancelled", f"order/{order}/cancelled", order=order)


EUR = "EUR"
ONE_LINE = (OrderLine(product="p", quantity=1),)


@pytest.mark.parametrize(
    ("events", "orders", "spend", "units"),
    [
        ([], 0, {}, 0),
        ([placed("1")], 1, {EUR: "10.00"}, 2),
        ([placed("1"), placed("2", "5.50")], 2, {EUR: "15.50"}, 4),
        ([placed("1"), placed("2", "900", "KRW")], 2, {EUR: "10.00", "KRW": "900"}, 4),
        ([placed("1"), refund("1", "4.00", lines=ONE_LINE)], 1, {EUR: "6.00"}, 1),
        ([placed("1"), refund("1", "4"), refund("1", "6", "r2")], 1, {EUR: "0.00"}, 2),
        ([placed("1"), cancelled("1")], 0, {}, 0),
        ([placed("1"), refund("1", "10.00"), cancelled("1"), placed("2")], 1, {EUR: "10.00"}, 2),
        ([refund("unknown", "5.00")], 0, {}, 0),
        ([cancelled("unknown")], 0, {}, 0),
        ([placed("1", void=True)], 0, {}, 0),
        ([placed("1", void=True), refund("1", "5.00")], 0, {}, 0),
        ([placed("1", None)], 1, {}, 2),
        ([event("email_opened", "m1")], 0, {}, 0),
        ([event("order_placed", "alone")], 1, {}, 0),
    ],
)
def test_orders_spend_and_units(
    events: list[Interaction], orders: int, spend: dict[str, str], units: int
) -> None:
    facts = Facts.fold(events)
    assert facts.order_count == orders
    assert facts.spend == {name: Money(amount, name) for name, amount in spend.items()}
    assert facts.units == units


def test_first_and_last_order_leave_out_what_was_cancelled() -> None:
    facts = Facts.fold(
        [placed("1"), placed("2", days=3), placed("3", days=9), cancelled("1"), cancelled("3")]
    )
    assert facts.first_order_at == facts.last_order_at == AT + timedelta(days=3)
    assert Facts().first_order_at is None
    assert Facts().last_order_at is None


def test_each_kind_is_counted_with_its_last_instant() -> None:
    facts = Facts.fold(
        [event("email_opened", "a"), event("email_opened", "b", days=2), placed("1", days=1),
         placed("2", void=True, days=5)]
    )  # fmt: skip
    assert facts.counts == {"email_opened": 2, "order_placed": 1}
    assert facts.last_seen_at["email_opened"] == AT + timedelta(days=2)
    seen = Seen(count=2, first_at=AT, last_at=AT + timedelta(days=2))
    assert facts.kinds["email_opened"] == seen


def test_one_order_number_in_two_sources_is_two_orders() -> None:
    other = Interaction(source="till", event_id="x", kind="order_placed", at=AT, correlation="1")
    assert Facts.fold([placed("1"), other]).order_count == 2


def test_an_order_told_under_two_event_ids_is_one_order() -> None:
    again = event("order_placed", "other id", order="1", days=1, amount=Money("99", "EUR"))
    facts = Facts.fold([again, placed("1")])
    assert (facts.order_count, facts.spend[EUR]) == (1, Money("10.00", EUR))


def test_they_come_back_from_json() -> None:
    facts = Facts.fold([placed("1"), refund("1", "4.00"), event("email_opened", "a")])
    assert decode(Facts, encode(facts)) == facts
    assert repr(facts) == "<Facts •••>"


def test_another_telling_takes_the_place_of_the_one_counted() -> None:
    facts = Facts.fold([placed("1"), placed("2"), refund("1", "1.00")])
    now = facts.retold(placed("1"), placed("1", "30.00", lines=()))
    assert now == Facts.fold([placed("1", "30.00", lines=()), placed("2"), refund("1", "1.00")])
    assert now.units == Decimal(2)
    moved = facts.retold(placed("1"), event("order_placed", "order/1", order="9"))
    assert moved.order_count == 2


def test_the_largest_and_the_finest_amounts_add_up() -> None:
    """Whatever an interaction may hold can be added: one hostile order never hides a customer."""
    facts = Facts.fold([placed("1", "999999999999999"), placed("2", "0.00000000000000000001")])
    assert facts.spend == {"EUR": Money("999999999999999.00000000000000000001", "EUR")}
