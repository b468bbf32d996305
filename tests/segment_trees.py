"""Random segments: a schema of every type, rules that fit it, rows with gaps, extremes and NaN."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from ecrm_core.kernel import Money
from ecrm_core.segmentation import FieldType, Relation, Row, Schema, SchemaField, parse_query
from ecrm_core.segmentation.terms import (
    Aggregate,
    Anniversary,
    Bucket,
    Day,
    FieldRef,
    Flag,
    Function,
    Instant,
    LocalTime,
    Number,
    Operand,
    Relative,
    Text,
    Unit,
    Value,
)
from ecrm_core.segmentation.tree import (
    Between,
    Compare,
    Contains,
    In,
    InSegment,
    IsNull,
    Matches,
    Not,
    Op,
    Rule,
    all_of,
    any_of,
)

ZONES = ["UTC", "Asia/Seoul", "America/New_York", "Pacific/Apia", "America/Sao_Paulo"]
_TYPES = {
    "name": FieldType.TEXT,
    "Größe in cm": FieldType.NUMBER,
    "orders_count": FieldType.INTEGER,
    "count": FieldType.ID,
    "spent": FieldType.MONEY,
    "active": FieldType.BOOLEAN,
    "born": FieldType.DATE,
    "last.seen": FieldType.INSTANT,
    "tags": FieldType.LIST,
}
_ROW_TYPES = {
    "total": FieldType.MONEY,
    "weight": FieldType.NUMBER,
    "date": FieldType.INSTANT,
    "day": FieldType.DATE,
    "sku": FieldType.TEXT,
}


def _fields(types: dict[str, FieldType]) -> list[SchemaField]:
    return [SchemaField(name=name, type=kind) for name, kind in types.items()]


SCHEMA = Schema(currency="EUR").add(
    *_fields(_TYPES),
    Relation.of("orders", _fields(_ROW_TYPES), at="date"),
    Relation.of("visits", _fields({"day": FieldType.DATE}), at="day"),
)

SCHEMA = SCHEMA.with_segments({
    "spenders": parse_query("spent > 1 AND orders MATCHES (total > 0)").rule,
    "not spenders": parse_query("NOT IN SEGMENT 'spenders'").rule,
    "o'rule": parse_query("name IS NULL OR active = true").rule,
})  # fmt: skip

# ---------------------------------------------------------------- values of a query

_TEXTS = st.sampled_from(
    ["", "vip", "VIP", "é", "e\u0301", "it's", "a\\b", "`", "x\ny", "강", "12"]
)
_NUMBERS = st.one_of(
    st.integers(-3, 3).map(Decimal),
    st.decimals(-1_000, 1_000, places=2),
    st.sampled_from([Decimal("1e39"), Decimal("-1e-39"), Decimal("0.10"), Decimal("-0")]),
)
_DAYS = st.one_of(
    st.dates(date(2026, 10, 20), date(2026, 12, 31)),
    st.sampled_from([date.min, date.max, date(2024, 2, 29), date(2011, 12, 30)]),
)
_FROM, _TO = datetime.fromisoformat("2026-10-24"), datetime.fromisoformat("2026-12-01")
_INSTANTS = st.one_of(
    st.datetimes(_FROM, _TO, timezones=st.just(UTC)),
    st.sampled_from([datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]),
)
_LOCALS = st.builds(
    LocalTime,
    st.datetimes(_FROM, _TO)
    | st.sampled_from([
        datetime.fromisoformat("0001-01-01T00:00:00"),
        datetime.fromisoformat("9999-12-31T23:59:59.999999"),
        datetime.fromisoformat("2026-03-08T02:30:00"),  # no clock of New York shows it
        datetime.fromisoformat("2026-11-01T01:30:00"),  # and this one twice
        datetime.fromisoformat("2011-12-30T12:00:00"),  # Samoa had no such day
    ]),
)  # fmt: skip
_UNITS = st.sampled_from([unit for unit in Unit if unit is not Unit.HOUR])
_RELATIVE_DAYS = st.builds(Relative, st.integers(-40, 3) | st.just(-999_999), _UNITS)
_RELATIVE_HOURS = st.builds(Relative, st.integers(-60, 3) | st.just(999_999), st.just(Unit.HOUR))
_DAY_VALUES: st.SearchStrategy[Value] = st.builds(Day, _DAYS) | _RELATIVE_DAYS
_VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.TEXT: st.builds(Text, _TEXTS),
    FieldType.ID: st.builds(Text, _TEXTS) | st.builds(Number, st.integers(0, 12)),
    FieldType.INTEGER: st.builds(Number, st.integers(-3, 3)),
    FieldType.NUMBER: st.builds(Number, _NUMBERS),
    FieldType.MONEY: st.builds(Number, _NUMBERS),
    FieldType.BOOLEAN: st.builds(Flag, st.booleans()),
    FieldType.DATE: _DAY_VALUES,
    FieldType.INSTANT: _DAY_VALUES | _RELATIVE_HOURS | st.builds(Instant, _INSTANTS) | _LOCALS,
    FieldType.LIST: st.builds(Text, _TEXTS),
}

# ---------------------------------------------------------------- conditions

_EQUALITY = [Op.EQ, Op.NE]


def _leaf(left: Operand, kind: FieldType) -> st.SearchStrategy[Rule]:
    values, negated = _VALUES[kind], st.booleans()
    ordered = kind not in {FieldType.ID, FieldType.BOOLEAN}
    held = st.just(left)
    null = st.builds(IsNull, held, negated=negated)
    if kind is FieldType.LIST:
        return null | st.builds(Contains, held, values, negated=negated)
    ops = st.sampled_from(list(Op) if ordered else _EQUALITY)
    found: list[st.SearchStrategy[Rule]] = [null, st.builds(Compare, held, ops, values)]
    if kind is not FieldType.BOOLEAN:
        some = st.lists(values, min_size=1, max_size=3).map(tuple)
        found.append(st.builds(In, held, some, negated=negated))
    if ordered:
        found.append(st.builds(Between, held, values, values, negated=negated))
    if kind is FieldType.TEXT:
        found.append(st.builds(Contains, held, values, negated=negated))
    return st.one_of(found)


def _anniversary(name: str) -> st.SearchStrategy[Rule]:
    left = st.just(Anniversary(name))
    return st.builds(Between, left, _DAY_VALUES, _DAY_VALUES, negated=st.booleans()) | st.builds(
        Compare, left, st.sampled_from(_EQUALITY), _DAY_VALUES
    )


def _leaves(types: dict[str, FieldType]) -> st.SearchStrategy[Rule]:
    return st.one_of([_leaf(FieldRef(name), kind) for name, kind in types.items()])


def _trees(leaves: st.SearchStrategy[Rule], most: int) -> st.SearchStrategy[Rule]:
    def deeper(inner: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
        some = st.lists(inner, min_size=2, max_size=3)
        return (
            some.map(lambda items: all_of(*items))
            | some.map(lambda items: any_of(*items))
            | inner.map(Not)
        )

    return st.recursive(leaves, deeper, max_leaves=most)


_AGGREGATES = st.one_of(
    _leaf(Aggregate(Function.COUNT), FieldType.INTEGER),
    _leaf(Aggregate(Function.SUM, "total"), FieldType.MONEY),
    _leaf(Aggregate(Function.MAX, "weight"), FieldType.NUMBER),
    _leaf(Aggregate(Function.MIN, "date"), FieldType.INSTANT),
)
_MATCHES = st.builds(
    Matches,
    st.just("orders"),
    st.none() | _trees(_leaves(_ROW_TYPES), 3),
    st.none() | _trees(_AGGREGATES, 3),
    negated=st.booleans(),
) | st.builds(Matches, st.just("visits"), negated=st.booleans())
_SALTS = st.sampled_from(["", "spring", "강's"])
_BUCKETS = st.builds(Bucket, _SALTS, st.sampled_from(["count", "name"])).flatmap(
    lambda bucket: _leaf(bucket, FieldType.INTEGER)
)
_NAMED = st.builds(InSegment, st.sampled_from(list(SCHEMA.segments)))
LEAVES = st.one_of(
    _BUCKETS, _NAMED, _leaves(_TYPES), _anniversary("born"), _anniversary("last.seen"), _MATCHES
)
RULES = _trees(LEAVES, 8)
"""Rules that pass the checker under SCHEMA."""

# ---------------------------------------------------------------- rows

_ODD = st.sampled_from([None, float("nan"), float("inf"), Decimal("NaN"), object(), 10**50, b"x"])
_MONEY = st.builds(Money, _NUMBERS, st.sampled_from(["EUR", "EUR", "KRW"]))
_STATED: dict[FieldType, st.SearchStrategy[object]] = {
    FieldType.TEXT: _TEXTS,
    FieldType.ID: _TEXTS | st.integers(0, 12),
    FieldType.INTEGER: st.integers(-3, 3),
    FieldType.NUMBER: _NUMBERS | st.floats(-3, 3) | st.integers(-3, 3),
    FieldType.MONEY: _MONEY,
    FieldType.BOOLEAN: st.booleans(),
    FieldType.DATE: _DAYS,
    FieldType.INSTANT: _INSTANTS,
    FieldType.LIST: st.lists(_TEXTS, max_size=3),
}


def _mapping(types: dict[str, FieldType]) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries(
        {}, optional={name: _STATED[kind] | _ODD for name, kind in types.items()}
    )


ROWS = st.builds(
    Row,
    _mapping(_TYPES),
    st.fixed_dictionaries(
        {},
        optional={
            "orders": st.lists(_mapping(_ROW_TYPES), max_size=4),
            "visits": st.lists(_mapping({"day": FieldType.DATE}), max_size=2),
        },
    ),
)
"""Rows of SCHEMA: values of the right type, of a wrong one, or none."""
TIMES = st.one_of(
    st.datetimes(_FROM, _TO, timezones=st.just(UTC)),
    st.sampled_from(
        [
            datetime(1, 1, 3, tzinfo=UTC),
            datetime(9999, 12, 29, tzinfo=UTC),
            datetime(2026, 3, 31, 23, 59, tzinfo=UTC) + timedelta(days=333),
        ]
    ),
)
