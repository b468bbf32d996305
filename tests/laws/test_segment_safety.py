"""Rules from users are data: whatever is written, the answer is a rule or a typed error."""

from __future__ import annotations

import ast
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.errors import DefinitionError, InputError, SegmentSyntaxError
from ecrm_core.segmentation import (
    Row,
    Schema,
    Segment,
    check,
    count,
    evaluate,
    expanded,
    parse_query,
    render,
    rule_from_json,
    rule_to_json,
    seg,
)
from ecrm_core.segmentation.tree import And, InSegment, Not, Or, Rule
from tests.broken_queries import QUERIES
from tests.broken_queries import SCHEMA as NAMES
from tests.house import SRC
from tests.profile import size
from tests.segment_trees import RULES, SCHEMA

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(200, 100_000))
Json = Any

# ---------------------------------------------------------------- text

_WORDS = st.sampled_from([
    "AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "CONTAINS", "MATCHES", "NOT_MATCHES",
    "SEGMENT", "IN SEGMENT 'vip'", "today", "true", "count", "sum", "sum_amount", "anniversary",
    "bucket", "date", "orders", "spent", "name", "a.b", "(", ")", ",", ":", "=", "==", "!=", "<>",
    "<", "=>", "'x'", "''", "'", '"', "`a b`", "`", "``", "\\", "-90d", "-9999999d", "30_days_ago",
    "2026-01-31", "2026-02-30", "0000-00-00", "2026-01-31T09:00:00Z", "1", "-0", "1.5", "1e5",
    "9" * 50, "\x00", "\ud800", "\u202e", "\u0345" * 40, "\ufdfa", "강", "é", "\n", "\t", ":since",
    "customer_within_distance", "x(y: 1) = true", "x(y:", "x" * 600,
])  # fmt: skip
_SOUP = st.lists(_WORDS, max_size=40).map(" ".join)
_GLUED = st.lists(_WORDS, max_size=40).map("".join)


@st.composite
def _edited(draw: st.DrawFn) -> str:
    """Draw a query with one piece of it cut out, doubled, or put elsewhere."""
    query = draw(st.sampled_from(QUERIES) | RULES.map(render))
    first, last = sorted(draw(st.tuples(st.integers(0, len(query)), st.integers(0, len(query)))))
    piece = draw(st.sampled_from(["", query[first:last] * 2]) | _WORDS)
    return query[:first] + piece + query[last:]


def _read(text: str) -> Rule | SegmentSyntaxError:
    try:
        return parse_query(text).rule
    except SegmentSyntaxError as error:
        return error


@MANY
@given(st.text(max_size=200) | _SOUP | _GLUED | _edited())
def test_any_text_is_a_rule_or_a_typed_error_with_a_place(text: str) -> None:
    """Segments 6.3."""
    found = _read(text)
    if not isinstance(found, SegmentSyntaxError):
        assert parse_query(render(found)).rule == found
        assert all(d.expected for d in check(found, NAMES) if d.severity == "error")
        return
    assert found.diagnostics
    assert found.show()
    assert len(found.masked) == len(found.source)
    for remark in found.diagnostics:
        assert remark.code
        assert remark.expected
        assert 0 <= remark.start <= remark.end <= len(found.source)


WORST = {
    "brackets": "(" * 4_000 + "a = 1" + ")" * 4_000,
    "brackets 5,000 deep": "(" * 5_000 + "a = 1" + ")" * 5_000,
    "five million brackets": "(" * 5_000_000,
    "denials": "NOT " * 2_000 + "a = 1",
    "matches": "a MATCHES (" * 700,
    "calls": "x(y: " * 1_000,
    "one long line": "a = 1 AND " * 800 + "b = 2",
    "many mistakes": "a == 1 AND " * 700 + "b == 2",
    "commas": ", " * 4_000,
    "quotes": "'" * 8_001,
    "one long name": "x" * 8_000 + " = 1",
    "names": "a " * 4_000,
    "digits": "a = " + "9" * 8_000,
    "dashes": "a = " + "-1" * 4_000,
}


@pytest.mark.parametrize("text", WORST.values(), ids=WORST)
def test_text_at_its_worst_is_answered(text: str) -> None:
    """Segments 6.3: each takes milliseconds; walked again and again it would take minutes."""
    found = _read(text)
    assert str(found) if isinstance(found, SegmentSyntaxError) else found.size > 100


# ---------------------------------------------------------------- JSON

_KEYS = st.sampled_from([
    "segment", "rule", "and", "or", "not", "compare", "in", "contains", "between", "is_null",
    "matches", "in_segment", "where", "having", "op", "value", "values", "low", "high", "negated",
    "field", "count", "sum", "anniversary", "bucket", "salt", "of", "text", "number", "flag", "day",
    "instant", "relative", "unit", "param", "x",
])  # fmt: skip
_ODD = st.sampled_from(
    ["=", "a", "d", "1", "1e999999", "NaN", "2026-01-31", "2026-02-30", "\x00", "\ud800", 10**60]
)
_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5) | _ODD
_JSON: st.SearchStrategy[Json] = st.deferred(
    lambda: _SCALARS | st.lists(_JSON, max_size=3) | st.dictionaries(_KEYS, _JSON, max_size=4)
)


