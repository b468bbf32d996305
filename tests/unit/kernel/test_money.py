"""Money: exact in one currency, split without losing a cent."""

from collections.abc import Callable
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money, Rounding, decode, encode, minor_units

currencies = st.sampled_from(["JPY", "EUR", "KWD", "CLF", "KRW"])
units = st.integers(-(10**30), 10**30)
weights = st.lists(
    st.integers(0, 1000)
    | st.fractions(0, 10)
    | st.decimals(0, 1000, places=3, allow_nan=False, allow_infinity=False),
    min_size=1,
    max_size=8,
)


# ---------------------------------------------------------------- allocation


@given(units, currencies, weights)
def test_shares_add_up_to_the_whole_and_none_is_off_by_a_unit(
    whole: int, currency: str, parts: list[int | Fraction | Decimal]
) -> None:
    assume(any(parts))
    money = Money.from_minor(whole, currency)
    shares = money.allocate(parts)
    assert sum(share.minor for share in shares) == whole
    total = sum(Fraction(part) for part in parts)
    for share, part in zip(shares, parts, strict=True):
        assert abs(share.minor - whole * Fraction(part) / total) < 1
        assert share.minor * whole >= 0  # never against the sign of the whole
        assert part != 0 or share.minor == 0


@pytest.mark.parametrize(
    ("amount", "currency", "parts", "expected"),
    [
        ("100.00", "EUR", [1, 1, 1], ["33.34", "33.33", "33.33"]),
        ("-100.00", "EUR", [1, 1, 1], ["-33.34", "-33.33", "-33.33"]),
        ("100", "JPY", [1, 1, 1], ["34", "33", "33"]),
        ("1.000", "KWD", [1, 1, 1], ["0.334", "0.333", "0.333"]),
        ("0.05", "EUR", [Fraction(3, 10), Fraction(7, 10)], ["0.02", "0.03"]),
        ("0.01", "EUR", [1, 3], ["0.00", "0.01"]),
        ("0.00", "EUR", [2, 1], ["0.00", "0.00"]),
        ("9.99", "EUR", [0, 5], ["0.00", "9.99"]),
    ],
)
def test_the_largest_remainder_gets_the_odd_cent(
    amount: str, currency: str, parts: list[int | Fraction], expected: list[str]
) -> None:
    assert [str(share.amount) for share in Money(amount, currency).allocate(parts)] == expected


@pytest.mark.parametrize("parts", [[], [0], [0, 0], [1, -1], [Fraction(-1)]])
def test_weights_that_split_nothing_are_refused(parts: list[int]) -> None:
    with pytest.raises(DefinitionError) as caught:
        Money("1", "EUR").allocate(parts)
    assert caught.value.code == "weights"


@pytest.mark.parametrize("weight", [Decimal("1e1000000"), Decimal("NaN"), Decimal("Infinity")])
def test_a_weight_without_bounds_is_refused(weight: Decimal) -> None:
    with pytest.raises(InputError):
        Money("1", "EUR").allocate([1, weight])


# ---------------------------------------------------------------- amounts


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("JPY", 0), ("KRW", 0), ("ISK", 0), ("EUR", 2), ("USD", 2), ("KWD", 3), ("CLF", 4)],
)
def test_a_currency_has_its_minor_unit(currency: str, digits: int) -> None:
    assert minor_units(currency) == digits
    assert Money.from_minor(12345, currency).minor == 12345
    assert Money.from_minor(12345, currency).amount == Decimal(12345) / 10**digits


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XYZ", "kim@example.com", None, [], 5])
def test_a_currency_that_is_none_is_refused_and_not_shown(currency: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Money("1", currency)
    assert caught.value.code == "currency"
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize(
    "amount", [1.5, float("nan"), "NaN", Decimal("Infinity"), "1e999", "kim", True]
)
def test_an_amount_that_is_not_exact_is_refused(amount: object) -> None:
    with pytest.raises(InputError) as caught:
        Money(amount, "EUR")
    assert "kim" not in str(caught.value)


@pytest.mark.parametrize(
    ("amount", "currency", "rounding", "expected"),
    [
        ("0.125", "EUR", Rounding.HALF_UP, "0.13"),
        ("0.125", "EUR", Rounding.HALF_EVEN, "0.12"),
        ("-0.125", "EUR", Rounding.HALF_UP, "-0.13"),
        ("-0.125", "EUR", Rounding.HALF_EVEN, "-0.12"),
        ("1.5", "JPY", Rounding.HALF_UP, "2"),
        ("2.5", "KRW", Rounding.HALF_EVEN, "2"),
        ("1.23456", "KWD", Rounding.HALF_UP, "1.235"),
        ("1e3", "EUR", Rounding.HALF_UP, "1000.00"),
    ],
)
def test_an_amount_is_rounded_to_the_minor_unit(
    amount: str, currency: str, rounding: Rounding, expected: str
) -> None:
    assert str(Money(amount, currency).rounded(rounding).amount) == expected


def test_an_amount_finer_than_the_minor_unit_has_no_minor_units() -> None:
    with pytest.raises(InputError) as caught:
        _ = Money("1.001", "EUR").minor
    assert caught.value.code == "unrounded"


# ---------------------------------------------------------------- arithmetic

LONG = Money("12345678901234567890123456789012345.01", "EUR")  # 37 digits


@pytest.mark.parametrize("precision", [3, 28, 500])
def test_the_decimal_context_of_the_host_does_not_touch_money(precision: int) -> None:
    cent = Money("0.01", "EUR")
    with localcontext(Context(prec=precision)):
        assert str((LONG + cent).amount) == "12345678901234567890123456789012345.02"
        assert str((LONG - cent).amount) == "12345678901234567890123456789012345.00"
        assert str((-LONG).amount) == "-12345678901234567890123456789012345.01"
        assert LONG.minor == 1234567890123456789012345678901234501
        assert Money.from_minor(LONG.minor, "EUR") == LONG
        assert LONG.rounded() == LONG


@given(units, units, currencies)
def test_what_is_added_can_be_taken_away(one: int, two: int, currency: str) -> None:
    a, b = Money.from_minor(one, currency), Money.from_minor(two, currency)
    assert (a + b).minor == one + two
    assert a + b - b == a
    assert (-a).minor == -one
    assert (a < b, a <= b, a > b, a >= b) == (one < two, one <= two, one > two, one >= two)


@pytest.mark.parametrize(
    "mix",
    [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a <= b,
        lambda a, b: a > b, max,
    ],
)  # fmt: skip
def test_currencies_never_mix(mix: Callable[[Money, Money], object]) -> None:
    with pytest.raises(DefinitionError) as caught:
        mix(Money("1", "EUR"), Money("1", "KRW"))
    assert caught.value.code == "currencies"


def test_money_is_equal_by_amount_and_currency() -> None:
    assert Money("1.0", "EUR") == Money("1.00", "EUR") != Money("1", "USD")
    assert len({Money("1.0", "EUR"), Money("1.00", "EUR")}) == 1


@pytest.mark.parametrize(
    ("amount", "text"), [("12.30", "12.30 EUR"), ("1e5", "100000 EUR"), ("-0.5", "-0.5 EUR")]
)
def test_money_is_written_out(amount: str, text: str) -> None:
    assert str(Money(amount, "EUR")) == text


def test_money_comes_back_from_json_to_the_digit() -> None:
    assert str(decode(Money, encode(Money("1.50", "EUR"))).amount) == "1.50"
