"""Recipes: each fits the customer's schema, has no warning, and holds of whom it means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from ecrm_core.errors import SegmentSyntaxError, UnknownName
from ecrm_core.kernel import Money
from ecrm_core.segmentation import RECIPES, Row, Segment, customer_schema, last

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
SCHEMA = customer_schema(currency="EUR")


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def ordered(*days: int, **fields: object) -> Row:
    """Return a customer with orders so many days ago."""
    orders = [{"date": ago(each), "total": Money(Decimal(10), "EUR")} for each in days]
    known = {
        "number_of_orders": len(days),
        "first_order_date": ago(max(days)) if days else None,
        "last_order_date": ago(min(days)) if days else None,
    }
    return Row({**known, **fields}, {"orders": orders})


HOLDS = [
    ("new", {}, ordered(10), ordered(10, 40)),
    ("new", {"since": last(days=60)}, ordered(10, 40), ordered(61)),
    ("loyal", {}, ordered(1, 100, 200, 364), ordered(1, 100, 200, 400)),
    ("loyal", {"orders": 2}, ordered(1, 100), ordered(1)),
    ("at_risk", {}, ordered(100, 300), ordered(100)),
    ("at_risk", {}, ordered(100, 300), ordered(10, 300)),
    ("at_risk", {}, ordered(100, 300), ordered(400, 500)),
    ("lapsed", {}, ordered(400), ordered(300)),
    ("lapsed", {}, ordered(400), ordered()),
    ("big_spender", {"amount": 500}, ordered(amount_spent=Money(Decimal(500), "EUR")),
     ordered(amount_spent=Money(Decimal(499), "EUR"))),
    ("birthday_this_week", {}, ordered(birth_date=date(1980, 12, 2)),
     ordered(birth_date=date(1980, 12, 3))),
    ("abandoned_cart", {}, ordered(30, abandoned_checkout_date=ago(2)),
     ordered(1, abandoned_checkout_date=ago(2))),
    ("abandoned_cart", {}, ordered(abandoned_checkout_date=ago(2)),
     ordered(abandoned_checkout_date=ago(9))),
    ("no_consent", {}, ordered(email_consent="none"), ordered(email_consent="granted")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "chosen", "inside", "outside"), HOLDS)
def test_a_recipe_holds_of_whom_it_means(
    name: str, chosen: dict[str, int], inside: Row, outside: Row
) -> None:
    segment = RECIPES[name].segment(**chosen)
    assert segment.holds(inside, schema=SCHEMA, as_of=NOW)
    assert not segment.holds(outside, schema=SCHEMA, as_of=NOW)


def test_every_recipe_is_tried_and_fits_the_customer_without_a_warning() -> None:
    assert {name for name, *_ in HOLDS} == set(RECIPES)
    for recipe in RECIPES.values():
        assert Segment.parse(recipe.query, SCHEMA).warnings == ()
        assert recipe.meaning
        for choice in recipe.choices.values():
            assert choice.meaning


def test_a_choice_without_a_usual_value_has_to_be_made() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        RECIPES["big_spender"].segment().check(SCHEMA)
    assert caught.value.code == "unbound"
    assert RECIPES["big_spender"].segment(amount=500).check(SCHEMA) == ()


def test_a_choice_the_recipe_does_not_have_is_refused() -> None:
    with pytest.raises(UnknownName):
        RECIPES["new"].segment(sinse=last(days=3))


def test_recipes_are_named_in_other_segments() -> None:
    schema = SCHEMA.with_segments({"quiet ones": RECIPES["lapsed"].segment().rule})
    segment = Segment.parse("IN SEGMENT 'quiet ones' AND number_of_orders > 1", schema)
    assert segment.holds(ordered(400, 500), schema=schema, as_of=NOW)
