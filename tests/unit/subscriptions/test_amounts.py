"""Amounts: fractions, rounding once, pieces that add up; contract lines and pauses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise, permutations

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import DateInterval, Money, Rounding
from ecrm_core.subscriptions import (
    Anchor,
    Cadence,
    Calendar,
    ContractLine,
    Pay,
    billed_through,
    billing_cycles,
    change_amounts,
    fixed_month_days,
    fraction_of,
    fraction_of_time,
    pause_intervals,
    round_fraction,
    share_of,
    slice_amount,
)

JUNE = DateInterval(date(2026, 6, 1), date(2026, 7, 1))


@pytest.mark.parametrize(
    ("exact", "up", "even"),
    [("1/2", 1, 0), ("3/2", 2, 2), ("-1/2", -1, 0), ("-3/2", -2, -2), ("5/2", 3, 2), ("1/3", 0, 0)],
)
def test_a_half_goes_away_from_zero_or_to_the_even_one(exact: str, up: int, even: int) -> None:
    assert round_fraction(Fraction(exact)) == up
    assert round_fraction(Fraction(exact), Rounding.HALF_EVEN) == even


def test_a_piece_costs_what_the_pieces_it_is_cut_into_cost() -> None:
    price = Money("10.00", "EUR")
    cuts = [1, 8, 15, 22, 31]
    parts = [DateInterval(date(2026, 6, a), date(2026, 6, 1) + timedelta(b - 1))
             for a, b in pairwise(cuts)]  # fmt: skip
    amounts = [slice_amount(price, part, JUNE) for part in parts]
    assert [str(amount.amount) for amount in amounts] == ["2.33", "2.34", "2.33", "3.00"]
    assert slice_amount(price, JUNE, JUNE) == price


def test_fractions_are_exact_and_may_exceed_one() -> None:
    assert fraction_of(date(2026, 6, 1), date(2026, 6, 11), JUNE) == Fraction(1, 3)
    assert fraction_of(date(2026, 6, 1), date(2026, 7, 31), JUNE) == 2
    at = datetime(2026, 6, 1, tzinfo=UTC)
    hours = (at, at + timedelta(hours=3))
    assert fraction_of_time(at, at + timedelta(hours=1), hours) == Fraction(1, 3)


def test_fixed_months_have_as_many_days_as_is_said() -> None:
    days = [(date(2026, 1, 31), date(2026, 2, 28)), (date(2024, 2, 23), date(2024, 3, 15))]
    assert [fixed_month_days(a, b, 30) for a, b in days] == [28, 22]


def test_a_change_credits_a_part_of_the_price_and_no_part_of_the_bill() -> None:
    found = change_amounts(Money("10.00", "EUR"), Money("20.00", "EUR"), Fraction(1, 3))
    assert (str(found.credit), str(found.charge), str(found.net)) == (
        "3.33 EUR", "6.67 EUR", "3.34 EUR",
    )  # fmt: skip
    reset = change_amounts(Money("10.00", "EUR"), Money("20.00", "EUR"), Fraction(0),
                           resets_cycle=True)  # fmt: skip
    assert (reset.credit.minor, reset.net.minor) == (0, 2_000)


def test_what_cannot_be_divided_is_refused() -> None:
    euro = Money("10.00", "EUR")
    for part in (Fraction(-1, 2), Fraction(3, 2)):
        with pytest.raises(DefinitionError):
            change_amounts(euro, euro, part)
    with pytest.raises(DefinitionError):
        change_amounts(euro, Money("10.00", "USD"), Fraction(1, 2))
    with pytest.raises(DefinitionError):
        fraction_of(JUNE.start, JUNE.start, DateInterval(JUNE.start, JUNE.start))
    with pytest.raises(DefinitionError):
        slice_amount(euro, DateInterval(JUNE.start), JUNE)
    with pytest.raises(InputError):
        share_of(Money("0.001", "EUR"), Fraction(1))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    with pytest.raises(DefinitionError):
        fraction_of_time(at, at, (at, at))


# ---------------------------------------------------------------- billing

MONTHLY = Cadence.parse("P1M")
ANCHOR = Anchor(date(2026, 1, 1), 15)


@pytest.mark.parametrize(
    ("target", "advance", "arrears"),
    [
        ("2025-12-31", None, None),
        ("2026-01-01", "2026-01-15", None),
        ("2026-01-15", "2026-02-15", "2026-01-15"),
        ("2026-02-20", "2026-02-27", "2026-02-15"),
        ("2026-02-27", "2026-02-27", "2026-02-27"),
        ("2030-01-01", "2026-02-27", "2026-02-27"),
    ],
)
def test_billed_through_stops_at_the_end(
    target: str, advance: str | None, arrears: str | None
) -> None:
    active = DateInterval(date(2026, 1, 1), date(2026, 2, 27))
    found = [billed_through(ANCHOR, MONTHLY, active, date.fromisoformat(target), pay=pay)
             for pay in (Pay.IN_ADVANCE, Pay.IN_ARREARS)]  # fmt: skip
    assert [day and str(day) for day in found] == [advance, arrears]


def test_cycles_are_stubs_of_their_own_periods_and_whole_ones() -> None:
    active = DateInterval(date(2026, 1, 1), date(2026, 2, 27))
    found = billing_cycles(ANCHOR, MONTHLY, active, date(2026, 3, 1), pay=Pay.IN_ADVANCE)
    assert found == Fraction(14, 31) + 1 + Fraction(12, 28)
    assert billing_cycles(ANCHOR, MONTHLY, active, date(2025, 1, 1), pay=Pay.IN_ARREARS) == 0


def test_the_last_second_of_a_day_without_midnight_is_before_its_first_instant() -> None:
    calendar = Calendar(anchor=ANCHOR, cadence=MONTHLY, tz="America/Santiago")
    assert calendar.last_second(date(2024, 9, 8)).isoformat() == "2024-09-08T03:59:59+00:00"
    assert calendar.moved("UTC").first_instant(date(2024, 9, 8)).hour == 0


# ---------------------------------------------------------------- contract lines, pauses


@pytest.mark.parametrize(
    ("month_end", "pay", "expected"),
    [
        (False, Pay.IN_ADVANCE, ["2026-01-31", "2026-02-28"]),
        (False, Pay.IN_ARREARS, ["2026-02-28", "2026-03-06"]),
        (True, Pay.IN_ADVANCE, ["2026-01-31", "2026-02-01", "2026-03-01"]),
        (True, Pay.IN_ARREARS, ["2026-01-31", "2026-02-28", "2026-03-05"]),
    ],
)
def test_a_contract_line_is_invoiced_to_its_end_and_no_further(
    month_end: object, pay: Pay, expected: list[str]
) -> None:
    line = ContractLine(start=date(2026, 1, 31), until=date(2026, 3, 6), period="P1M", pay=pay,
                        month_end=bool(month_end))  # fmt: skip
    periods = list(line.periods())
    assert [str(line.invoice_day(period)) for period in periods] == expected
    assert periods[0].start == line.start
    assert periods[-1].end == line.until
    assert all(a.end == b.start for a, b in pairwise(periods))
    assert line.period_from(date(2026, 3, 6)) is None


def test_an_invoice_day_that_somebody_set_says_where_the_period_ends() -> None:
    line = ContractLine(start=date(2026, 1, 5), period="P1M", pay=Pay.IN_ARREARS)
    found = line.period_from(line.start, invoice_on=date(2026, 2, 1))
    assert found == DateInterval(date(2026, 1, 5), date(2026, 2, 1))
    ahead = ContractLine(start=date(2026, 1, 5), period="P1M")
    found = ahead.period_from(line.start, invoice_on=date(2026, 1, 1))
    assert found == DateInterval(date(2026, 1, 5), date(2026, 2, 1))


def test_somebody_paused_as_long_as_anybody_did_in_any_order_of_one_instant() -> None:
    events = [(1, True, "a"), (3, True, "b"), (3, False, "a"), (5, False, "b"), (7, True, "a")]
    for order in permutations(events):
        assert pause_intervals(order) == ((1, 5), (7, None))
    assert pause_intervals([(2, False, "a")]) == ()
