"""Until when time alone cannot change a rule: the very instant, in the shop's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, localcontext

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    evaluate,
    parse_query,
    recheck,
)
from ecrm_core.segmentation.recheck import turns_at

SCHEMA = Schema(currency="EUR").add(
    *(SchemaField(name=name, type=kind) for name, kind in [
        ("n", FieldType.NUMBER), ("d", FieldType.DATE), ("t", FieldType.INSTANT),
        ("l", FieldType.LIST), ("s", FieldType.TEXT),
    ]),
    Relation.of("orders", [
        SchemaField(name="total", type=FieldType.MONEY),
        SchemaField(name="at", type=FieldType.INSTANT),
    ], at="at"),
    Relation.of("visits", [SchemaField(name="on", type=FieldType.DATE)], at="on"),
).with_segments({"recent": parse_query("t >= -30d").rule})  # fmt: skip
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # 21:00 in Seoul, where a day begins at 15:00 UTC
TICK = timedelta(microseconds=1)


def asked(
    query: str, row: Row, *, as_of: datetime = NOON, tz: str = "Asia/Seoul"
) -> tuple[bool, datetime | None]:
    """The value and the instant, proved to be one at which the value does change."""
    rule = parse_query(query).rule
    found = recheck(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)
    assert found.value is evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)
    if found.at is not None:
        for at, value in ((found.at - TICK, found.value), (found.at, not found.value)):
            assert evaluate(rule, row, schema=SCHEMA, as_of=at, tz=tz) is value, at
    return found.value, found.at


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


SEEN = utc(2026, 11, 11, 20)  # 12 November in Seoul
MOMENTS = [
    ("t >= -30d", True, utc(2026, 12, 12, 15)),  # leaves on 13 December, 31 days later
    ("t < -30d", False, utc(2026, 12, 12, 15)),
    ("t > -30d", True, utc(2026, 12, 11, 15)),
    ("t <= -30d", False, utc(2026, 12, 11, 15)),
    ("t = -30d", False, utc(2026, 12, 11, 15)),
    ("t != -30d", True, utc(2026, 12, 11, 15)),
    ("t NOT IN (-30d, -29d)", True, utc(2026, 12, 10, 15)),
    ("t BETWEEN -30d AND -20d", False, utc(2026, 12, 1, 15)),
    ("t BETWEEN -20d AND today", True, utc(2026, 12, 2, 15)),
    ("NOT t >= -30d", False, utc(2026, 12, 12, 15)),
    ("t >= -1m", True, utc(2026, 12, 12, 15)),
    ("t >= -300h", True, SEEN + timedelta(hours=300) + TICK),
    ("t > -300h", True, SEEN + timedelta(hours=300)),
    ("t < -300h", False, SEEN + timedelta(hours=300) + TICK),
    ("t = -300h", False, SEEN + timedelta(hours=300)),
    ("t < -30d OR t >= -300h", True, SEEN + timedelta(hours=300) + TICK),
    ("IN SEGMENT 'recent'", True, utc(2026, 12, 12, 15)),
    ("t >= 2026-11-01", True, None),
    ("t < -5d", True, None),
    ("t > +5d", False, None),
    ("t IS NOT NULL", True, None),
    ("n = 1", False, None),
    ("n != 1 AND l NOT CONTAINS 'x' AND s IS NULL", True, None),
    ("d >= -30d", False, None),
    ("d != today", True, None),
    ("t >= -30d AND n = 1", False, None),
    ("t >= -30d OR n != 1", True, None),
]


@pytest.mark.parametrize(("query", "value", "at"), MOMENTS)
def test_a_condition_knows_when_it_turns(*, query: str, value: bool, at: datetime | None) -> None:
    assert asked(query, Row({"t": SEEN})) == (value, at)


def test_a_false_and_waits_for_the_last_of_its_false_parts() -> None:
    row = Row({"t": SEEN, "d": date(2026, 11, 20)})
    assert asked("t < -30d AND d < -30d", row) == (False, utc(2026, 12, 20, 15))
    assert asked("t >= -30d OR d >= -30d", row) == (True, utc(2026, 12, 20, 15))
    assert asked("t >= -30d AND d >= -30d", row) == (True, utc(2026, 12, 12, 15))


CALENDAR = [
    # The clock of Berlin goes forward on 29 March 2026 and back on 25 October.
    ("Europe/Berlin", utc(2026, 3, 28, 12), "d < today", date(2026, 3, 29), utc(2026, 3, 29, 22)),
    ("Europe/Berlin", utc(2026, 10, 25, 1), "d < today", date(2026, 10, 25), utc(2026, 10, 25, 23)),
    # São Paulo skipped the midnight of 4 November 2018, Samoa the whole of 30 December 2011.
    ("America/Sao_Paulo", utc(2018, 11, 3), "d <= today", date(2018, 11, 4), utc(2018, 11, 4, 3)),
    ("Pacific/Apia", utc(2011, 12, 30), "d < today", date(2011, 12, 30), utc(2011, 12, 30, 10)),
    # At one minute past midnight St John's had eleven in the evening again.
    ("America/St_Johns", utc(2010, 11, 7, 2, 30, 30), "d = today", date(2010, 11, 7),
     utc(2010, 11, 7, 2, 31)),
    ("America/St_Johns", utc(2010, 11, 7, 2, 40), "d = today", date(2010, 11, 7),
     utc(2010, 11, 7, 3, 30)),
    # 28 February - 1m is 28 January, 1 March - 1m is 1 February: all between is passed on that day.
    ("UTC", utc(2026, 2, 1), "d < -1m", date(2026, 1, 31), utc(2026, 3, 1)),
    ("UTC", utc(2026, 2, 1), "d < -1m", date(2026, 1, 28), utc(2026, 3, 1)),
    ("UTC", utc(2026, 2, 1), "d <= -1m", date(2026, 1, 28), utc(2026, 2, 28)),
    ("UTC", utc(2023, 6, 1), "d < -1y", date(2024, 2, 29), utc(2025, 3, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("tz", "as_of", "query", "day", "at"), CALENDAR)
def test_days_begin_when_the_clock_of_the_zone_says_so(
    *, tz: str, as_of: datetime, query: str, day: date, at: datetime
) -> None:
    assert asked(query, Row({"d": day}), as_of=as_of, tz=tz)[1] == at


BIRTHDAYS = [
    (date(1990, 12, 1), "= today", False, utc(2026, 11, 30, 15)),
    (date(1990, 11, 23), "= today", True, utc(2026, 11, 23, 15)),
    (date(1990, 11, 22), "= today", False, utc(2027, 11, 21, 15)),
    (date(1990, 11, 22), "!= today", True, utc(2027, 11, 21, 15)),
    (date(2000, 2, 29), "= today", False, utc(2027, 2, 27, 15)),
    (date(1990, 1, 3), "BETWEEN today AND +30d", False, utc(2026, 12, 3, 15)),
    (date(1990, 12, 3), "BETWEEN today AND +30d", True, utc(2026, 12, 3, 15)),
    (date(1990, 1, 3), "IN (today, +7d)", False, utc(2026, 12, 26, 15)),
    (date(1990, 1, 3), "BETWEEN 2026-12-01 AND +30d", False, utc(2026, 12, 3, 15)),
    (date(1990, 1, 3), "BETWEEN today AND 2027-01-31", True, utc(2027, 1, 3, 15)),
    (date(1990, 1, 3), "BETWEEN today AND 2029-01-01", True, utc(2028, 1, 3, 15)),
    (date(1990, 1, 3), "BETWEEN 2026-01-01 AND 2026-02-01", True, None),
    (None, "= today", False, None),
]


@pytest.mark.parametrize(("born", "query", "value", "at"), BIRTHDAYS)
def test_a_birthday_comes_back_next_year(
    *, born: date | None, query: str, value: bool, at: datetime | None
) -> None:
    assert asked(f"anniversary(d) {query}", Row({"d": born})) == (value, at)


def order(days: float, total: int = 10) -> dict[str, object]:
    return {"at": NOON - timedelta(days=days), "total": Money(Decimal(total), "EUR")}


def passed(days: float) -> datetime:
    """When an order so many days old is 31 days old, at the midnight of Seoul."""
    return (NOON + timedelta(days=31 - days)).replace(hour=15) - timedelta(days=1)


ORDERS = [order(1), order(10), order(20), order(40, 5), order(-2, 100)]
WINDOWS = [
    ("orders MATCHES (at >= -30d, count = 3)", True, NOON + timedelta(days=2)),
    ("orders MATCHES (at >= -30d, count >= 4)", False, NOON + timedelta(days=2)),
    ("orders MATCHES (at >= -30d, total < 50, count >= 2)", True, passed(10)),
    ("orders MATCHES (count = 5)", False, NOON + timedelta(days=2)),
    ("orders MATCHES (count >= 4)", True, None),
    ("orders MATCHES (total > 50)", False, NOON + timedelta(days=2)),
    ("orders MATCHES (sum(total) > 100)", False, NOON + timedelta(days=2)),
    ("orders MATCHES (at >= -30d, total < 50, sum(total) < 15)", False, passed(10)),
    ("orders MATCHES (at >= -30d, total < 50, max(total) = 10)", True, passed(1)),
    ("orders MATCHES (at >= -30d, total < 50, min(total) IS NULL)", False, passed(1)),
    ("orders MATCHES (min(total) = 5)", True, None),
    ("orders MATCHES (max(total) < 50)", True, NOON + timedelta(days=2)),
    ("orders MATCHES (count = 4 AND total > 0)", True, NOON + timedelta(days=2)),
    ("visits MATCHES ()", False, utc(2026, 11, 24, 15)),
    ("visits MATCHES (count = 0)", True, utc(2026, 11, 24, 15)),
]


@pytest.mark.parametrize(("query", "value", "at"), WINDOWS)
def test_rows_come_into_a_window_and_leave_it(
    *, query: str, value: bool, at: datetime | None
) -> None:
    row = Row({}, {"orders": ORDERS, "visits": [{"on": date(2026, 11, 25)}]})
    assert asked(query, row) == (value, at)


EARLY = [
    # The order of the day after tomorrow is in by then; but it could have been out again.
    ("orders MATCHES (at >= -30d)", passed(1)),
    ("orders MATCHES (at >= -30d, count >= 2)", passed(10)),
    ("orders MATCHES (max(at) >= -30d)", passed(1)),
    # No day is both: each is looked at for itself.
    ("orders MATCHES (at BETWEEN -1d AND -2d)", utc(2026, 11, 23, 15)),
]


@pytest.mark.parametrize(("query", "at"), EARLY)
def test_a_recheck_may_come_too_early_but_never_too_late(query: str, at: datetime) -> None:
    """Segments 3.8: rows of a relation may be looked at too early."""
    rule, row = parse_query(query).rule, Row({}, {"orders": ORDERS})
    found = recheck(rule, row, schema=SCHEMA, as_of=NOON, tz="Asia/Seoul")
    assert found.at is not None
    for each in (found.at - TICK, found.at):
        then = evaluate(rule, row, schema=SCHEMA, as_of=each, tz="Asia/Seoul")
        assert then is found.value
    assert found.at == at


def test_sums_are_reckoned_exactly_whatever_context_the_host_has_set() -> None:
    """Segments 3.8, 4.3."""
    orders = [
        {"total": Money("1000000.49", "EUR"), "at": NOON},
        {"total": Money("500", "EUR"), "at": NOON - timedelta(days=400)},
    ]
    with localcontext(prec=4):
        found = asked("orders MATCHES (at >= -2d, sum(total) = 0)", Row({}, {"orders": orders}))
    assert found == (False, NOON + timedelta(days=2, hours=3))


def test_of_a_large_rule_what_comes_is_not_sought_for_ever() -> None:
    day = "t BETWEEN -{}d AND -{}d"
    always = " OR ".join(day.format(n + 1, n) for n in range(100))
    row = Row({"t": NOON})
    small, large = parse_query(always).rule, parse_query(f"{always} OR {always}").rule
    gone = turns_at(small, row, schema=SCHEMA, as_of=NOON)
    assert gone == datetime(2027, 3, 4, tzinfo=UTC)
    assert turns_at(large, row, schema=SCHEMA, as_of=NOON) is None


def test_beyond_the_calendar_nothing_turns() -> None:
    edge = datetime(9999, 12, 30, tzinfo=UTC)
    row = Row({"t": datetime.max.replace(tzinfo=UTC), "d": date.max})
    for query in ("t < today", "d < -1d", "t < -36h", "anniversary(d) = +1y", "t >= -999999d"):
        found = recheck(parse_query(query).rule, row, schema=SCHEMA, as_of=edge)
        assert found.at is None or found.at.year == 9999


def test_an_instant_without_a_zone_and_an_unknown_zone_are_refused() -> None:
    rule = parse_query("n = 1").rule
    with pytest.raises(InputError):
        recheck(rule, Row(), schema=SCHEMA, as_of=NOON.replace(tzinfo=None))
    with pytest.raises(DefinitionError):
        recheck(rule, Row(), schema=SCHEMA, as_of=NOON, tz="Mars/Olympus")
