"""The query language: what parses to what, and what a mistake is called and where it stands."""

from __future__ import annotations

import pytest

from ecrm_core.errors import DefinitionError, SegmentSyntaxError
from ecrm_core.segmentation import (
    FieldType,
    Schema,
    SchemaField,
    Segment,
    parse_query,
    render,
)

CANONICAL = [
    "amount_spent > 100 AND NOT customer_tags CONTAINS 'vip'",
    "a = 1 OR b = 2 AND c = 3",
    "(a = 1 OR b = 2) AND c = 3",
    "NOT (a = 1 AND b = 2) OR NOT c = 3",
    "NOT NOT a = 1",
    "orders MATCHES (date >= -90d, total > 100, count >= 3)",
    "orders MATCHES (total > 100 OR total < 5, NOT channel = 'web', sum(total) > 500 OR count = 1)",
    "products_purchased NOT MATCHES ()",
    "a IN (1, 2.5, -3)",
    "a NOT IN ('x', 'y')",
    "a BETWEEN 2021-01-01 AND today",
    "a NOT BETWEEN -1y AND +30d",
    "a IS NULL AND b IS NOT NULL",
    "a = true AND b != false",
    "a >= -36h AND b < 2026-01-31T00:00:00.000000Z",
    "a >= 2026-01-31T09:00:00 AND a < 2026-01-31T09:00:00.500000",
    "anniversary(metafields.facts.birth_date) BETWEEN today AND +30d",
    "`Total Spent` > 1 AND `in` = 2 AND `a``b` = 3 AND 이름 = '강'",
    r"a = 'it\'s' OR a = 'back\\slash'",
    "a = 'two\nlines'",
]


@pytest.mark.parametrize("query", CANONICAL)
def test_canonical_text_stays_as_it_is(query: str) -> None:
    assert render(parse_query(query).rule) == query


SPELLINGS = [
    ("a=1 and not b in(1,2)", "a = 1 AND NOT b IN (1, 2)"),
    ("((a = 1)) AND (b = 2 AND c = 3)", "a = 1 AND b = 2 AND c = 3"),
    ('a = "double \\" quote"', "a = 'double \" quote'"),
    ("a <> 1", "a != 1"),
    ("a = 10.50", "a = 10.5"),
    ("a = -0", "a = 0"),
    ("a = 100", "a = 100"),
    ("a = 30d", "a = +30d"),
    ("a = 0d", "a = today"),
    ("a = yesterday", "a = -1d"),
    ("a = -2W", "a = -2w"),
    ("a < 2026-01-31T09:00:00+09:00", "a < 2026-01-31T00:00:00.000000Z"),
    ("orders MATCHES (count >= 3, total > 100)", "orders MATCHES (total > 100, count >= 3)"),
    ("orders MATCHES (total > 1 AND count >= 3)", "orders MATCHES (total > 1, count >= 3)"),
    ("orders MATCHES (count() >= 3)", "orders MATCHES (count >= 3)"),
    ("a < 2026-01-31T09:00", "a < 2026-01-31T09:00:00"),
    ("a = 'e\u0301'", "a = '\u00e9'"),
    ("count > 2", "`count` > 2"),
]


@pytest.mark.parametrize(("written", "canonical"), SPELLINGS)
def test_every_spelling_has_one_canonical_text(written: str, canonical: str) -> None:
    """Segments 6.1, 6.2."""
    segment = Segment.parse(written)
    assert str(segment) == canonical
    assert segment.id == Segment.parse(canonical).id
    assert segment.diagnostics == ()


DEPRECATED = [
    ("products_purchased(quantity: 5) = true", "products_purchased MATCHES (quantity = 5)"),
    ("products_purchased() = false", "products_purchased NOT MATCHES ()"),
    (
        "products_purchased(tag: 'x', since: -12m, count_at_least: 3) = TRUE AND a = 1",
        "products_purchased MATCHES (tag = 'x', date >= -12m, count >= 3) AND a = 1",
    ),
    ("a > 30_days_ago", "a > -30d"),
    ("a > 12_months_ago", "a > -12m"),
    ("anniversary(date: 'born') = today", "anniversary(born) = today"),
]


