"""The tree: one spelling, bounds from birth, and JSON that refuses what it does not know."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, InputError
from ecrm_core.segmentation import (
    Segment,
    definition_id,
    parse_query,
    render,
    rule_from_json,
    rule_to_json,
)
from ecrm_core.segmentation.terms import (
    Aggregate,
    Day,
    FieldRef,
    Flag,
    Function,
    LocalTime,
    Number,
    Relative,
    Text,
    Unit,
)
from ecrm_core.segmentation.tree import (
    And,
    Compare,
    In,
    IsNull,
    Matches,
    Not,
    Op,
    Or,
    Rule,
    all_of,
    any_of,
)  # fmt: skip

A: Rule = Compare(FieldRef("a"), Op.EQ, Number(1))
B: Rule = Compare(FieldRef("b"), Op.EQ, Number(2))


def nested(depth: int) -> Rule:
    rule = A
    for _ in range(depth - 1):
        rule = Not(rule)
    return rule


def shared(levels: int) -> Rule:
    rule = A
    for _ in range(levels):
        rule = all_of(Not(rule), Not(Not(rule)))
    return rule


def test_places_are_no_part_of_a_rule() -> None:
    """Segments 6.2."""
    one, other = parse_query("a = 1 AND b = 2").rule, parse_query("(a=1)  AND (b=2)").rule
    assert one == other == all_of(A, B)
    assert hash(one) == hash(other)
    assert one.span != other.span


@pytest.mark.parametrize(
    "build",
    [
        lambda: And((A,)),
        lambda: Or(()),
        lambda: And((A, And((A, B)))),
        lambda: Or((A, Or((A, B)))),
        lambda: And((A, "b")),  # type: ignore[arg-type]
        lambda: Not(None),  # type: ignore[arg-type]
        lambda: In(FieldRef("a"), ()),
        lambda: FieldRef(" "),
        lambda: Aggregate(Function.SUM),
        lambda: Aggregate(Function.COUNT, "a"),
        lambda: Relative(1_000_000, Unit.DAY),
        lambda: Day(datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: LocalTime(datetime(2026, 1, 1, tzinfo=UTC)),
        lambda: LocalTime(date(2026, 1, 1)),  # type: ignore[arg-type]
        lambda: nested(65),
        lambda: In(FieldRef("a"), (Number(1),) * 10_000),
        lambda: Flag("True or 1"),  # type: ignore[arg-type]
        lambda: IsNull(FieldRef("a"), negated="not"),  # type: ignore[arg-type]
        lambda: Matches("orders", negated=1),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_rule_or_beyond_the_bounds_cannot_be_made(build: Callable[[], object]) -> None:
    with pytest.raises(DefinitionError):
        build()


def test_junctions_have_one_spelling() -> None:
    assert all_of(A, all_of(B, A)) == And((A, B, A))
    assert any_of(any_of(A, B), A) == Or((A, B, A))
    assert all_of(A) == A


def test_a_graph_of_shared_parts_is_refused_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        shared(22)
    assert caught.value.code in {"segment_size", "segment_depth"}


# ---------------------------------------------------------------- JSON

QUERIES = [
    "a = 1 AND NOT (b = 'x' OR c IS NOT NULL) AND d NOT IN (true, 2026-01-31, -3m)",
    "orders MATCHES (total > 10.5, count >= 3) OR anniversary(born) NOT BETWEEN today AND +30d",
    "orders NOT MATCHES () AND t > -36h AND t < 2026-01-31T00:00:00Z AND l NOT CONTAINS 'x'",
    "orders MATCHES (sum(total) > 5 OR max(total) IS NULL)",
    "t > 2026-01-31T09:00:00 AND t < :until AND IN SEGMENT 'vip' AND bucket('x') < 10",
]


@pytest.mark.parametrize("query", QUERIES)
def test_json_and_text_are_the_same_rule(query: str) -> None:
    segment = Segment.parse(query)
    again = Segment.from_json(json.loads(json.dumps(segment.to_json())))
    assert (again, again.id, str(again)) == (segment, segment.id, str(segment))
    assert len({Segment.parse(q).id for q in QUERIES}) == len(QUERIES)


def test_the_json_is_tagged_versioned_and_exact() -> None:
    assert rule_to_json(
        parse_query("a NOT IN (1.50, 'x') AND orders MATCHES (count > 2)").rule
    ) == {
        "segment": 1,
        "rule": {
            "and": [
                {
                    "in": {"field": "a"},
                    "values": [{"number": "1.5"}, {"text": "x"}],
                    "negated": True,
                },
                {
                    "matches": "orders",
                    "having": {"compare": {"count": None}, "op": ">", "value": {"number": "2"}},
                },
            ]
        },
    }


def test_the_id_of_a_definition_stays_for_ever() -> None:
    """Segments 6.2."""
    rule = parse_query("amount_spent > 100 AND customer_tags NOT CONTAINS 'vip'").rule
    assert definition_id(rule) == "seg_f0d66c53a34e5896393aaa34dd77c616"


GOOD: dict[str, Any] = {"compare": {"field": "a"}, "op": "=", "value": {"number": "1"}}
BAD: list[tuple[Any, str]] = [
    ([], "$"),
    ({}, "$"),
    ({"rule": GOOD}, "$"),
    ({"segment": 2, "rule": GOOD}, "$.segment"),
    ({"segment": True, "rule": GOOD}, "$.segment"),
    ({"segment": 1, "rule": GOOD, "note": 1}, "$"),
    ({"segment": 1, "rule": None}, "$.rule"),
    ({"segment": 1, "rule": {"xor": [GOOD, GOOD]}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "extra": 1}}, "$.rule.compare"),
    ({"segment": 1, "rule": {"and": GOOD}}, "$.rule.and"),
    ({"segment": 1, "rule": {"and": [GOOD]}}, "$.rule"),
    ({"segment": 1, "rule": {"and": [GOOD, {"and": [GOOD, GOOD]}]}}, "$.rule"),
    ({"segment": 1, "rule": {"or": [GOOD, {"not": {**GOOD, "op": "~"}}]}}, "$.rule.or[1].not"),
    ({"segment": 1, "rule": {**GOOD, "value": {"number": 1}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"number": "NaN"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"text": None}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"text": "a\x00"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"flag": "yes"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"day": "1.2.2026"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"local": "2026-01-31T09:00:00Z"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"local": "2026-01-31"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"local": 5}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"relative": "3", "unit": "d"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"relative": 3, "unit": "q"}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"relative": 3}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "value": {"number": "1", "text": "1"}}}, "$.rule.compare"),
    ({"segment": 1, "rule": {**GOOD, "compare": {"field": 1}}}, "$.rule"),
    ({"segment": 1, "rule": {**GOOD, "compare": "a"}}, "$.rule.compare"),
    ({"segment": 1, "rule": {"is_null": {"field": "a"}, "negated": False}}, "$.rule.is_null"),
    ({"segment": 1, "rule": {"in": {"field": "a"}, "values": []}}, "$.rule"),
    ({"segment": 1, "rule": {"matches": "orders", "where": {}}}, "$.rule.matches.where"),
]


@pytest.mark.parametrize(("data", "path"), BAD, ids=range(len(BAD)))
def test_json_that_is_no_rule_is_refused_at_its_path(data: dict[str, Any], path: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        rule_from_json(data)
    assert caught.value.code == "segment_json"
    assert str(caught.value.facts["path"]).startswith(path)


SAID: list[tuple[Any, str]] = [
    ({**GOOD, "op": "~"}, "$.rule: found no such operator, expected one of =, !=, <, <=, >, >="),
    ({**GOOD, "op": ["="]}, "$.rule: found no such operator, expected one of =, !=, <, <=, >, >="),
    ({**GOOD, "value": {"relative": 3, "unit": "q"}},
     "$.rule: found no such unit, expected one of h, d, w, m, y"),
    ({**GOOD, "value": {"number": 1}}, "$.rule: found int, expected str"),
    ({**GOOD, "value": {"number": "x"}},
     "$.rule: found text of 1 characters, expected a decimal number"),
    ({**GOOD, "compare": {"bucket": {"salt": "s"}}},
     "$.rule.compare.bucket: found other keys than expected: of, salt"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "message"), SAID, ids=range(len(SAID)))
def test_the_refusal_of_json_says_where_and_what_was_expected(
    data: dict[str, Any], message: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        rule_from_json({"segment": 1, "rule": data})
    assert caught.value.message == message


class Counted(dict[str, Any]):
    """An object that counts how often its parts are looked up."""

    lookups = 0

    def __getitem__(self, key: str) -> object:
        Counted.lookups += 1
        return super().__getitem__(key)


def test_a_graph_of_shared_objects_is_read_once_an_object() -> None:
    Counted.lookups = 0
    data = Counted(GOOD)
    for _ in range(10):
        data = Counted({"not": Counted({"and": [data, Counted({"not": data})]})})
    rule = rule_from_json({"segment": 1, "rule": data})
    assert rule.size > 3_000
    assert Counted.lookups < 100


def test_a_time_said_twice_by_the_clock_is_the_first() -> None:
    twice = datetime(2026, 10, 25, 2, 30, fold=1)  # noqa: DTZ001 - a time of the shop's zone
    assert LocalTime(twice).value.fold == 0


def test_json_nested_without_end_is_refused() -> None:
    data: dict[str, Any] = GOOD
    for _ in range(20_000):
        data = {"not": data}
    with pytest.raises(DefinitionError):
        rule_from_json({"segment": 1, "rule": data})


def test_a_rule_too_long_for_a_query_travels_as_json() -> None:
    rule = In(FieldRef("a"), tuple(Text(f"value {n}") for n in range(2_000)))
    segment = Segment.from_json(Segment(rule).to_json())
    assert segment.rule == rule
    assert str(segment) == render(rule)


def test_a_text_beyond_the_gates_is_refused_as_input() -> None:
    with pytest.raises(InputError):
        Text("x" * 8_193)
    assert Matches("orders").depth == 1