def _places(data: Json) -> list[tuple[Json, Json]]:
    """Return every place of a JSON value: what holds it, and its key or index."""
    keys: list[Json] = []
    if isinstance(data, (dict, list)):
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
    return [(data, key) for key in keys] + [each for key in keys for each in _places(data[key])]


@st.composite
def _spoiled(draw: st.DrawFn) -> Json:
    """Draw the JSON of a rule with one part of it replaced, dropped or added."""
    data: Json = rule_to_json(draw(RULES))
    holder, key = draw(st.sampled_from(_places(data)))
    what = draw(st.sampled_from(["replace", "drop", "add"]))
    if what == "replace":
        holder[key] = draw(_JSON)
    elif what == "drop":
        del holder[key]
    elif isinstance(holder, dict):
        holder[draw(_KEYS)] = draw(_JSON)
    return data


_RULE_OF_JSON = st.fixed_dictionaries({"segment": st.just(1), "rule": _JSON})


@MANY
@given(_JSON | _RULE_OF_JSON | _spoiled())
def test_any_json_is_a_rule_or_a_typed_error(data: Json) -> None:
    """Segments 6.3."""
    try:
        segment = Segment.from_json(data)
    except (DefinitionError, InputError):
        return
    assert Segment.from_json(segment.to_json()) == segment
    check(segment.rule, SCHEMA)


_LEAF: Json = {"is_null": {"field": "b"}}


@pytest.mark.parametrize(
    "deeper",
    [
        lambda held: {"not": held},
        lambda held: {"and": [held, _LEAF]},
        lambda held: {"or": [_LEAF, held]},
        lambda held: {"matches": "orders", "where": held},
        lambda held: {"matches": "orders", "having": held},
    ],
)
def test_json_nested_5000_deep_is_a_typed_error(deeper: Callable[[Json], Json]) -> None:
    """Segments 6.3."""
    data = _LEAF
    for _ in range(5_000):
        data = deeper(data)
    with pytest.raises(DefinitionError):
        rule_from_json({"segment": 1, "rule": data})


# ---------------------------------------------------------------- the builder and shared parts


@pytest.mark.parametrize(
    "deeper",
    [
        lambda held: ~held,
        lambda held: ~(held & (seg.b == 1)),
        lambda held: ~(held | (seg.b == 1)),
        lambda held: seg.orders.where(held).any(),
        lambda held: seg.orders.where(held, count() > 1).none(),
    ],
)
def test_a_builder_nested_5000_deep_is_a_typed_error(deeper: Callable[[Segment], Segment]) -> None:
    """Segments 6.3."""

    def build() -> None:
        held: Segment = seg.a == 1
        for _ in range(5_000):
            held = deeper(held)

    with pytest.raises(DefinitionError) as caught:
        build()
    assert caught.value.code in {"segment_depth", "segment_size"}


def test_a_graph_shared_over_22_levels_is_refused() -> None:
    """Segments 6.3: each level has its part twice, 4 million in all; few are ever looked at."""

    def build() -> None:
        rule: Rule = parse_query("spent > 1").rule
        for _ in range(22):
            rule = And((Not(rule), Or((rule, Not(Not(rule))))))

    with pytest.raises(DefinitionError):
        build()
    data = _LEAF
    for _ in range(22):
        data = {"or": [{"not": data}, {"not": data}]}
    with pytest.raises(DefinitionError):
        rule_from_json({"segment": 1, "rule": data})


def test_segments_that_name_others_over_22_levels_are_refused() -> None:
    """Segments 6.3."""
    rules = {"s0": parse_query("spent > 1").rule}
    for level in range(1, 23):
        named = InSegment(f"s{level - 1}")
        rules[f"s{level}"] = Or((Not(named), Not(Not(named))))
    schema = SCHEMA.with_segments(rules)
    (error,) = check(InSegment("s22"), schema)
    assert error.code in {"segment_size", "segment_depth"}
    with pytest.raises(DefinitionError):
        expanded(InSegment("s22"), schema)
    fits = InSegment("s10")
    assert not check(fits, schema)
    assert evaluate(fits, Row({}), schema=schema, as_of=datetime(2026, 11, 26, tzinfo=UTC))


def test_segments_that_name_each_other_in_a_circle_are_an_error() -> None:
    """Segments 5.2."""
    schema = Schema().with_segments({"a": InSegment("b"), "b": Not(InSegment("a"))})
    (error,) = check(InSegment("a"), schema)
    assert error.code == "segment_cycle"


# ---------------------------------------------------------------- nothing of a rule is run


def _calls() -> list[tuple[str, ast.Call]]:
    folder = SRC / "ecrm_core" / "segmentation"
    return [
        (ast.unparse(node.func), node)
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]


def test_no_pattern_and_no_program_is_made_of_what_a_user_wrote() -> None:
    """Segments 6.3: patterns are constants; a text is never evaluated, unpickled or imported."""
    calls = _calls()
    assert "re.compile" in {name for name, _ in calls}
    for name, call in calls:
        assert name not in {"eval", "__import__", "importlib.import_module", "pickle.loads"}
        if name.startswith("re."):
            assert isinstance(call.args[0], (ast.Constant, ast.Call)), ast.unparse(call)
            variable = [part for part in ast.walk(call.args[0]) if isinstance(part, ast.JoinedStr)]
            assert not variable, ast.unparse(call)