@pytest.mark.parametrize(("written", "canonical"), DEPRECATED)
def test_older_spellings_are_read_said_and_rewritten(written: str, canonical: str) -> None:
    segment = Segment.parse(written)
    assert str(segment) == canonical
    assert [d.severity for d in segment.diagnostics] == ["deprecated"]


MISTAKES = [
    ("", "condition_expected", 1),
    ("   ", "condition_expected", 4),
    ("a", "operator_expected", 2),
    ("a == 1", "operator_expected", 3),
    ("a NOT = 1", "operator_expected", 7),
    ("a =", "value_expected", 4),
    ("a = AND b = 1", "value_expected", 5),
    ("a = null", "null_value", 5),
    ("a = example.com", "unquoted_text", 5),
    ("a = 'open", "value_expected", 5),
    ("a = 'b\\n'", "bad_escape", 5),
    ("a = 2026-02-30", "no_such_day", 5),
    ("a = 2026-02-28T24:00:00", "not_instant", 5),
    ("a = 2026-02-28T10:00:00+25:00", "not_instant", 5),
    ("a = -1234567d", "too_large", 5),
    ("a = " + "9" * 41, "too_large", 5),
    ("a = 1 b = 2", "unexpected", 7),
    ("a = 1)", "unexpected", 6),
    ("(a = 1", "unclosed", 1),
    ("a IN ()", "value_expected", 7),
    ("a IN 1", "sign_expected", 6),
    ("a IS 1", "word_expected", 6),
    ("a BETWEEN 1, 2", "word_expected", 12),
    ("f(x) = 2", "unknown_function", 1),
    ("sum('x\\y') = 2", "bad_escape", 5),
    ("anniversary(1) = today", "name_expected", 13),
    ("sum(x) MATCHES ()", "relation_expected", 16),
    ("orders MATCHES (total > 1 OR count > 2)", "mixed_aggregate", 17),
    ("orders MATCHES (NOT (total > 1 AND count > 2))", "mixed_aggregate", 17),
    ("orders MATCHES (total > 1", "unclosed", 16),
    ("p(a: 1) = 2", "value_expected", 11),
    ("p(a:", "value_expected", 5),
    ("a > :" + "x" * 513, "name_expected", 6),
    ("p(a: 1 = true", "sign_expected", 8),
    ("` ` = 1", "name_expected", 1),
    ("x" * 513 + " = 1", "name_expected", 1),
    ("x" * 513 + "(a: 1) = true", "name_expected", 1),
    ("a = 1 AND @ = 2", "condition_expected", 11),
    ("NOT", "condition_expected", 4),
]


@pytest.mark.parametrize(("query", "code", "column"), MISTAKES)
def test_a_mistake_has_its_code_and_its_place(query: str, code: str, column: int) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query(query)
    assert (caught.value.code, caught.value.line, caught.value.column) == (code, 1, column)
    assert caught.value.source == query


def test_several_mistakes_are_told_at_once_in_the_order_of_the_text() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query("a == 1 AND (b = c OR d IN ())\n AND NOT e LIKE 'x' OR f = 1")
    found = [(d.code, d.start) for d in caught.value.diagnostics]
    assert found == [
        ("operator_expected", 2),
        ("unquoted_text", 16),
        ("value_expected", 27),
        ("operator_expected", 41),
    ]


@pytest.mark.parametrize("query", ["a = 1)) AND b = 2", "a = 1 ; OR b = 2", "a = 1 && b = 2"])
def test_behind_what_joins_nothing_the_query_is_read_on(query: str) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query(query)
    assert [d.code for d in caught.value.diagnostics] == ["unexpected"]
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query(query.replace("b =", "b =="))
    assert [d.code for d in caught.value.diagnostics] == ["unexpected", "operator_expected"]


