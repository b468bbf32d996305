"""Time in segments, as tables: days that change their length, ends of months, leap days, zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    check,
    evaluate,
    parse_query,
)

SCHEMA = Schema().add(
    SchemaField(name="at", type=FieldType.INSTANT),
    SchemaField(name="on", type=FieldType.DATE),
    Relation.of("visits", [SchemaField(name="at", type=FieldType.INSTANT)], at="at"),
)


def holds(query: str, row: Row, as_of: datetime, tz: str = "UTC") -> bool:
    rule = parse_query(query).rule
    assert not [d for d in check(rule, SCHEMA) if d.severity == "error"]
    return evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)


def local(text: str, tz: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(tz), fold=fold)


# ---------------------------------------------------------------- days that change their length

SPRING, AUTUMN = "2026-03-29", "2026-10-25"  # in Berlin 23 and 25 hours long
CLOCKS = [
    # (zone, as of, the moment in question, asked, expected)
    ("Europe/Berlin", f"{SPRING}T12:00", f"{SPRING}T00:00", "at = today", True),
    ("Europe/Berlin", f"{SPRING}T12:00", "2026-03-28T23:59:59.999999", "at = today", False),
    ("Europe/Berlin", f"{SPRING}T12:00", "2026-03-28T00:00", "at = -1d", True),
    # Noon of the day before is 23 hours ago, not 24.
    ("Europe/Berlin", f"{SPRING}T12:00", "2026-03-28T12:00", "at >= -23h", True),
    ("Europe/Berlin", f"{SPRING}T12:00", "2026-03-28T11:59", "at >= -23h", False),
    ("Europe/Berlin", f"{SPRING}T12:00", "2026-03-28T11:00", "at >= -24h", True),
    # On the long day it is 25.
    ("Europe/Berlin", f"{AUTUMN}T12:00", "2026-10-24T12:00", "at >= -24h", False),
    ("Europe/Berlin", f"{AUTUMN}T12:00", "2026-10-24T12:00", "at >= -25h", True),
    ("Europe/Berlin", f"{AUTUMN}T23:59", f"{AUTUMN}T00:00", "at = today", True),
    ("Europe/Berlin", "2026-10-26T00:00", f"{AUTUMN}T23:59:59", "at = -1d", True),
    # A week over the change is seven days of the calendar, whatever hours they have.
    ("Europe/Berlin", "2026-04-01T09:00", "2026-03-25T00:00", "at >= -1w", True),
    ("Europe/Berlin", "2026-04-01T09:00", "2026-03-24T23:59", "at >= -1w", False),
    # Half an hour of summer time, and days that begin at one o'clock.
    ("Australia/Lord_Howe", "2026-10-04T12:00", "2026-10-03T12:00", "at >= -23h", False),
    ("Australia/Lord_Howe", "2026-10-04T12:00", "2026-10-03T12:30", "at >= -23h", True),
    ("America/Sao_Paulo", "2018-11-04T12:00", "2018-11-04T01:00", "at = today", True),
    ("America/Sao_Paulo", "2018-11-04T12:00", "2018-11-03T23:59", "at = today", False),
]


@pytest.mark.parametrize(("tz", "as_of", "at", "query", "expected"), CLOCKS)
def test_days_are_of_the_calendar_and_hours_are_elapsed(
    *, tz: str, as_of: str, at: str, query: str, expected: bool
) -> None:
    """Segments 3.2, 3.3, 3.5."""
    assert holds(query, Row({"at": local(at, tz)}), local(as_of, tz), tz) is expected


def test_both_hours_of_the_same_name_are_of_the_long_day() -> None:
    """Segments 3.5."""
    rows = [{"at": local(f"{AUTUMN}T02:30", "Europe/Berlin", fold=fold)} for fold in (0, 1)]
    as_of = local("2026-10-25T23:00", "Europe/Berlin")
    query = f"visits MATCHES (at = {AUTUMN}, count = 2)"
    assert holds(query, Row({}, {"visits": rows}), as_of, "Europe/Berlin")
    first = rows[0]["at"].astimezone(UTC) + timedelta(minutes=30)
    assert holds("visits MATCHES (count = 1)", Row({}, {"visits": rows}), first, "Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "hours"), [(SPRING, 23), (AUTUMN, 25), ("2026-03-28", 24), ("2026-12-31", 24)]
)
def test_a_visit_an_hour_is_counted_as_often_as_the_day_has_hours(day: str, hours: int) -> None:
    """Segments 3.5."""
    start = local(f"{day}T00:00", "Europe/Berlin").astimezone(UTC) - timedelta(hours=12)
    visits = [{"at": start + timedelta(hours=each)} for each in range(49)]
    row, late = Row({}, {"visits": visits}), start + timedelta(days=30)
    assert holds(f"visits MATCHES (at = {day}, count = {hours})", row, late, "Europe/Berlin")


# ---------------------------------------------------------------- half-open days of the shop's zone

ZONES = [
    # (zone, first instant of 15 June 2026 in it, in UTC)
    ("UTC", "2026-06-15T00:00"),
    ("Asia/Seoul", "2026-06-14T15:00"),
    ("America/New_York", "2026-06-15T04:00"),
    ("Pacific/Kiritimati", "2026-06-14T10:00"),
    ("Pacific/Marquesas", "2026-06-15T09:30"),
    ("Asia/Kathmandu", "2026-06-14T18:15"),
]
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(("tz", "start"), ZONES)
def test_a_day_begins_at_its_first_instant_and_ends_before_the_next_days(
    tz: str, start: str
) -> None:
    """Segments 3.4."""
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    last = first + timedelta(days=1) - TICK
    noon = first + timedelta(hours=12)
    for at, day in ((first - TICK, "-1d"), (first, "today"), (last, "today"), (last + TICK, "+1d")):
        assert holds(f"at = {day}", Row({"at": at}), noon, tz)
        assert [holds(f"at {op} {day}", Row({"at": at}), noon, tz) for op in ("<", ">", "!=")] == [
            False
        ] * 3
    edges = Row({}, {"visits": [{"at": at} for at in (first - TICK, first, last, last + TICK)]})
    later = first + timedelta(days=9)
    assert holds(
        "visits MATCHES (at BETWEEN 2026-06-15 AND 2026-06-15, count = 2)", edges, later, tz
    )
    assert holds("visits MATCHES (at < 2026-06-15, count = 1)", edges, later, tz)
    assert holds("visits MATCHES (at > 2026-06-15, count = 1)", edges, later, tz)


@pytest.mark.parametrize(("tz", "start"), ZONES)
def test_the_day_asked_about_turns_at_the_zones_midnight(tz: str, start: str) -> None:
    """Segments 3.2."""
    first = datetime.fromisoformat(start).replace(tzinfo=UTC)
    row = Row({"on": date(2026, 6, 15)})
    assert holds("on = today", row, first, tz)
    assert holds("on = +1d", row, first - TICK, tz)


# ---------------------------------------------------------------- ends of months

MONTHS = [
    # (as of, relative, the day meant)
    ("2026-03-28", "-1m", "2026-02-28"), ("2026-03-29", "-1m", "2026-02-28"),
    ("2026-03-30", "-1m", "2026-02-28"), ("2026-03-31", "-1m", "2026-02-28"),
    ("2024-03-29", "-1m", "2024-02-29"), ("2024-03-31", "-1m", "2024-02-29"),
    ("2026-05-31", "-1m", "2026-04-30"), ("2026-05-31", "-3m", "2026-02-28"),
    ("2026-08-31", "-6m", "2026-02-28"), ("2026-02-28", "-1m", "2026-01-28"),
    ("2026-01-31", "+1m", "2026-02-28"), ("2026-01-31", "+2m", "2026-03-31"),
    ("2026-01-15", "-1m", "2025-12-15"), ("2026-12-31", "+2m", "2027-02-28"),
    ("2024-02-29", "-1y", "2023-02-28"), ("2024-02-29", "+4y", "2028-02-29"),
    ("2024-02-29", "-12m", "2023-02-28"), ("2023-02-28", "+1y", "2024-02-28"),
    ("2100-02-28", "-4y", "2096-02-28"), ("2096-02-29", "+4y", "2100-02-28"),
    ("2026-01-01", "-1d", "2025-12-31"), ("2024-03-01", "-1d", "2024-02-29"),
    ("2026-03-01", "-1w", "2026-02-22"),
]  # fmt: skip


@pytest.mark.parametrize(("today", "value", "meant"), MONTHS)
def test_ends_of_months_clamp_and_nothing_drifts(today: str, value: str, meant: str) -> None:
    """Segments 3.2."""
    as_of = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC)
    day = date.fromisoformat(meant)
    found = [holds(f"on = {value}", Row({"on": day + timedelta(days=off)}), as_of)
             for off in (-1, 0, 1)]  # fmt: skip
    assert found == [False, True, False]


# ---------------------------------------------------------------- 29 February

LEAPLING = Row({"on": date(2000, 2, 29), "at": datetime(2000, 2, 29, 12, tzinfo=UTC)})
LEAPS = [
    # (as of, asked of the anniversary, expected)
    ("2024-02-28", "= today", False), ("2024-02-29", "= today", True),
    ("2024-03-01", "= today", False), ("2026-02-27", "= today", False),
    ("2026-02-28", "= today", True), ("2026-03-01", "= today", False),
    ("2100-02-28", "= today", True), ("2096-02-29", "= today", True),
    ("2026-02-25", "BETWEEN today AND +3d", True), ("2026-02-25", "BETWEEN today AND +2d", False),
    ("2024-02-25", "BETWEEN today AND +3d", False), ("2024-02-25", "BETWEEN today AND +4d", True),
    ("2026-03-01", "BETWEEN -1d AND today", True), ("2024-03-01", "BETWEEN -1d AND today", True),
    ("2026-03-01", "BETWEEN today AND +7d", False), ("2025-12-30", "BETWEEN today AND +60d", True),
    ("2025-12-30", "BETWEEN today AND +59d", False),
    ("2026-03-01", "BETWEEN today AND +11m", False),
    ("2026-03-01", "BETWEEN today AND +12m", True), ("2026-02-28", "!= today", False),
    ("2026-02-28", "IN (-1d, +1d)", False), ("2026-02-27", "IN (-1d, +1d)", True),
]  # fmt: skip


@pytest.mark.parametrize("field", ["on", "at"])
@pytest.mark.parametrize(("today", "asked", "expected"), LEAPS)
def test_a_birthday_on_the_29th_comes_every_year(
    *, today: str, asked: str, expected: bool, field: str
) -> None:
    """Segments 3.6."""
    as_of = datetime.fromisoformat(f"{today}T12:00").replace(tzinfo=UTC)
    assert holds(f"anniversary({field}) {asked}", LEAPLING, as_of) is expected


@pytest.mark.parametrize("born", [date(2000, 2, 28), date(2000, 2, 29), date(2000, 3, 1)])
def test_everybody_has_one_birthday_a_year(born: date) -> None:
    """Segments 3.6."""
    row = Row({"on": born})
    for year in (2023, 2024, 2100):
        days = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
        days += [datetime(year, 12, 31, 12, tzinfo=UTC)] if year == 2024 else []
        assert sum(holds("anniversary(on) = today", row, at) for at in days) == 1


# ---------------------------------------------------------------- an instant that is past

VISITS = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (1, 10, 20, 25)]
PAST = [
    ("2026-10-31T12:00", 0), ("2026-11-01T11:59:59.999999", 0), ("2026-11-01T12:00", 1),
    ("2026-11-10T12:00", 2), ("2026-11-19T00:00", 2), ("2026-11-20T12:00", 3),
    ("2026-12-01T00:00", 4),
]  # fmt: skip


@pytest.mark.parametrize(("as_of", "count"), PAST)
def test_at_an_instant_past_what_came_later_is_not_seen(as_of: str, count: int) -> None:
    """Segments 3.7."""
    at = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    row = Row({}, {"visits": [{"at": visit} for visit in VISITS]})
    assert holds(f"visits MATCHES (count = {count})", row, at)
    last = "IS NULL" if not count else f"= {VISITS[count - 1].date()}"
    assert holds(f"visits MATCHES (max(at) {last})", row, at)
    assert holds("visits NOT MATCHES (at > -0d)", row, at)
