"""Attributes: a shop's own fields, read by their declared type."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given

from ecrm_core.customers import (
    Attribute,
    AttributeSchema,
    AttributeType,
    AttributeValue,
    field_of,
)
from ecrm_core.errors import InputError
from ecrm_core.kernel import Money, canonical_json
from ecrm_core.testing.strategies import attribute_values

TEXT, INTEGER, DECIMAL, BOOLEAN, DATE, INSTANT, CHOICE, LIST, MONEY = AttributeType
HUGE = pytest.param(INTEGER, 10**5_000, "too_large", id="an int of 5,001 digits")


def attribute(of: AttributeType) -> Attribute:
    return Attribute(of, choices=("gold", "silver"), currency="EUR", tz="Asia/Seoul")


@pytest.mark.parametrize(
    ("of", "raw", "value"),
    [
        (TEXT, " Jose\u0301 ", "José"),
        (TEXT, 5, "5"),
        (TEXT, Decimal("1.50"), "1.50"),
        (TEXT, "", ""),
        (INTEGER, "42", 42),
        (INTEGER, "-1e3", -1000),
        (INTEGER, 7, 7),
        (INTEGER, Decimal("7.0"), 7),
        (DECIMAL, "1.50", Decimal("1.50")),
        (DECIMAL, 3, Decimal(3)),
        (BOOLEAN, True, True),
        (BOOLEAN, "Yes", True),
        (BOOLEAN, " n ", False),
        (BOOLEAN, 0, False),
        (DATE, "2026-02-28", date(2026, 2, 28)),
        (INSTANT, "2026-01-01 09:00", datetime(2026, 1, 1, tzinfo=UTC)),
        (INSTANT, "2026-01-01T00:00:00Z", datetime(2026, 1, 1, tzinfo=UTC)),
        (CHOICE, "gold", "gold"),
        (LIST, "a, b,,c ", ("a", "b", "c")),
        (LIST, ["a, b", "c"], ("a, b", "c")),
        (LIST, (), ()),
        (MONEY, "12.30 KRW", Money("12.30", "KRW")),
        (MONEY, "12.30", Money("12.30", "EUR")),
        (MONEY, 5, Money(5, "EUR")),
    ],
)
def test_a_raw_value_is_read_by_its_type(
    of: AttributeType, raw: object, value: AttributeValue
) -> None:
    found = attribute(of).parse(raw)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("of", "raw", "code"),
    [
        (INTEGER, "1.5", "not_integer"),
        (INTEGER, "kim", "not_decimal"),
        (INTEGER, "", "not_decimal"),
        (INTEGER, True, "not_text"),
        (INTEGER, "1" * 5_000, "not_decimal"),
        HUGE,
        (DECIMAL, Decimal("1e1000000"), "too_large"),
        (DECIMAL, Decimal("NaN"), "not_finite"),
        (TEXT, Decimal("NaN"), "not_finite"),
        (DECIMAL, 1.5, "not_text"),
        (BOOLEAN, "maybe kim", "not_boolean"),
        (BOOLEAN, 2, "not_boolean"),
        (DATE, "10/11/12", "ambiguous_date"),
        (DATE, None, "not_text"),
        (INSTANT, "kim", "not_instant"),
        (CHOICE, "kim", "not_a_choice"),
        (CHOICE, "Gold", "not_a_choice"),
        (LIST, ["a", 5], "not_text"),
        (LIST, ["a\x00"], "forbidden_character"),
        (MONEY, "12 kim", "not_money"),
        (MONEY, "kim 12", "not_decimal"),
        (MONEY, "12 eur", "not_money"),
        (TEXT, "x" * 65_537, "too_long"),
        (TEXT, "é" * 600 + "\u0301" * 60_000, "combining_marks"),
        (TEXT, {"kim": 1}, "not_text"),
        (TEXT, "kim\ud800", "forbidden_character"),
    ],
)
def test_a_raw_value_that_does_not_fit_is_refused_and_not_shown(
    of: AttributeType, raw: object, code: str
) -> None:
    with pytest.raises(InputError) as caught:
        attribute(of).parse(raw, "$.note")
    assert (caught.value.code, caught.value.path) == (code, "$.note")
    assert "kim" not in str(caught.value)


def test_money_without_a_currency_anywhere_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Attribute(MONEY).parse("12.30")
    assert caught.value.code == "not_money"


def test_local_time_without_a_named_zone_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        Attribute(INSTANT).parse("2026-01-01T09:00")
    assert caught.value.code == "naive_datetime"


def test_a_schema_knows_its_names_and_no_others() -> None:
    schema = AttributeSchema({"size": Attribute(INTEGER)})
    assert schema.parse("size", "42") == 42
    assert schema.parse("colour", "red") is None


@given(attribute_values())
def test_a_value_comes_back_from_json_with_its_type(value: object) -> None:
    field = field_of("attributes.x")
    again = field.from_json(field.to_json(value))
    assert (again, type(again)) == (value, type(value))
    assert canonical_json(field.to_json(again)) == canonical_json(field.to_json(value))


@pytest.mark.parametrize(
    "value", [1.5, None, {"a": 1}, ["a"], ("a", 1), b"x", Decimal("1e999"), "a\x00", 10**50]
)
def test_what_is_no_attribute_value_is_not_written(value: object) -> None:
    with pytest.raises(InputError):
        field_of("attributes.x").to_json(value)
