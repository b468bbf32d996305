"""Laws of segments: two-valued logic, one meaning in every spelling, and nothing raises."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from datetime import datetime
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecrm_core.segmentation import (
    Explanation,
    Row,
    Segment,
    check,
    evaluate,
    expanded,
    explain,
    parse_query,
    render,
    rule_from_json,
    rule_to_json,
    segments_named,
    sentences,
)
from ecrm_core.segmentation.tree import And, Not, Or, Rule, all_of, any_of
from tests.profile import size
from tests.segment_builds import built
from tests.segment_trees import ROWS, RULES, SCHEMA, TIMES, ZONES

pytestmark = pytest.mark.long
MANY = settings(max_examples=size(150, 20_000))


def _is(rule: Rule, row: Row, as_of: datetime, tz: str = "Asia/Seoul") -> bool:
    return evaluate(rule, row, schema=SCHEMA, as_of=as_of, tz=tz)


@MANY
@given(RULES)
def test_a_rule_that_fits_has_no_error(rule: Rule) -> None:
    """Segments 5.2."""
    assert [d for d in check(rule, SCHEMA) if d.severity == "error"] == []


@MANY
@given(RULES)
def test_the_canonical_text_is_the_same_rule(rule: Rule) -> None:
    """Segments 6.1."""
    text = render(rule)
    assert parse_query(text).rule == rule
    assert render(parse_query(text).rule) == text


@MANY
@given(RULES)
def test_the_json_is_the_same_rule_and_the_same_definition(rule: Rule) -> None:
    """Segments 6.1, 6.2."""
    data = json.loads(json.dumps(rule_to_json(rule)))
    assert rule_from_json(data) == rule
    segment = Segment.from_json(data)
    assert (segment.rule, segment.id) == (rule, Segment(rule).id)


@MANY
@given(RULES, ROWS, TIMES, st.sampled_from(ZONES))
def test_nothing_raises_and_not_is_the_complement(
    rule: Rule, row: Row, as_of: datetime, tz: str
) -> None:
    """Segments 1.1, 1.3, 5.2."""
    value = _is(rule, row, as_of, tz)
    assert value in {True, False}
    assert _is(Not(rule), row, as_of, tz) is not value
    assert _is(Not(Not(rule)), row, as_of, tz) is value


@MANY
@given(RULES, ROWS, TIMES)
def test_with_the_segments_it_names_put_in_it_is_the_same_rule(
    rule: Rule, row: Row, as_of: datetime
) -> None:
    """Segments 5.1."""
    whole = expanded(rule, SCHEMA)
    assert not segments_named(whole)
    assert _is(whole, row, as_of) is _is(rule, row, as_of)


@MANY
@given(RULES, RULES, ROWS, TIMES)
def test_de_morgan(a: Rule, b: Rule, row: Row, as_of: datetime) -> None:
    """Segments 1.4."""
    assert _is(Not(all_of(a, b)), row, as_of) is _is(any_of(Not(a), Not(b)), row, as_of)
    assert _is(Not(any_of(a, b)), row, as_of) is _is(all_of(Not(a), Not(b)), row, as_of)


@MANY
@given(RULES, RULES, ROWS, TIMES)
def test_widening_keeps_members_and_narrowing_adds_none(
    a: Rule, b: Rule, row: Row, as_of: datetime
) -> None:
    """Segments 1.5."""
    one, wider, narrower = (_is(rule, row, as_of) for rule in (a, any_of(a, b), all_of(a, b)))
    assert one <= wider
    assert narrower <= one


@settings(max_examples=size(40, 2_000))
@given(RULES, st.lists(ROWS, max_size=8), TIMES)
def test_the_members_and_those_of_the_complement_are_all(
    rule: Rule, rows: list[Row], as_of: datetime
) -> None:
    """Segments 1.3."""
    inside = [_is(rule, row, as_of) for row in rows]
    outside = [_is(Not(rule), row, as_of) for row in rows]
    assert sum(inside) + sum(outside) == len(rows)


@MANY
@given(RULES, ROWS, TIMES)
def test_an_explanation_has_the_value_of_the_rule_in_every_node(
    rule: Rule, row: Row, as_of: datetime
) -> None:
    """Segments 1.1, 1.4."""
    found = explain(rule, row, schema=SCHEMA, as_of=as_of, tz="Asia/Seoul")
    assert found.value is _is(rule, row, as_of)
    assert len(sentences(found)) == len(found.decisive) > 0
    for node in _nodes(found):
        if isinstance(node.rule, (And, Or, Not)):
            values = [part.value for part in node.parts]
            junction = all(values) if isinstance(node.rule, And) else any(values)
            assert node.value is (not values[0] if isinstance(node.rule, Not) else junction)


def _nodes(node: Explanation) -> list[Explanation]:
    return [node, *(inner for part in node.parts for inner in _nodes(part))]


# ---------------------------------------------------------------- why and why not

_SMALL = st.recursive(
    st.booleans(),
    lambda inner: (
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3))
        | st.tuples(st.just("not"), st.lists(inner, min_size=1, max_size=1))
    ),
    max_leaves=7,
)


def _explanation(shape: object) -> Explanation:
    rule = mock.sentinel.rule
    if isinstance(shape, bool):
        return Explanation(rule=rule, value=shape)
    assert isinstance(shape, tuple)
    word, inner = shape
    parts = tuple(_explanation(each) for each in inner)
    values = [part.value for part in parts]
    kind = {"and": And, "or": Or, "not": Not}[word]
    value = {"and": all(values), "or": any(values), "not": not values[0]}[word]
    return Explanation(rule=object.__new__(kind), value=value, parts=parts)


def _value(node: Explanation, forced: Mapping[int, bool]) -> bool:
    if not node.parts:
        return forced.get(id(node), node.value)
    values = [_value(part, forced) for part in node.parts]
    if isinstance(node.rule, Not):
        return not values[0]
    return all(values) if isinstance(node.rule, And) else any(values)


@MANY
@given(_SMALL)
def test_why_not_is_the_smallest_set_that_would_have_to_change(shape: object) -> None:
    node = _explanation(shape)
    leaves = [each for each in _nodes(node) if not each.parts]
    decisive = [each.at for each in node.decisive]
    if node.value:
        _assert_suffices(node, leaves, decisive)
        return
    assert _value(node, {id(each): not each.value for each in decisive})
    for fewer in itertools.combinations(leaves, len(decisive) - 1):
        assert not _value(node, {id(each): not each.value for each in fewer})


def _assert_suffices(
    node: Explanation, leaves: list[Explanation], decisive: list[Explanation]
) -> None:
    """Whatever the others are, these alone keep her in; and no smaller set does."""
    assert _holds_anyway(node, leaves, decisive)
    for fewer in itertools.combinations(leaves, len(decisive) - 1):
        assert not _holds_anyway(node, leaves, list(fewer))


def _holds_anyway(node: Explanation, leaves: list[Explanation], kept: list[Explanation]) -> bool:
    others = [each for each in leaves if not any(each is one for one in kept)]
    return all(
        _value(node, {id(each): value for each, value in zip(others, values, strict=True)})
        for values in itertools.product([True, False], repeat=len(others))
    )


# ---------------------------------------------------------------- the builder


@MANY
@given(RULES)
def test_every_rule_can_be_spelled_in_python(rule: Rule) -> None:
    """Segments 6.1."""
    assert built(rule) == Segment(rule)