def test_names_are_told_of_what_can_be_read_beside_a_mistake() -> None:
    schema = Schema().add(SchemaField(name="a", type=FieldType.NUMBER))
    with pytest.raises(SegmentSyntaxError) as caught:
        Segment.parse("b = 1 AND (a == 1 OR a = 'x') AND NOT c = 1 d = 1", schema)
    found = [(d.code, d.start) for d in caught.value.diagnostics]
    assert found == [
        ("unknown_name", 0),
        ("operator_expected", 13),
        ("type", 25),
        ("unknown_name", 38),
        ("unexpected", 44),
        ("unknown_name", 44),
    ]


def test_a_diagnostic_stands_on_its_line_with_a_caret_below() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query("a = 1 AND\n이름 = b")
    assert caught.value.show().splitlines() == [
        "line 2, column 6: found a bare word, expected text in quotes, a value",
        "  이름 = b",
        "  \u3000\u3000   ^",
    ]


PERSONAL = [
    "email = kim@example.com",
    "email = 'kim@example.com' AND x ==",
    "kim@example.com",
    "phone = 821012345678 AND x ==",
    "a = 'kim@example.com",
    "a IN (kim, 'kim') AND",
    "`kim` = = 1",
]


@pytest.mark.parametrize("query", PERSONAL)
def test_no_value_of_a_query_is_in_the_message(query: str) -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query(query)
    error = caught.value
    told = f"{error} {error!r} {error.facts} {error.diagnostics}"
    assert "kim" not in told.replace("`kim`", "")
    assert "821012345678" not in told
    assert query in error.show()
    assert len(error.masked) == len(query)


def test_the_repr_of_a_segment_and_of_its_nodes_shows_no_text() -> None:
    segment = Segment.parse("email = 'kim@example.com' AND NOT x IN ('kim')")
    assert "kim" not in f"{segment!r} {segment.rule!r} {Segment.parse('a = 1').rule!r}"


BEYOND = [
    ("(" * 65 + "a = 1" + ")" * 65, "segment_depth"),
    ("NOT " * 65 + "a = 1", "segment_depth"),
    ("NOT " * 1_500 + "a = 1", "segment_depth"),
    ("(" * 8_000, "segment_depth"),
    ("NOT (a = 1 OR b = 1 AND " * 30 + "c = 1" + ")" * 30, "segment_depth"),
    ("a = '" + "x" * 8_192 + "'", "too_long"),
    ("a = '" + "강" * 2_800 + "'", "too_long"),
    ("a = '\x00'", "forbidden_character"),
]


@pytest.mark.parametrize(("query", "code"), BEYOND, ids=range(len(BEYOND)))
def test_a_query_beyond_the_bounds_is_refused(query: str, code: str) -> None:
    """Segments 6.3."""
    with pytest.raises(SegmentSyntaxError) as caught:
        parse_query(query)
    assert caught.value.code == code
    assert "^" in caught.value.show()
    assert "\x00" not in f"{caught.value.show()} {caught.value}"


def test_a_query_at_the_bounds_is_read() -> None:
    assert parse_query("(" * 64 + "a = 1" + ")" * 64).rule == parse_query("a = 1").rule
    assert parse_query("NOT " * 63 + "a = 1").rule.depth == 64
    assert parse_query("a IN (" + ", ".join("1" * 2_000) + ")").rule.size == 2_001


def test_what_is_no_text_is_no_query() -> None:
    with pytest.raises(DefinitionError, match="found a query of int"):
        parse_query(1)  # type: ignore[arg-type]


def test_the_word_segment_is_no_value_and_is_not_masked() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        Segment.parse("IN SEGMENT 'vip' AND a = vip", Schema())
    assert "IN SEGMENT '•••' AND a = •••" in str(caught.value)


def test_words_of_the_language_are_plain_letters() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:  # a dotless i is I in upper case
        parse_query("a \u0131N (1)")
    assert caught.value.code == "operator_expected"
