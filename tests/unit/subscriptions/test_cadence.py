"""Cadence, anchors and durations: boundaries by hand, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, EcrmError, InputError
from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions import (
    Anchor,
    Cadence,
    Duration,
    Unit,
    boundaries,
    boundary,
    cycle_of,
    first_boundary,
    next_boundary,
    period_of,
    whole_periods,
)

MONTHLY = Cadence.every(1, "month")


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


@pytest.mark.parametrize(
    ("anchor", "cadence", "expected"),
    [
        (Anchor(date(2026, 1, 31), 31), "P1M", days("2026-01-31", "2026-02-28", "2026-03-31")),
        (Anchor(date(2028, 1, 31), 31), "P1M", days("2028-01-31", "2028-02-29", "2028-03-31")),
        (Anchor.at(date(2024, 2, 29)), "P1Y", days("2024-02-29", "2025-02-28", "2026-02-28")),
        (Anchor(date(2100, 2, 1), 29), "P2Y", days("2100-02-28", "2102-02-28", "2104-02-29")),
        (Anchor.at(date(2026, 4, 30)), "P6M", days("2026-04-30", "2026-10-30", "2027-04-30")),
        (
            Anchor.last_day_sticks(date(2026, 4, 30)),
            "P6M",
            days("2026-04-30", "2026-10-31", "2027-04-30"),
        ),
        (Anchor.weekday(date(2026, 1, 1), 1), "P1W", days("2026-01-05", "2026-01-12")),
        (Anchor.weekday(date(2026, 1, 5), 1), "P2W", days("2026-01-05", "2026-01-19")),
        (Anchor.month_day(2027, 2, 29), "P1Y", days("2027-02-28", "2028-02-29", "2029-02-28")),
        (Anchor.at(date(2026, 1, 31)), "P30D", days("2026-01-31", "2026-03-02", "2026-04-01")),
        (
            Anchor.calendar(Cadence.every(3, "month"), date(2026, 5, 20)),
            "P3M",
            days("2026-01-01", "2026-04-01", "2026-07-01"),
        ),
        (
            Anchor.calendar(Cadence.every(1, "week"), date(2026, 5, 20)),
            "P1W",
            days("2026-05-18", "2026-05-25"),
        ),
    ],
)
def test_boundaries_are_those_of_the_calendar(
    anchor: Anchor, cadence: str, expected: list[date]
) -> None:
    every = Cadence.parse(cadence)
    assert [boundary(anchor, every, k) for k in range(len(expected))] == expected


def test_a_period_holds_its_first_day_and_not_its_last() -> None:
    anchor = Anchor(date(2026, 1, 31), 31)
    assert period_of(anchor, MONTHLY, 1) == DateInterval(date(2026, 2, 28), date(2026, 3, 31))
    assert [cycle_of(anchor, MONTHLY, d) for d in days("2026-02-27", "2026-02-28")] == [0, 1]
    assert cycle_of(anchor, MONTHLY, date(2025, 12, 30)) == -2


def test_the_first_boundary_may_be_the_day_itself_and_the_next_is_after_it() -> None:
    anchor = Anchor(date(2026, 1, 20), 25)
    assert first_boundary(anchor, MONTHLY, date(2026, 2, 25)) == date(2026, 2, 25)
    assert first_boundary(anchor, MONTHLY, date(2026, 2, 26)) == date(2026, 3, 25)
    assert next_boundary(anchor, MONTHLY, date(2026, 2, 25)) == date(2026, 3, 25)


def test_boundaries_between_two_days_include_both() -> None:
    found = boundaries(Anchor.at(date(2026, 1, 31)), MONTHLY, start=date(2026, 2, 28),
                       until=date(2026, 4, 30))  # fmt: skip
    assert list(found) == days("2026-02-28", "2026-03-31", "2026-04-30")


def test_whole_periods_count_what_is_complete() -> None:
    assert whole_periods(date(2026, 1, 31), date(2026, 2, 27), MONTHLY) == 0
    assert whole_periods(date(2026, 1, 31), date(2026, 2, 28), MONTHLY) == 1


@pytest.mark.parametrize("text", ["P1M", "P1Y", "P2W", "P30D", "P18M", "P1Y1D", "P1M2W", "P0D"])
def test_a_duration_is_written_as_it_is_read(text: str) -> None:
    assert Duration.parse(text) == Duration.parse(str(Duration.parse(text)))


def test_durations_have_one_spelling() -> None:
    spelled = {text: str(Duration.parse(text)) for text in ("P12M", "P14D", "P1Y6M", "P1W3D")}
    assert spelled == {"P12M": "P1Y", "P14D": "P2W", "P1Y6M": "P18M", "P1W3D": "P10D"}
    assert [str(Cadence.parse(text)) for text in ("P7D", "P12M")] == ["P1W", "P1Y"]
    assert Cadence.every(2, "week") == Cadence(Unit.DAY, 14)


def test_a_duration_is_added_to_the_day_it_counts_from() -> None:
    month = Duration.parse("P1M")
    assert [month.after(date(2026, 1, 31), n) for n in (1, 2)] == days("2026-02-28", "2026-03-31")
    assert month.before(date(2026, 3, 31)) == date(2026, 2, 28)
    assert Duration.parse("P1M1D").after(date(2026, 1, 31)) == date(2026, 3, 1)


REFUSED: list[tuple[Callable[[], Any], type[EcrmError], str]] = [
    (lambda: Duration.parse("P"), InputError, "not_duration"),
    (lambda: Duration.parse("PT1H"), InputError, "not_duration"),
    (lambda: Duration.parse("P1.5M"), InputError, "not_duration"),
    (lambda: Duration.parse("-P1M"), InputError, "not_duration"),
    (lambda: Duration.parse("P" + "9" * 5_000 + "D"), InputError, "too_long"),
    (lambda: Duration(days=-1), DefinitionError, "duration"),
    (lambda: Duration(months=10**30), DefinitionError, "duration"),
    (lambda: Duration.parse("P1M").after(date(2026, 1, 1), 10**30), InputError, "date_range"),
    (lambda: Duration.parse("P1D").before(date(1, 1, 1)), InputError, "date_range"),
    (lambda: Cadence.parse("P0D"), DefinitionError, "cadence"),
    (lambda: Cadence.parse("P1M1D"), DefinitionError, "cadence"),
    (lambda: Cadence.every(1, "fortnight"), DefinitionError, "cadence"),
    (lambda: Cadence(Unit.MONTH, 10**30), DefinitionError, "cadence"),
    (lambda: Anchor(date(2026, 1, 1), 32), DefinitionError, "anchor"),
    (lambda: Anchor(date(2026, 1, 1), 0), DefinitionError, "anchor"),
    (lambda: Anchor.weekday(date(2026, 1, 1), 8), DefinitionError, "anchor"),
    (lambda: Anchor.month_day(2026, 13, 1), DefinitionError, "anchor"),
    (lambda: boundary(Anchor(date(9999, 12, 1), 1), MONTHLY, 1), InputError, "date_range"),
    (lambda: boundary(Anchor(date(2026, 1, 1), 1), MONTHLY, 10**30), InputError, "date_range"),
    (lambda: boundary(Anchor.at(date(2026, 1, 1)), Cadence.parse("P1D"), 10**30), InputError,
     "date_range"),
]  # fmt: skip


@pytest.mark.parametrize(("make", "error", "code"), REFUSED)
def test_what_no_calendar_has_is_one_typed_error(
    make: Callable[[], Any], error: type[EcrmError], code: str
) -> None:
    with pytest.raises(error) as caught:
        make()
    assert caught.value.code == code
