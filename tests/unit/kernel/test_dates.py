"""Dates: never guessed, counted from an anchor, half-open."""

from datetime import UTC, date, datetime

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from ecrm_core.errors import DefinitionError, EcrmError, InputError
from ecrm_core.kernel import (
    DateInterval,
    add_months,
    add_period,
    parse_date,
    parse_instant,
    zone,
)

days = st.dates()
JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


# ---------------------------------------------------------------- months


@given(days, st.integers(-30_000, 30_000))
def test_months_are_added_as_dateutil_adds_them(anchor: date, months: int) -> None:
    try:
        expected = anchor + relativedelta(months=months)
    except (ValueError, OverflowError):
        with pytest.raises(InputError):
            add_months(anchor, months)
    else:
        assert add_months(anchor, months) == expected


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(9999, 11, 30), 1, date(9999, 12, 30)),
        (date(1, 2, 1), -1, date(1, 1, 1)),
    ],
)
def test_a_day_is_clipped_to_a_shorter_month_and_comes_back(
    anchor: date, months: int, expected: date
) -> None:
    assert add_months(anchor, months) == expected


@pytest.mark.parametrize(
    ("anchor", "months"),
    [(date(9999, 12, 1), 1), (date(1, 1, 1), -1), (JAN, 10**30), (JAN, -(10**30))],
)
def test_a_month_beyond_the_calendar_is_refused(anchor: date, months: int) -> None:
    with pytest.raises(InputError) as caught:
        add_months(anchor, months)
    assert caught.value.code == "date_range"


@pytest.mark.parametrize(
    "period",
    [
        relativedelta(years=9_000), relativedelta(months=10**30), relativedelta(days=10**9),
        relativedelta(days=10**30), relativedelta(years=-9_000), relativedelta(weeks=10**12),
    ],
    ids=["years", "months", "days", "many days", "back", "weeks"],
)  # fmt: skip
def test_a_period_beyond_the_calendar_is_refused(period: relativedelta) -> None:
    with pytest.raises(InputError) as caught:
        add_period(JAN, period)
    assert caught.value.code == "date_range"


def test_a_period_is_added_to_its_anchor() -> None:
    assert add_period(date(2024, 2, 29), relativedelta(years=1, days=1)) == date(2025, 3, 1)


# ---------------------------------------------------------------- intervals

ends = st.none() | days
intervals = st.builds(lambda a, b: DateInterval(min(a, b), max(a, b)), days, days) | st.builds(
    DateInterval, days
)


@given(intervals, intervals, days)
def test_two_intervals_overlap_when_some_day_lies_in_both(
    one: DateInterval, two: DateInterval, day: date
) -> None:
    assert one.overlaps(two) is two.overlaps(one)
    if day in one and day in two:
        assert one.overlaps(two)
    assert one.overlaps(two) is any(d in one and d in two for d in (one.start, two.start))


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ((JAN, FEB), (FEB, MAR), False),
        ((JAN, MAR), (FEB, MAR), True),
        ((JAN, None), (MAR, None), True),
        ((FEB, FEB), (JAN, MAR), False),
        ((JAN, FEB), (JAN, FEB), True),
    ],
)
def test_intervals_are_half_open(
    one: tuple[date, date | None],
    two: tuple[date, date | None],
    expected: bool,  # noqa: FBT001
) -> None:
    assert DateInterval(*one).overlaps(DateInterval(*two)) is expected


def test_an_interval_has_its_first_day_and_not_its_last() -> None:
    interval = DateInterval(JAN, FEB)
    assert JAN in interval
    assert FEB not in interval
    assert date.max in DateInterval(JAN)
    assert (interval.days, DateInterval(JAN).days, DateInterval(JAN, JAN).days) == (31, None, 0)


def test_intervals_are_sorted_by_start_then_end_with_open_ones_last() -> None:
    ordered = [DateInterval(JAN, FEB), DateInterval(JAN, date.max), DateInterval(JAN),
               DateInterval(FEB, MAR)]  # fmt: skip
    shuffled = [ordered[at] for at in (2, 0, 3, 1)]
    assert sorted(shuffled) == ordered


def test_an_interval_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(DefinitionError) as caught:
        DateInterval(FEB, JAN)
    assert caught.value.code == "interval_reversed"


# ---------------------------------------------------------------- reading dates


@given(days)
def test_an_iso_date_is_read(day: date) -> None:
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-11-23", "DMY", (2026, 11, 23)),
        (" 2026/1/5 ", None, (2026, 1, 5)),
        ("2026.01.05.", None, (2026, 1, 5)),
        ("5.1.2026", "DMY", (2026, 1, 5)),
        ("5.1.2026", "MDY", (2026, 5, 1)),
        ("31/12/2026", "DMY", (2026, 12, 31)),
        ("2024-02-29", None, (2024, 2, 29)),
        ("9999-12-31", None, (9999, 12, 31)),
    ],
)
def test_a_date_is_read_in_the_named_order(
    text: str, order: str | None, expected: tuple[int, int, int]
) -> None:
    assert parse_date(text, order=order) == date(*expected)


