"""Compiled rules answer as the interpreter does, of odd values too, and their source is ours."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from ecrm_core.errors import DefinitionError, InputError, UnknownName
from ecrm_core.kernel import Money
from ecrm_core.segmentation import (
    FieldType,
    Relation,
    Row,
    Schema,
    SchemaField,
    compile_many,
    compile_record,
    evaluate,
    parse_query,
)
from ecrm_core.segmentation.compile import source_of
from ecrm_core.segmentation.terms import FieldRef, Number
from ecrm_core.segmentation.times import Times
from ecrm_core.segmentation.tree import And, Compare, Op, Or, Rule

TYPES = {
    "n": FieldType.NUMBER, "i": FieldType.INTEGER, "m": FieldType.MONEY, "s": FieldType.TEXT,
    "id": FieldType.ID, "b": FieldType.BOOLEAN, "d": FieldType.DATE, "t": FieldType.INSTANT,
    "l": FieldType.LIST, "u": FieldType.UNKNOWN,
}  # fmt: skip
FIELDS = [SchemaField(name=name, type=kind) for name, kind in TYPES.items()]
SCHEMA = Schema(currency="EUR").add(
    *FIELDS, Relation.of("orders", FIELDS, at="t"), Relation.of("visits", FIELDS, at="d")
)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Word(str):
    """A text that lies about its equality."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


class Later(datetime):
    """Another library's datetime."""


class Nowhere(tzinfo):
    """A zone without an offset: its times are naive."""

    def utcoffset(self, dt: datetime | None) -> None:  # noqa: ARG002 - its shape
        return None

    def tzname(self, dt: datetime | None) -> None:  # noqa: ARG002 - its shape
        return None

    dst = utcoffset


class Unclear:
    """A missing value as pandas has it: nothing can be asked of it."""

    def __eq__(self, other: object) -> bool:
        raise TypeError("neither true nor false")

    __hash__ = None  # type: ignore[assignment]


