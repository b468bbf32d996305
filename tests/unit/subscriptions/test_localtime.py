"""Local time: gaps, folds and days that a zone never had."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.subscriptions import due_at, local_day


@pytest.mark.parametrize(
    ("day", "at", "tz", "expected"),
    [
        ("2026-06-01", "09:00", "UTC", "2026-06-01T09:00:00Z"),
        ("2026-06-01", "09:00", "Asia/Seoul", "2026-06-01T00:00:00Z"),
        ("2024-03-10", "02:30", "America/New_York", "2024-03-10T07:00:00Z"),  # gap: 03:00
        ("2024-03-10", "02:00", "America/New_York", "2024-03-10T07:00:00Z"),
        ("2024-03-10", "03:00", "America/New_York", "2024-03-10T07:00:00Z"),
        ("2024-11-03", "01:30", "America/New_York", "2024-11-03T05:30:00Z"),  # fold: the first
        ("2024-09-08", "00:00", "America/Santiago", "2024-09-08T04:00:00Z"),  # no midnight
        ("2011-12-30", "09:00", "Pacific/Apia", "2011-12-30T10:00:00Z"),  # no such day
        ("2024-10-06", "02:15", "Australia/Lord_Howe", "2024-10-05T15:30:00Z"),  # half an hour
    ],
)
def test_a_local_time_is_the_first_instant_that_bears_it(
    day: str, at: str, tz: str, expected: str
) -> None:
    found = due_at(date.fromisoformat(day), time.fromisoformat(at), tz)
    assert found == parse_instant(expected)
    assert str(found.tzinfo) == "UTC"


def test_the_day_of_an_instant_is_the_day_where_it_happens() -> None:
    at = parse_instant("2026-01-31T15:30:00Z")
    assert local_day(at, "Asia/Seoul") == date(2026, 2, 1)
    assert local_day(at, "America/New_York") == date(2026, 1, 31)


def test_no_zone_and_no_such_year_are_typed_errors() -> None:
    with pytest.raises(DefinitionError):
        due_at(date(2026, 1, 1), time(), "Nowhere/Land")
    with pytest.raises(InputError) as caught:
        due_at(date(1, 1, 1), time(), "Asia/Seoul")
    assert caught.value.code == "date_range"
    with pytest.raises(InputError):
        local_day(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001 - naive on purpose


def test_a_day_after_the_last_of_the_calendar_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        local_day(datetime(9999, 12, 31, 23, tzinfo=UTC), "Pacific/Kiritimati")
    assert caught.value.code == "date_range"