@pytest.mark.parametrize(
    ("text", "order", "code"),
    [
        ("5", None, "not_date"),
        ("1999", None, "not_date"),
        ("20261123", None, "not_date"),
        ("10/11/12", None, "ambiguous_date"),
        ("10/11/2012", None, "ambiguous_date"),
        ("31/12/2026", None, "ambiguous_date"),
        ("10/11/12", "DMY", "ambiguous_date"),
        ("123/1/1", "YMD", "ambiguous_date"),
        ("2026-02-30", None, "no_such_day"),
        ("2025-02-29", None, "no_such_day"),
        ("2026-13-01", None, "no_such_day"),
        ("31/12/2026", "MDY", "no_such_day"),
        ("0000-01-01", None, "no_such_day"),
        ("10000-01-01", None, "not_date"),
        ("-2026-01-01", None, "not_date"),
        ("２０２６-01-01", None, "not_date"),
        ("infinity", None, "not_date"),
        ("today", None, "not_date"),
        ("2026-01-01T00:00", None, "not_date"),
        ("", None, "not_date"),
        ("1" * 65, None, "too_long"),
        ("2026-01-01\x00", None, "forbidden_character"),
    ],
)
def test_a_date_is_never_guessed(text: str, order: str | None, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_date(text, "$.birthday", order=order)
    assert (caught.value.code, caught.value.path) == (code, "$.birthday")
    assert not text or text not in str(caught.value)


def test_an_order_that_is_none_is_a_mistake_in_the_code() -> None:
    with pytest.raises(DefinitionError):
        parse_date("1/2/2026", order="YDM")


# ---------------------------------------------------------------- reading instants


@pytest.mark.parametrize(
    ("text", "tz", "expected"),
    [
        ("2026-11-23T09:30:00+09:00", None, "2026-11-23T00:30:00"),
        ("2026-11-23 09:30", "Asia/Seoul", "2026-11-23T00:30:00"),
        ("2026-11-23T09:30:00+0900", "UTC", "2026-11-23T00:30:00"),
        ("2026-11-23T09:30:00.123456789Z", None, "2026-11-23T09:30:00.123456"),
        ("2026-11-23T09:30:00,5z", None, "2026-11-23T09:30:00.500000"),
        ("2026-11-23 09:30:00 UTC", None, "2026-11-23T09:30:00"),
        ("2026-11-23T09:30:00-00:30", None, "2026-11-23T10:00:00"),
        # Berlin: 02:30 does not exist on 29 March 2026, and is twice on 25 October.
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T01:30:00"),
        ("2026-03-29T01:59:59", "Europe/Berlin", "2026-03-29T00:59:59"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30:00"),
        ("2026-10-25T02:30:00+01:00", "Europe/Berlin", "2026-10-25T01:30:00"),
        ("9999-12-31T23:59:59Z", None, "9999-12-31T23:59:59"),
    ],
)
def test_an_instant_is_read_into_utc(text: str, tz: str | None, expected: str) -> None:
    found = parse_instant(text, tz=tz)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "tz", "code"),
    [
        ("2026-11-23T09:30:00", None, "naive_datetime"),
        ("2025-11-23", "UTC", "not_instant"),
        ("infinity", "UTC", "not_instant"),
        ("1700000000", "UTC", "not_instant"),
        ("2026-11-23T24:00:00Z", None, "not_instant"),
        ("2026-11-23T09:60:00Z", None, "not_instant"),
        ("2026-11-23T09:30:60Z", None, "not_instant"),
        ("2026-11-23T09:30:00+24:00", None, "not_instant"),
        ("2026-11-23T09:30:00+99:99", None, "not_instant"),
        ("2026-02-30T09:30:00Z", None, "no_such_day"),
        ("9999-12-31T23:59:59-01:00", None, "not_instant"),
        ("0001-01-01T00:00:00+01:00", None, "not_instant"),
        ("2026-11-23T09:30:00Z\x00", None, "forbidden_character"),
    ],
)
def test_an_instant_without_one_reading_is_refused(text: str, tz: str | None, code: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_instant(text, "$.at", tz=tz)
    assert (caught.value.code, caught.value.path) == (code, "$.at")
    assert text not in str(caught.value)


@pytest.mark.parametrize("name", ["Nowhere", "", "../etc/passwd", "Europe", "\x00", "x" * 99, None])
def test_a_zone_that_is_none_is_a_mistake_in_the_code(name: str) -> None:
    for call in (lambda: zone(name), lambda: parse_instant("2026-01-01T00:00", tz=name)):
        with pytest.raises(EcrmError) as caught:
            call()
        assert caught.value.code == "zone" or (
            name is None and caught.value.code == "naive_datetime"
        )
