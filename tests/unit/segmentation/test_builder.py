"""The builder: a segment spelled in Python is the one of its text, and its traps are refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ecrm_core.errors import DefinitionError, SegmentSyntaxError
from ecrm_core.segmentation import (
    Segment,
    ahead,
    bucket,
    count,
    customer_schema,
    in_segment,
    last,
    param,
    seg,
    today,
)

INSTANT = datetime(2026, 1, 31, 9, tzinfo=UTC)
ROWS = seg.orders.where(seg.total > 100, seg.date >= last(days=90))
SPELLED: list[tuple[Segment, str]] = [
    (ROWS.count() >= 3, "orders MATCHES (total > 100, date >= -90d, count >= 3)"),
    (ROWS.any(), "orders MATCHES (total > 100, date >= -90d)"),
    (ROWS.none(), "orders NOT MATCHES (total > 100, date >= -90d)"),
    (seg.orders.sum("total") > 500, "orders MATCHES (sum(total) > 500)"),
    (seg.orders.min("total") < 5, "orders MATCHES (min(total) < 5)"),
    (seg.orders.max("total") != 5, "orders MATCHES (max(total) != 5)"),
    (ROWS.sum("total") > 500, "orders MATCHES (total > 100, date >= -90d, sum(total) > 500)"),
    (ROWS.min("date") < today, "orders MATCHES (total > 100, date >= -90d, min(date) < today)"),
    (ROWS.max("total").is_null(),
     "orders MATCHES (total > 100, date >= -90d, max(total) IS NULL)"),
    (seg.orders.where(seg.total > 1, count() >= 3, seg.total.sum() > 5).none(),
     "orders NOT MATCHES (total > 1, count >= 3, sum(total) > 5)"),
    (seg.orders.where((seg.total.min() < 1) | (seg.total.max() > 9)).any(),
     "orders MATCHES (min(total) < 1 OR max(total) > 9)"),
    (seg.orders.count() == 0, "orders MATCHES (count = 0)"),
    (seg.orders.any(), "orders MATCHES ()"),
    (seg.shopify_email.opened.none(), "shopify_email.opened NOT MATCHES ()"),
    ((seg.a == 1) & (seg.b == 2) | ~(seg.c == 3), "a = 1 AND b = 2 OR NOT c = 3"),
    (seg.a != Decimal("1.50"), "a != 1.5"),
    ((seg.a < 1) & (seg.a <= 1) & (seg.a > 1) & (seg.a >= 1),
     "a < 1 AND a <= 1 AND a > 1 AND a >= 1"),
    (seg.a.is_in("x", 1) | seg.a.not_in("y"), "a IN ('x', 1) OR a NOT IN ('y')"),
    (seg.a.is_true() & seg.b.is_false(), "a = true AND b = false"),
    (seg.tags.contains("vip") & seg.tags.not_contains("x"),
     "tags CONTAINS 'vip' AND tags NOT CONTAINS 'x'"),
    (seg.a.between(1, 5) & seg.a.not_between(2, 3), "a BETWEEN 1 AND 5 AND a NOT BETWEEN 2 AND 3"),
    (seg.a.is_null() | seg.b.is_not_null(), "a IS NULL OR b IS NOT NULL"),
    (seg.birth_date.anniversary().between(today, ahead(days=30)),
     "anniversary(birth_date) BETWEEN today AND +30d"),
    (bucket("spring") < 10, "bucket('spring') < 10"),
    (bucket("spring", "email") < 10, "bucket('spring', email) < 10"),
    (in_segment("vip") & (seg.a > param("since")), "IN SEGMENT 'vip' AND a > :since"),
    (seg["Total Spent"] > 1, "`Total Spent` > 1"),
    (seg["count"].is_null(), "`count` IS NULL"),
    (seg.attributes.plan == "gold", "attributes.plan = 'gold'"),
    (seg.a > date(2026, 1, 31), "a > 2026-01-31"),
    (seg.a > INSTANT, "a > 2026-01-31T09:00:00.000000Z"),
    (seg.a >= last(hours=36), "a >= -36h"),
    (seg.a.is_in(last(weeks=2), last(months=3), last(years=1), ahead(weeks=1)),
     "a IN (-2w, -3m, -1y, +1w)"),
]  # fmt: skip


@pytest.mark.parametrize(("built", "query"), SPELLED, ids=[query for _, query in SPELLED])
def test_a_built_segment_is_the_one_of_its_query(built: Segment, query: str) -> None:
    assert built == Segment.parse(query)
    assert built.id == Segment.parse(query).id
    assert str(built) == query


def test_segments_of_any_spelling_are_joined() -> None:
    read, built = Segment.parse("a = 1 OR b = 2"), seg.c == 3
    assert str(read & built) == "(a = 1 OR b = 2) AND c = 3"
    assert str(~read | built) == "NOT (a = 1 OR b = 2) OR c = 3"


def test_a_built_segment_is_checked_and_its_remarks_have_places() -> None:
    schema = customer_schema(currency="EUR")
    (warning,) = ((seg.amount_spent > 5) & (seg.first_name != "Ada")).check(schema)
    assert (warning.start, warning.end) == (21, 40)
    with pytest.raises(SegmentSyntaxError) as caught:
        (seg.amuont_spent > 5).check(schema)
    assert caught.value.show().splitlines()[1:] == ["  amuont_spent > 5", "  ^^^^^^^^^^^^"]
    bound = Segment.parse("amuont_spent > :most").bind(most=5)
    with pytest.raises(SegmentSyntaxError) as caught:
        bound.check(schema)
    assert caught.value.source == "amuont_spent > 5"


TRAPS: list[tuple[Callable[[], object], str]] = [
    (lambda: bool(seg.a > 1), "write & | ~ for and, or, not"),
    (lambda: (seg.a > 1) and (seg.b > 1), "write & | ~ for and, or, not"),
    (lambda: not (seg.a > 1), "write & | ~ for and, or, not"),
    (lambda: 1 < seg.a < 5, "between"),
    (lambda: seg.a > 1 & seg.b, "brackets"),
    (lambda: seg.member & (seg.b > 1), "seg.member.is_true"),
    (lambda: ~seg.member, "seg.member.is_true"),
    (lambda: bool(seg.member), "seg.member.is_true"),
    (lambda: "vip" in seg.tags, "contains"),
    (lambda: seg.a == None, "is_null"),  # noqa: E711
    (lambda: seg.a > 1.5, "found float, expected text, an exact number"),  # type: ignore[operator]
    (lambda: seg.a == seg.b, "found Named"),  # type: ignore[operator]
    (seg.a.is_in, "IN without a value"),
    (lambda: seg[" "], "empty name"),
    (last, "found 0 units of time"),
    (lambda: ahead(days=1, weeks=1), "found 2 units of time"),
    (lambda: last(days=1_000_000), "six digits"),
    (lambda: last(days=-3), "below 0"),
    (lambda: last(months=1.5), "found float for a time"),  # type: ignore[arg-type]
    (lambda: ahead(days=True), "found bool for a time"),
    (lambda: ROWS & (seg.a > 1), r"\.any\(\)"),
    (lambda: (seg.a > 1) | ROWS, r"\.any\(\)"),
    (lambda: ~ROWS, r"\.any\(\)"),
    (lambda: bool(ROWS), r"\.any\(\)"),
    (lambda: seg.orders.where((seg.total > 1) | (count() > 1)), "one OR or NOT"),
]


@pytest.mark.parametrize(("made", "advice"), TRAPS, ids=range(len(TRAPS)))
def test_what_python_would_misread_is_refused_with_advice(
    made: Callable[[], object], advice: str
) -> None:
    with pytest.raises(DefinitionError, match=advice):
        made()


def test_what_is_no_segment_is_not_joined() -> None:
    with pytest.raises(TypeError):
        (seg.a > 1) & 3  # type: ignore[operator]
    with pytest.raises(AttributeError):
        seg._repr_html_  # noqa: B018 - what a notebook asks of everything
    with pytest.raises(AttributeError):
        seg.a._repr_html_  # noqa: B018


def test_names_show_themselves() -> None:
    assert (repr(seg.attributes.plan), repr(seg)) == (
        "<seg.attributes.plan>",
        "<seg: seg.total > 100>",
    )


def test_rows_show_what_makes_a_segment_of_them() -> None:
    assert repr(ROWS) == "<rows of orders: any(), none(), count(), sum(name), ...>"
