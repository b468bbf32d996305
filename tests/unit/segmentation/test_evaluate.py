"""What a rule means: two-valued, at an instant, in a zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
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

SCHEMA = Schema(currency="EUR").add(
    *(SchemaField(name=name, type=kind) for name, kind in [
        ("n", FieldType.NUMBER), ("i", FieldType.INTEGER), ("m", FieldType.MONEY),
        ("s", FieldType.TEXT), ("id", FieldType.ID), ("b", FieldType.BOOLEAN),
        ("d", FieldType.DATE), ("t", FieldType.INSTANT), ("l", FieldType.LIST),
    ]),
    Relation.of("orders", [
        SchemaField(name="total", type=FieldType.MONEY),
        SchemaField(name="at", type=FieldType.INSTANT),
        SchemaField(name="w", type=FieldType.NUMBER),
    ], at="at"),
    Relation.of("visits", [SchemaField(name="on", type=FieldType.DATE)], at="on"),
    Relation.of("pets", [SchemaField(name="name", type=FieldType.TEXT)]),
)  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def holds(query: str, row: Row, *, as_of: datetime = NOON, tz: str = "UTC") -> bool:
    rule = parse_query(query).rule
    assert [d for d in check(rule, SCHEMA) if d.severity == "error"] == []
    return evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)


NFC = [
    ({"n": 5}, "n = 5", True),
    ({"n": 5}, "n != 5", False),
    ({"n": Decimal("5.10")}, "n = 5.1", True),
    ({"n": 0.1}, "n = 0.1", True),
    ({"n": 5}, "n < 5", False),
    ({"n": 5}, "n <= 5", True),
    ({"n": 5}, "n > 5", False),
    ({"n": 5}, "n >= 5", True),
    ({"n": 5}, "n BETWEEN 5 AND 6", True),
    ({"n": 6}, "n BETWEEN 5 AND 6", True),
    ({"n": 7}, "n BETWEEN 5 AND 6", False),
    ({"n": 7}, "n NOT BETWEEN 5 AND 6", True),
    ({"n": 5}, "n IN (4, 5)", True),
    ({"n": 5}, "n NOT IN (4, 5)", False),
    ({"i": 5}, "i = 5.0", True),
    ({"i": 5.0}, "i IS NULL", True),
    ({"i": True}, "i IS NULL", True),
    ({"n": True}, "n IS NULL", True),
    ({"s": "caf\u00e9"}, "s = 'cafe\u0301'", True),
    ({"s": "cafe\u0301"}, "s = 'caf\u00e9'", True),
    ({"s": "Vip"}, "s = 'vip'", False),
    ({"s": "Z"}, "s < 'a'", True),
    ({"s": "big vip"}, "s CONTAINS 'vip'", True),
    ({"s": ""}, "s IS NULL", False),
    ({"id": 12}, "id = 12", True),
    ({"id": "12"}, "id = 12", True),
    ({"id": "012"}, "id = 12", False),
    ({"id": 12}, "id IN ('12')", True),
    ({"b": False}, "b = false", True),
    ({"b": 0}, "b IS NULL", True),
    ({"l": ["a", "b"]}, "l CONTAINS 'b'", True),
    ({"l": ["ab"]}, "l CONTAINS 'b'", False),
    ({"l": "b"}, "l CONTAINS 'b'", False),
    ({"l": []}, "l IS NULL", True),
    ({"l": []}, "l NOT CONTAINS 'b'", True),
    ({"m": Money(Decimal(5), "EUR")}, "m = 5", True),
    ({"m": Money(Decimal(5), "USD")}, "m = 5", False),
    ({"m": Money(Decimal(5), "USD")}, "m IS NULL", True),
    ({"m": Decimal(5)}, "m IS NULL", True),
    ({"d": datetime(2026, 1, 1, tzinfo=UTC)}, "d IS NULL", True),
    ({"t": datetime.fromisoformat("2026-01-01T00:00")}, "t IS NULL", True),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "query", "expected"), NFC)
def test_a_condition_holds_of_a_value(
    *, fields: dict[str, object], query: str, expected: bool
) -> None:
    """Segments 2.1, 2.2, 2.3, 2.4, 2.5, 2.6."""
    assert holds(query, Row(fields)) is expected


POSITIVE = [
    "n = 1", "n < 1", "n >= 1", "n IN (1)", "n BETWEEN 0 AND 9", "s CONTAINS ''", "l CONTAINS 'a'",
    "d = today", "t > -36h", "anniversary(d) = today", "n IS NOT NULL", "b = false", "m <= 0",
]  # fmt: skip
MISSING = [{}, {"n": None}, {"n": float("nan"), "m": Decimal("NaN"), "t": float("nan"), "d": 3}]


@pytest.mark.parametrize("fields", MISSING)
@pytest.mark.parametrize("query", POSITIVE)
def test_a_missing_value_satisfies_no_positive_condition_and_every_complement(
    query: str, fields: dict[str, object]
) -> None:
    """Segments 1.2, 1.3, 2.1."""
    assert not holds(query, Row(fields))
    assert holds(f"NOT {query}", Row(fields))
    for word in ("=", "IN", "CONTAINS", "BETWEEN"):
        spelled = f" {word} "
        if spelled in query:
            negated = " != " if word == "=" else f" NOT{spelled}"
            assert holds(query.replace(spelled, negated, 1), Row(fields))


# ---------------------------------------------------------------- relations


def order(total: int, days: int, currency: str = "EUR") -> dict[str, object]:
    return {"total": Money(Decimal(total), currency), "at": NOON - timedelta(days=days), "w": total}


ORDERS = [order(50, 1), order(150, 10), order(200, 100), order(9, 2, "USD"), order(1000, -1)]
MATCHING = [
    ("orders MATCHES ()", True),
    ("orders NOT MATCHES ()", False),
    ("visits MATCHES ()", False),
    ("visits NOT MATCHES ()", True),
    ("visits MATCHES (count = 0)", True),
    ("orders MATCHES (count = 4)", True),
    ("orders MATCHES (sum(total) = 400)", True),
    ("orders MATCHES (total > 900)", False),
    ("orders MATCHES (total > 100, count = 2)", True),
    ("orders MATCHES (total > 100, at >= -90d, count >= 1)", True),
    ("orders MATCHES (total > 100, at >= -90d, count >= 2)", False),
    ("orders MATCHES (total < 100 OR at < -90d, count = 2)", True),
    ("orders MATCHES (NOT total > 100, count = 2)", True),
    ("orders MATCHES (total IS NULL, count = 1)", True),
    ("orders MATCHES (min(total) = 50, max(total) = 200)", True),
    ("orders MATCHES (w > 5000, sum(total) = 0)", True),
    ("orders MATCHES (w > 5000, min(total) IS NULL)", True),
    ("orders MATCHES (w > 5000, min(total) < 1)", False),
    ("orders MATCHES (w > 5000, min(total) != 1)", True),
    ("orders MATCHES (count = 9 OR sum(total) > 399)", True),
    ("orders NOT MATCHES (total > 100, count >= 2)", False),
    ("orders MATCHES (max(at) >= -1d)", True),
    ("pets MATCHES (name = 'Bo')", True),
    ("pets MATCHES (count = 2)", True),
]


@pytest.mark.parametrize(("query", "expected"), MATCHING)
def test_a_relation_is_matched_by_its_rows_and_by_what_they_add_up_to(
    *, query: str, expected: bool
) -> None:
    """Segments 1.3, 4.1, 4.2, 4.3."""
    pets = [{"name": "Bo"}, {}]
    assert holds(query, Row({}, {"orders": ORDERS, "pets": pets})) is expected


def test_sums_are_exact() -> None:
    """Segments 4.3."""
    rows = [{"w": Decimal("1e20")}, {"w": Decimal("1e-20")}, {"w": Decimal("-1e20")}]
    row = Row({}, {"orders": rows})
    assert holds("orders MATCHES (sum(w) > 0, sum(w) < 0.000000001)", row)


SEEN = [
    (NOON, "visits MATCHES (count = 2)"),
    (NOON - timedelta(days=1), "visits MATCHES (count = 1)"),
    (datetime(2026, 11, 22, 15, tzinfo=UTC), "visits MATCHES (count = 2)"),  # the 23rd in Seoul
    (NOON - timedelta(days=2), "visits MATCHES (count = 0)"),
]


@pytest.mark.parametrize(("as_of", "query"), SEEN)
def test_what_happens_after_the_instant_is_not_seen(as_of: datetime, query: str) -> None:
    """Segments 3.7."""
    rows = [{"on": date(2026, 11, 22)}, {"on": date(2026, 11, 23)}, {"on": date(2026, 12, 1)}]
    assert holds(query, Row({}, {"visits": rows}), as_of=as_of, tz="Asia/Seoul")


# ---------------------------------------------------------------- times


def seoul(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone(timedelta(hours=9)))  # type: ignore[misc,arg-type]


DAYS = [
    (seoul(2026, 11, 23, 0, 0), "t = today", True),
    (seoul(2026, 11, 23, 23, 59, 59, 999_999), "t = today", True),
    (seoul(2026, 11, 24, 0, 0), "t = today", False),
    (seoul(2026, 11, 22, 23, 59, 59, 999_999), "t = today", False),
    (seoul(2026, 11, 22, 23, 59, 59, 999_999), "t = -1d", True),
    (seoul(2026, 11, 23, 12, 0), "t > today", False),
    (seoul(2026, 11, 24, 0, 0), "t > today", True),
    (seoul(2026, 11, 23, 12, 0), "t <= today", True),
    (seoul(2026, 11, 24, 0, 0), "t <= today", False),
    (seoul(2026, 11, 23, 0, 0), "t < today", False),
    (seoul(2026, 11, 22, 23, 59), "t < today", True),
    (seoul(2026, 11, 23, 0, 0), "t >= today", True),
    (seoul(2026, 11, 22, 23, 59), "t != today", True),
    (seoul(2026, 11, 23, 23, 59), "t BETWEEN -1d AND today", True),
    (seoul(2026, 11, 24, 0, 0), "t BETWEEN -1d AND today", False),
    (seoul(2026, 11, 22, 0, 0), "t BETWEEN -1d AND today", True),
    (seoul(2026, 11, 22, 9, 0), "t >= -36h", True),
    (seoul(2026, 11, 22, 8, 59, 59), "t >= -36h", False),
    (seoul(2026, 11, 22, 9, 0), "t = 2026-11-22T00:00:00Z", True),
    (seoul(2026, 11, 16, 0, 0), "t >= -1w", True),
    (seoul(2026, 11, 15, 23, 59), "t >= -1w", False),
    (seoul(2025, 11, 23, 12, 0), "t IN (-1y, -2y)", True),
]  # fmt: skip


@pytest.mark.parametrize(("value", "query", "expected"), DAYS)
def test_a_day_beside_a_moment_is_the_half_open_day_of_the_zone(
    *, value: datetime, query: str, expected: bool
) -> None:
    """Segments 3.1, 3.3, 3.4."""
    as_of = seoul(2026, 11, 23, 21, 0)
    assert holds(query, Row({"t": value}), as_of=as_of, tz="Asia/Seoul") is expected


CALENDAR = [
    (datetime(2026, 3, 31, tzinfo=UTC), "-1m", date(2026, 2, 28)),
    (datetime(2024, 3, 31, tzinfo=UTC), "-1m", date(2024, 2, 29)),
    (datetime(2024, 2, 29, tzinfo=UTC), "-1y", date(2023, 2, 28)),
    (datetime(2026, 1, 31, tzinfo=UTC), "+1m", date(2026, 2, 28)),
    (datetime(2026, 3, 1, tzinfo=UTC), "-2w", date(2026, 2, 15)),
    (datetime(2026, 11, 22, 15, tzinfo=UTC), "today", date(2026, 11, 23)),
    (datetime(2026, 11, 22, 14, 59, tzinfo=UTC), "today", date(2026, 11, 22)),
    (NOON, "-999999y", date.min),
    (NOON, "+999999d", date(4764, 10, 19)),
    (NOON, "+999999w", date.max),
    (NOON, "+999999m", date.max),
]


@pytest.mark.parametrize(("as_of", "value", "expected"), CALENDAR)
def test_a_relative_day_is_counted_in_the_zone_and_clamped(
    as_of: datetime, value: str, expected: date
) -> None:
    """Segments 3.2."""
    assert holds(f"d = {value}", Row({"d": expected}), as_of=as_of, tz="Asia/Seoul")


CHANGES = [
    # Spring in Berlin: 29 March 2026 has 23 hours, and its last is 22:00 UTC.
    ("Europe/Berlin", date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
    ("Europe/Berlin", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
    # São Paulo skipped midnight itself on 4 November 2018.
    ("America/Sao_Paulo", date(2018, 11, 4), datetime(2018, 11, 4, 3, tzinfo=UTC), 23),
]


@pytest.mark.parametrize(("tz", "day", "start", "hours"), CHANGES)
def test_a_day_has_the_hours_it_has(tz: str, day: date, start: datetime, hours: int) -> None:
    """Segments 3.5."""
    end = start + timedelta(hours=hours)
    tick = timedelta(microseconds=1)
    inside = [holds(f"t = {day}", Row({"t": at}), tz=tz)
              for at in (start - tick, start, end - tick, end)]  # fmt: skip
    assert inside == [False, True, True, False]


LOCAL = [
    ("Asia/Seoul", "2026-11-23T21:00:00", datetime(2026, 11, 23, 12, tzinfo=UTC)),
    ("UTC", "2026-11-23T12:00:00.25", datetime(2026, 11, 23, 12, 0, 0, 250_000, tzinfo=UTC)),
    ("America/New_York", "2020-05-30T16:00:00", datetime(2020, 5, 30, 20, tzinfo=UTC)),
    # In Berlin no clock showed 02:30 on 29 March 2026, and two did on 25 October.
    ("Europe/Berlin", "2026-03-29T02:30:00", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
    ("Europe/Berlin", "2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("tz", "written", "moment"), LOCAL)
def test_a_time_without_an_offset_is_one_of_the_zone(
    tz: str, written: str, moment: datetime
) -> None:
    """Segments 3.3."""
    tick = timedelta(microseconds=1)
    assert holds(f"t = {written}", Row({"t": moment}), tz=tz)
    assert holds(f"t < {written}", Row({"t": moment - tick}), tz=tz)
    assert holds(f"t > {written}", Row({"t": moment + tick}), tz=tz)


def test_a_day_no_clock_showed_holds_no_moment() -> None:
    """Segments 3.5."""
    moment = datetime(2011, 12, 30, 10, tzinfo=UTC)  # Samoa went from the 29th to the 31st
    assert not holds("t = 2011-12-30", Row({"t": moment}), tz="Pacific/Apia")
    assert holds("t = 2011-12-31", Row({"t": moment}), tz="Pacific/Apia")


BIRTHDAYS = [
    (date(1990, 11, 23), "= today", True),
    (date(1990, 11, 22), "= today", False),
    (date(1990, 11, 22), "!= today", True),
    (date(1990, 12, 23), "BETWEEN today AND +30d", True),
    (date(1990, 12, 24), "BETWEEN today AND +30d", False),
    (date(1990, 1, 5), "BETWEEN today AND +60d", True),
    (date(1990, 3, 5), "BETWEEN today AND +60d", False),
    (date(1990, 3, 5), "BETWEEN today AND -1d", False),
    (date(1990, 11, 22), "BETWEEN today AND +2y", True),
    (date(2000, 2, 29), "= 2026-02-28", True),
    (date(2000, 2, 29), "= 2026-03-01", False),
    (date(2000, 2, 29), "= 2024-02-28", False),
    (date(2000, 2, 29), "= 2024-02-29", True),
    (date(2000, 2, 29), "= 2100-02-28", True),
    (date(2000, 2, 28), "= 2026-02-28", True),
    (date(1990, 11, 23), "IN (2020-01-01, today)", True),
    (date(9999, 12, 31), "BETWEEN 9999-12-30 AND 9999-12-31", True),
]


@pytest.mark.parametrize(("born", "asked", "expected"), BIRTHDAYS)
def test_an_anniversary_comes_round_every_year(*, born: date, asked: str, expected: bool) -> None:
    """Segments 3.6."""
    assert holds(f"anniversary(d) {asked}", Row({"d": born})) is expected


def test_the_anniversary_of_a_moment_is_that_of_its_day_in_the_zone() -> None:
    """Segments 3.6."""
    row = Row({"t": datetime(2020, 11, 22, 15, tzinfo=UTC)})
    assert holds("anniversary(t) = 2026-11-23", row, tz="Asia/Seoul")
    assert holds("anniversary(t) = 2026-11-22", row)
    assert not holds("anniversary(t) = today", Row({"t": datetime.max.replace(tzinfo=UTC)}),
                     tz="Asia/Seoul")  # fmt: skip


@pytest.mark.parametrize("tz", ["UTC", "Asia/Seoul", "America/New_York"])
def test_the_edges_of_the_calendar_raise_nothing(tz: str) -> None:
    """Segments 3.2, 5.2."""
    edges = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
    for at in edges:
        for query in (
            "t = 0001-01-01",
            "t > 0001-01-01T00:00:00",
            "t < 9999-12-31T23:59:59",
            "t >= 9999-12-31",
            "t < -999999h",
            "t > +999999y",
        ):
            assert holds(query, Row({"t": at}), tz=tz) in {True, False}
    assert holds("t >= 9999-12-31", Row({"t": edges[1]}))
    assert holds("t <= 9999-12-31", Row({"t": edges[1]}))


def test_the_instant_is_aware_within_the_calendar_and_in_a_zone_that_exists() -> None:
    with pytest.raises(InputError):
        holds("n = 1", Row(), as_of=datetime.fromisoformat("2026-01-01T00:00"))
    with pytest.raises(InputError):
        holds("n = 1", Row(), as_of=datetime.max.replace(tzinfo=UTC), tz="Asia/Seoul")
    with pytest.raises(DefinitionError):
        holds("n = 1", Row(), tz="Mars/Olympus")


class Wordy(float):
    """A float that shows itself in more than digits, as those of numpy do."""

    def __repr__(self) -> str:
        return f"Wordy({float(self)})"


class Joker(str):
    """A text that says it is equal to every other."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


class NoTime(datetime):
    """A moment that is none and raises, as NaT of pandas does."""

    def utcoffset(self) -> timedelta | None:
        raise ValueError("no time")


def test_values_of_other_libraries_are_what_they_say_or_missing() -> None:
    """Segments 2.1, 2.2, 2.3."""
    assert not holds("l CONTAINS 'vip'", Row({"l": [Joker("x")]}))
    row = Row({"n": Wordy(0.1), "t": NoTime(2026, 11, 23, tzinfo=UTC)})
    assert holds("n = 0.1", row)
    assert holds("t IS NULL", row)
    silent = tzinfo()  # type: ignore[abstract]
    assert holds("t IS NULL", Row({"t": datetime(2026, 11, 23, tzinfo=silent)}))


def test_a_row_shows_nothing_of_itself() -> None:
    assert "Kim" not in repr(Row({"s": "Kim"}, {"pets": [{"name": "Kim"}]}))
