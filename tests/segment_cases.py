"""Segment cases: queries and customers at the edges, where evaluators differ when one is wrong."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from ecrm_core.kernel import Money
from ecrm_core.segmentation import Row, Segment, parse_query
from ecrm_core.segmentation.terms import Aggregate, Bucket, FieldRef, Function, Number
from ecrm_core.segmentation.tree import Compare, Matches, Not, Op, all_of, any_of
from tests.segment_trees import SCHEMA

AS_OF: Final = datetime(2026, 3, 31, 20, 30, tzinfo=UTC)
"""1 April in Seoul, 31 March in New York."""
ZONES: Final = ("Asia/Seoul", "America/New_York")


def _eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _order(total: str | None, at: str | None, **more: object) -> dict[str, object]:
    values = {
        "total": None if total is None else _eur(total),
        "date": None if at is None else _at(at),
    }
    return {**values, **more}


ROWS: Final = (
    Row(),
    Row({"name": "", "tags": (), "spent": Money(Decimal(500), "KRW"), "active": False}),
    Row(
        {
            "name": "vip",
            "count": 7,
            "spent": _eur("100"),
            "active": True,
            "tags": ("vip", "e\u0301"),
            "born": date(2004, 2, 29),
            "last.seen": _at("2026-03-30T15:00:00+00:00"),  # the start of 31 March in Seoul
            "Größe in cm": 10,
            "orders_count": 3,
        },
        {
            "orders": [
                _order("50", "2026-03-01T00:00:00+00:00", weight=Decimal("1.5"), sku="a"),
                _order("50.01", "2026-02-27T23:59:59.999999+00:00", weight=Decimal(2), sku="B"),
                _order("10", "2026-02-28T00:00:00+00:00", day=date(2026, 2, 28)),
            ],
            "visits": [{"day": date(2026, 4, 1)}],
        },
    ),
    Row(
        {
            "name": "VIP",
            "count": "07",
            "spent": _eur("100.01"),
            "tags": ("VIP",),
            "born": date(1990, 2, 28),
            "last.seen": _at("2026-03-31T14:59:59.999000+00:00"),  # its last moment
            "Größe in cm": Decimal("10.5"),
            "orders_count": 0,
        },
        {
            "orders": [
                _order(None, "2026-03-31T20:30:00+00:00"),  # at the very instant
                _order("500", "2026-03-31T20:30:00.001000+00:00"),  # not seen yet
            ],
            "visits": [{"day": date(2026, 3, 31)}, {}],
        },
    ),
    Row(
        {
            "name": "\u00e9a",
            "count": "x",
            "spent": _eur("99.99"),
            "tags": ("\u00e9",),
            "born": date(1991, 3, 1),
            "last.seen": _at("2026-03-31T15:00:00+00:00"),  # the start of 1 April in Seoul
            "Größe in cm": float("nan"),
        },
        {"orders": [_order("5", None, sku="a"), _order(None, None)]},
    ),
    Row(
        {
            "name": "e\u0301b",
            "spent": _eur("-1"),
            "active": True,
            "born": date(2000, 12, 31),
            "last.seen": _at("2025-03-31T00:00:00+00:00"),
            "Größe in cm": 10.1,
        },
        {"orders": [{"total": Money(Decimal(900), "KRW"), "date": _at("2026-03-01T00:00:00Z")}]},
    ),
    Row({"name": "Zoe", "born": date(2000, 1, 1), "last.seen": _at("2026-03-31T20:30:00Z")}),
    Row({"name": "zoe", "born": date(1980, 4, 1), "tags": ("new", "vip")}, {"orders": []}),
    Row({"name": "a%_b", "born": date(1980, 3, 31)}, {"visits": [{"day": date(2027, 1, 1)}]}),
)
QUERIES: Final = (
    "name = 'vip'", "name != 'vip'", "name < 'a'", "name >= 'Zoe'", "name > 'z'", "name = ''",
    "name IN ('vip', 'VIP')", "name NOT IN ('vip')", "NOT name = 'vip' AND name IS NOT NULL",
    "name CONTAINS ''", "name CONTAINS '\u00e9'", "name CONTAINS '%'", "name NOT CONTAINS 'i'",
    "name BETWEEN 'Z' AND 'v'", "name NOT BETWEEN 'Z' AND 'v'", "name IS NULL",
    "`count` = 7", "`count` = '07'", "`count` NOT IN (7, 'x')", "`count` IS NULL",
    "spent > 100", "spent >= 100", "spent < 100", "spent <= 100.005", "spent = 100", "spent != 100",
    "spent IN (100, 99.99)", "spent BETWEEN 99.99 AND 100", "spent IS NULL", "spent > -0.5",
    "`Größe in cm` > 10.1", "`Größe in cm` <= 10.1", "`Größe in cm` = 10.1",
    "`Größe in cm` != 10.10000000000000000001", "`Größe in cm` IS NULL",
    "`Größe in cm` < 10.10000000000000000001", "`Größe in cm` >= 10.00000000000000000001",
    "orders_count > 2", "orders_count = 0", "orders_count != 3",
    "orders_count <= 1000000000000000000000000000000",
    "active = true", "active != true", "active = false", "NOT active = false",
    "tags CONTAINS 'vip'", "tags NOT CONTAINS 'vip'", "tags CONTAINS '\u00e9'", "tags IS NULL",
    "tags IS NOT NULL", "NOT tags CONTAINS 'VIP'",
    "born = 2004-02-29", "born < 1990-02-28", "born <= today", "born IS NULL",
    "anniversary(born) = 2026-02-28", "anniversary(born) = 2024-02-28",
    "anniversary(born) BETWEEN 2026-12-30 AND 2027-01-02", "anniversary(born) = today",
    "anniversary(born) BETWEEN 2026-02-27 AND 2026-03-01", "anniversary(born) != 2026-02-28",
    "anniversary(born) IN (2026-03-01, 2024-02-29)", "anniversary(born) = -1m",
    "anniversary(`last.seen`) = today", "NOT anniversary(`last.seen`) = today",
    "`last.seen` = 2026-03-31", "`last.seen` < 2026-03-31", "`last.seen` <= 2026-03-31",
    "`last.seen` > 2026-03-31", "`last.seen` >= 2026-04-01", "`last.seen` != 2026-03-31",
    "`last.seen` = yesterday", "`last.seen` >= -36h", "`last.seen` = 2026-03-31T20:30:00Z",
    "`last.seen` IN (2026-03-31, 2025-03-31)", "`last.seen` NOT BETWEEN -1y AND today",
    "`last.seen` <= 2026-03-31T14:59:59.999500Z", "`last.seen` > 2026-03-31T14:59:59.999500Z",
    "orders MATCHES (count >= 1)", "orders MATCHES (count = 0)", "orders MATCHES (count >= 2)",
    "orders MATCHES (count < 2)",
    "orders NOT MATCHES (count < 2)", "NOT orders MATCHES (total > 50)",
    "orders MATCHES (total >= 50)", "orders MATCHES (NOT total > 50)",
    "orders MATCHES (date >= -1m)", "orders MATCHES (date >= -1m, count >= 2)",
    "orders MATCHES (date IS NULL, count = 1)", "orders MATCHES (sku = 'a' OR total > 499)",
    "orders NOT MATCHES (total > 50)",
    "orders MATCHES (NOT sum(total) > 0, count >= 1)",
    "orders MATCHES (sum(total) = 0)", "orders MATCHES (sum(total) > 110)",
    "orders MATCHES (sum(total) != 0)", "orders MATCHES (max(weight) > 1.75)",
    "orders MATCHES (max(weight) != 2)", "orders MATCHES (max(weight) IS NULL)",
    "orders MATCHES (min(date) < -1m)", "orders MATCHES (NOT min(date) < -1m)",
    "orders MATCHES (total > 500)", "orders MATCHES (day IS NULL, count != 2)",
    "visits MATCHES (count > 0)", "visits NOT MATCHES (count > 0)", "visits MATCHES (day = today)",
    "visits MATCHES (count = 2)", "IN SEGMENT 'spenders'", "NOT IN SEGMENT 'not spenders'",
    "name IS NULL OR NOT (spent > 100 AND orders MATCHES (count >= 2))",
)  # fmt: skip
"""Queries of SCHEMA."""
_TENTHS = [
    Compare(Bucket(salt, name), op, Number(50))
    for salt, name, op in [("", "name", Op.LT), ("spring", "count", Op.GE), ("강's", "name", Op.NE)]
]
_ROWS = all_of(
    Compare(Bucket("", "sku"), Op.LT, Number(90)), Compare(FieldRef("total"), Op.GT, Number(1))
)
SEGMENTS: Final = (
    *(Segment.parse(query, SCHEMA) for query in QUERIES),
    *map(Segment, _TENTHS),
    Segment(Not(_TENTHS[0])),
    *(Segment(Matches("orders", _ROWS, negated=negated)) for negated in (False, True)),
    Segment(Matches("orders", _ROWS, Compare(Aggregate(Function.COUNT), Op.NE, Number(1)))),
    Segment(any_of(_TENTHS[1], parse_query("spent > 100").rule)),
    Segment(all_of(Not(_TENTHS[1]), parse_query("name IS NOT NULL").rule)),
)
"""The same, and buckets of fields that are not the customer's id."""