BERLIN = ZoneInfo("Europe/Berlin")
ODD: Sequence[object] = [
    None, True, False, 0, 5, -5, 10**39, 10**40 - 1, 10**40, -(10**40), 10**60, 10**400, 0.0, -0.0,
    0.1, 5.0, math.nextafter(0.1, 1), math.nextafter(0.1, 0), 1e-25, 5e-324, 1e22, 1e40, 1e41,
    1e300, -1e300, -0.25, math.nan, math.inf, -math.inf, Decimal("0.1"), Decimal("5.00"),
    Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e-45"), Decimal("1e50"),
    Decimal("-0"), "", "5", "vip", "VIP", "é", "e\u0301", "\u212a", "K", "강", "1" * 50,
    Word("vip"), b"vip", date(2026, 11, 23), date(2026, 11, 22), NOON, NOON - timedelta(hours=36),
    NOON.astimezone(BERLIN), NOON.replace(tzinfo=None), NOON.replace(tzinfo=Nowhere()),
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1), Later(2026, 11, 23, tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=9))),
    datetime.max.replace(tzinfo=UTC), Money(5, "EUR"), Money(5, "USD"), Money("0.1", "EUR"), [],
    (), ["vip"], ("a", "vip"), [Word("vip")], [None, 5, "e\u0301"], [[], "vip"], {"vip"},
    [Unclear()], ["x", Unclear(), "vip"], {}, object(), Unclear(),
]  # fmt: skip
CONDITIONS = [
    *(f"{name} {op} {value}" for name in ("n", "i", "m") for op in ("=", "!=", "<", "<=", ">", ">=")
      for value in ("5", "0", "-3")),
    *(f"{name} {op} {value}" for name in ("n", "m") for op in ("=", "!=", "<", "<=", ">", ">=")
      for value in ("0.1", "-0.25", "0.1000000000000000055511151231257827", "4.999")),
    *(f"n {op} {10**39}" for op in ("=", "<", ">=")), "i > 999999999999999999999999999999999999999",
    *(f"{name} {no}IN (5, 0, 7)" for name in ("n", "i", "m") for no in ("", "NOT ")),
    *(f"{name} {no}BETWEEN 0.1 AND 5" for name in ("n", "m") for no in ("", "NOT ")),
    "i BETWEEN 5 AND 0", "i NOT BETWEEN 0 AND 5", "n IN (0.1, 5)",
    *(f"{name} {op} '{value}'" for name in ("s", "id") for op in ("=", "!=")
      for value in ("vip", "e\u0301", "K", "", "5")),
    *(f"s {op} 'b'" for op in ("<", "<=", ">", ">=")), "s BETWEEN 'K' AND 'vip'",
    "s CONTAINS 'i'", "s NOT CONTAINS '\u00e9'", "s CONTAINS ''", "s IN ('vip', 'K', '\u00e9')",
    "s NOT IN ('vip')", "id = 5", "id IN (5, 'vip')", "id != 5",
    "b = true", "b = false", "b != true", "b != false",
    *(f"{name} {op} {value}" for name in ("d", "t") for op in ("=", "!=", "<", "<=", ">", ">=")
      for value in ("today", "-1d", "2026-10-25", "9999-12-31", "0001-01-01")),
    *(f"t {op} {value}" for op in ("=", "!=", "<", "<=", ">", ">=")
      for value in ("-36h", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z")),
    *(f"{name} {no}BETWEEN -1d AND today" for name in ("d", "t") for no in ("", "NOT ")),
    "t IN (today, -36h, -1d)", "t NOT IN (-1d)", "d IN (today, -30d)", "t BETWEEN -36h AND today",
    "l CONTAINS 'vip'", "l NOT CONTAINS 'vip'", "l CONTAINS '\u00e9'",
    "anniversary(d) = today", "anniversary(t) != today", "anniversary(d) BETWEEN -3d AND +3d",
    "anniversary(t) IN (today, -1d)", "bucket('x', id) < 50", "bucket('x', s) != 7",
    *(f"{name} IS {no}NULL" for name in TYPES for no in ("", "NOT ")), "anniversary(d) IS NULL",
    "u = 5", "u != 5", "u CONTAINS 'x'",
]  # fmt: skip


def rule_of(query: str) -> Rule:
    """The rule of a query."""
    return parse_query(query).rule


def differing(query: str, values: Sequence[object]) -> list[object]:
    """The values of which the compiled rule, or its loop, says another thing."""
    rule = rule_of(query)
    rows = [Row(dict.fromkeys(TYPES, value)) for value in values]
    meant = [evaluate(rule, row, schema=SCHEMA, as_of=NOON, tz="Europe/Berlin") for row in rows]
    holds = compile_record(rule, SCHEMA, as_of=NOON, tz="Europe/Berlin")
    loop = compile_many({"a": rule, "b": rule}, SCHEMA, as_of=NOON, tz="Europe/Berlin")(rows)
    told = zip(rows, meant, loop["a"], loop["b"], strict=True)
    return [row.fields["n"] for row, is_, *lists in told if {is_} != {holds(row), *lists}]


@pytest.mark.parametrize("query", CONDITIONS)
def test_a_condition_is_told_of_every_odd_value_as_the_interpreter_tells_it(query: str) -> None:
    assert differing(query, ODD) == []


def test_a_float_stands_for_its_shortest_decimal_on_both_sides_of_every_number() -> None:
    numbers = ["0.1", "0.3", "2.675", "1e-20", "123456789.123456789", "9007199254740993"]
    for text in numbers:
        near = float(text)
        values = [near, math.nextafter(near, 0), math.nextafter(near, 1e300), -near]
        for op in ("=", "!=", "<", "<=", ">", ">="):
            number = Decimal(text)
            for end in (number, number.next_plus(), number.next_minus(), Decimal(near)):
                query = f"n {op} {end:.39f}".rstrip("0").rstrip(".")[:60]
                assert differing(query, values) == []


# ---------------------------------------------------------------- relations

MATCHING = [
    "orders MATCHES ()", "orders NOT MATCHES ()", "orders MATCHES (m > 1)", "visits MATCHES ()",
    "orders MATCHES (count = 0)", "orders MATCHES (count >= 40, sum(m) > 5)",
    "orders MATCHES (sum(m) >= 5.1, min(m) = 0.1, max(m) = 5)", "orders MATCHES (sum(n) < 0)",
    "orders MATCHES (min(t) < today OR max(d) = today)", "orders MATCHES (s = 'vip', count = 2)",
    "visits MATCHES (NOT (n > 1), max(i) IS NULL)",
    "orders NOT MATCHES (n > 1, max(i) IS NOT NULL)",
    "orders MATCHES (l CONTAINS 'vip', sum(i) = 0)", "orders MATCHES (sum(u) = 0, max(u) IS NULL)",
    "orders MATCHES (count IS NULL)", "orders MATCHES (count NOT IN (3, 77), sum(m) != 5)",
    "orders MATCHES (n > 1, count > 2) AND orders MATCHES (n > 1, sum(m) = 5) AND s = 'vip'",
    "orders MATCHES (m > 1) OR visits MATCHES (m > 1) OR NOT orders MATCHES (m > 1)",
]  # fmt: skip


def test_the_largest_number_there_is_equals_itself() -> None:
    for name in ("n", "i"):
        rule = parse_query(f"{name} = {10**40 - 1}").rule
        assert compile_record(rule, SCHEMA, as_of=NOON)(Row({name: 10**40 - 1}))


@pytest.mark.parametrize("query", MATCHING)
def test_rows_of_a_relation_are_told_as_the_interpreter_tells_them(query: str) -> None:
    whole = [dict.fromkeys(TYPES, value) for value in ODD]
    times = [{"t": at, "d": at.date(), "m": Money(5, "EUR"), "n": 2}
             for at in (NOON - timedelta(days=1), NOON, NOON + timedelta(seconds=1))]  # fmt: skip
    several: list[list[dict[str, object]]] = [
        [], whole, times, whole[20:30], times[1:], [{}], [{"t": NOON.astimezone(BERLIN)}],
    ]  # fmt: skip
    rows = [
        Row({"s": "vip"}, {"orders": orders, "visits": orders[:9]})
        for orders in several
    ] + [Row()]  # fmt: skip
    rule = rule_of(query)
    meant = [evaluate(rule, row, schema=SCHEMA, as_of=NOON) for row in rows]
    assert list(map(compile_record(rule, SCHEMA, as_of=NOON), rows)) == meant
    many = compile_many({"a": rule, "not": rule_of(f"NOT ({query})")}, SCHEMA, as_of=NOON)(rows)
    assert many == {"a": meant, "not": [not each for each in meant]}


class Counted(Sequence[Mapping[str, object]]):
    """Rows that count how often they are gone through."""

    def __init__(self) -> None:
        self.times = 0

    def __len__(self) -> int:
        return 2

    def __getitem__(self, at: object) -> Mapping[str, object]:  # type: ignore[override]
        raise AssertionError

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        self.times += 1
        yield from ({"n": 1, "m": Money(9, "EUR")}, {"n": 3})


def test_a_relation_is_gone_through_once_for_all_rules_on_it() -> None:
    rows = Counted()
    rules = {query: rule_of(query) for query in MATCHING if "visits" not in query}
    compile_many(rules, SCHEMA, as_of=NOON)([Row({}, {"orders": rows})])
    assert rows.times == 1


# ---------------------------------------------------------------- the source

OURS = re.compile(r"[a-z]{1,2}\d+(_\d*)?|pass\d+|told|[a-z]|rows?|fields|relations|get|append"
                  r"|currency|amount|tzinfo|isascii")  # fmt: skip


def test_the_source_holds_no_name_and_no_value_of_a_rule() -> None:
    hostile = "__import__('os').system('x')"
    schema = SCHEMA.add(
        SchemaField(name=hostile, type=FieldType.TEXT),
        Relation.of('"); boom(', [SchemaField(name="\n boom", type=FieldType.NUMBER)]),
    )
    query = (
        f"`{hostile}` = '\"\"\"); boom()' AND `{hostile}` NOT IN ('a', 'boom') AND n > 123456 AND "
        '`"); boom(` MATCHES (`\n boom` > 987654, sum(`\n boom`) > 55, count > 66) AND l CONTAINS '
        "'boom' AND t >= -77d AND bucket('boom', id) < 88 AND m BETWEEN 44 AND 45"
    ).replace("bucket('boom', id) < 88 AND ", "")
    rules = [rule_of(query), *map(rule_of, CONDITIONS[:200]), *map(rule_of, MATCHING)]
    source, names = source_of(rules, schema, Times(NOON, "UTC"), many=True)
    assert "boom" not in source
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            assert OURS.fullmatch(node.id) or node.id in names.held, node.id
        if isinstance(node, ast.Attribute):
            assert OURS.fullmatch(node.attr)
        if isinstance(node, ast.Constant):
            assert node.value in [None, 1e-20, 1e22, *range(len(rules))]
    assert names.held["__builtins__"] == {}


def test_what_cannot_be_asked_is_refused_as_the_interpreter_refuses_it() -> None:
    with pytest.raises(InputError):
        compile_record(rule_of("n = 1"), SCHEMA, as_of=NOON.replace(tzinfo=None))
    with pytest.raises(DefinitionError):
        compile_record(rule_of("n = 1"), SCHEMA, as_of=NOON, tz="Mars/Olympus")
    with pytest.raises(DefinitionError):
        compile_record(rule_of("n = :least"), SCHEMA, as_of=NOON)
    with pytest.raises(UnknownName):
        compile_many({"a": rule_of("IN SEGMENT 'nobody'")}, SCHEMA, as_of=NOON)


def test_the_deepest_and_the_widest_rule_are_compiled() -> None:
    deep: Rule = Compare(FieldRef("n"), Op.GT, Number(0))
    for at in range(62):
        other = Compare(FieldRef("n"), Op.GT, Number(at))
        deep = And((deep, other)) if at % 2 else Or((deep, other))
    wide = Or(tuple(Compare(FieldRef("n"), Op.EQ, Number(at)) for at in range(1_500)))
    for rule in (deep, wide):
        holds = compile_record(rule, SCHEMA, as_of=NOON)
        for value in (5, 1_499, 1_500):
            row = Row({"n": value})
            assert holds(row) is evaluate(rule, row, schema=SCHEMA, as_of=NOON)


def test_no_rule_and_no_row_give_nothing() -> None:
    assert compile_many({}, SCHEMA, as_of=NOON)([Row()]) == {}
    assert compile_many({"a": rule_of("n = 1")}, SCHEMA, as_of=NOON)([]) == {"a": []}
