"""Tables with their related tables: orders asked by MATCHES, named segments, one row explained."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, MissingError, SegmentSyntaxError, UnknownName
from ecrm_core.segmentation import RelatedTable, Segment, sentences

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
PEOPLE: list[dict[str, object]] = [
    {"customer_id": 1, "name": "Ada"}, {"customer_id": 2, "name": "Bo"},
    {"customer_id": 3, "name": "Cy"},
]  # fmt: skip
ORDERS: list[dict[str, object]] = [
    {"customer_id": 1, "date": "2026-11-20", "total": 150.0, "channel": "web"},
    {"customer_id": 1, "date": "2026-10-20", "total": 50.0, "channel": "pos"},
    {"customer_id": 2, "date": "2026-01-20", "total": 200.0, "channel": "web"},
    {"customer_id": 2, "date": "2026-12-24", "total": 900.0, "channel": "web"},
]


def mask(query: str, people: Any = PEOPLE, orders: Any = ORDERS) -> list[bool]:  # noqa: ANN401 - any table
    return Segment.parse(query).members(people, orders=orders, as_of=NOON).mask


ASKED = [
    ("orders MATCHES ()", [True, True, False]),
    ("orders NOT MATCHES ()", [False, False, True]),
    ("orders MATCHES (count = 0)", [False, False, True]),
    ("orders MATCHES (sum(total) = 200)", [True, True, False]),
    ("orders MATCHES (date >= -90d, count >= 2)", [True, False, False]),
    ("orders MATCHES (total > 500)", [False, False, False]),
    ("orders MATCHES (channel = 'pos') AND name = 'Ada'", [True, False, False]),
    ("name = 'Cy' OR orders MATCHES (total > 100, channel = 'web')", [True, True, True]),
    ("orders MATCHES (max(date) < -90d)", [False, True, False]),
]


@pytest.mark.parametrize(("query", "expected"), ASKED)
def test_a_relation_is_a_further_table_joined_by_the_id(query: str, expected: list[bool]) -> None:
    assert mask(query) == expected


SORTS = [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist, list]


@pytest.mark.parametrize("sort", SORTS, ids=["pandas", "polars", "pyarrow", "rows"])
def test_any_two_sorts_of_table_are_joined(sort: Any) -> None:  # noqa: ANN401 - makes any frame
    query = "orders MATCHES (date >= -90d, sum(total) >= 200)"
    assert mask(query, sort(PEOPLE), sort(ORDERS)) == [True, False, False]
    assert mask(query, sort(PEOPLE), ORDERS) == [True, False, False]


IDS = [
    ([1, 2, None], ["1", "2", ""]),
    ([1.0, 2.0, float("nan")], [1, 2, 3]),
    (["a", " b ", "e\u0301"], ["a", "b", "\u00e9"]),
    (["01", "2", "3"], ["01", "2", "4"]),
]


@pytest.mark.parametrize(("ids", "keys"), IDS)
def test_ids_are_one_however_a_frame_holds_them(ids: list[object], keys: list[object]) -> None:
    people = {"customer_id": ids}
    orders: dict[str, list[object]] = {"customer_id": keys, "total": [1, 1, 1]}
    found = Segment.parse("orders MATCHES ()").members(people, orders=orders, as_of=NOON)
    assert found.mask[:2] == [True, True]
    assert found.mask[2] is (ids[2] == "e\u0301")


ODD_IDS = [Decimal("1e1000000"), Decimal("1.5"), Decimal("sNaN"), 1e300, 7.5, 10**5_000]


@pytest.mark.parametrize("odd", ODD_IDS, ids=range(len(ODD_IDS)))
def test_an_odd_id_joins_nothing_and_takes_no_time(odd: object) -> None:
    orders: dict[str, list[object]] = {"customer_id": [odd, 7]}
    found = Segment.parse("orders MATCHES ()").members(PEOPLE, orders=orders, as_of=NOON)
    assert found.count == 0


def test_another_column_may_hold_the_id_or_the_time() -> None:
    orders: dict[str, list[object]] = {
        "buyer": ["x", "y"],
        "paid": [date(2026, 11, 20), date(2026, 12, 24)],
        "sum": [5, 5],
    }
    people: dict[str, list[object]] = {"no": ["x", "y"]}
    segment = Segment.parse("orders MATCHES (sum >= 5)")
    seen = RelatedTable(frame=orders, key="buyer", at="paid")
    assert segment.members(people, key="no", orders=seen, as_of=NOON).mask == [True, False]
    every = RelatedTable(frame=orders, key="buyer", at=None)
    assert segment.members(people, key="no", orders=every, as_of=NOON).mask == [True, True]


def test_with_roles_the_id_is_the_column_of_that_role() -> None:
    fields = FieldMap({"No.": "id", "Mail": "email", "Points": "attribute:points"})
    people: dict[str, list[object]] = {
        "No.": ["1", "2"],
        "Mail": ["ada@example.com", ""],
        "Points": [5, 50],
    }
    segment = Segment.parse("orders MATCHES () AND customer_emails IS NOT NULL")
    assert segment.members(people, fields=fields, orders=ORDERS, as_of=NOON).rows == (0,)
    for query in ("points > 10", "attributes.points > 10"):  # as the schema of customers says it
        found = Segment.parse(query).members(people, fields=fields, as_of=NOON)
        assert found.rows == (1,)


def test_a_day_is_seen_until_its_end_in_the_zone() -> None:
    orders: dict[str, list[object]] = {
        "customer_id": [1, 1],
        "date": [date(2026, 11, 26), date(2026, 11, 27)],
    }
    people: dict[str, list[object]] = {"customer_id": [1]}
    query = Segment.parse("orders MATCHES (count = 2)")
    at = datetime(2026, 11, 26, 15, tzinfo=UTC)
    assert query.members(people, orders=orders, as_of=at, tz="Asia/Seoul").mask == [True]
    assert query.members(people, orders=orders, as_of=at).mask == [False]


def test_rows_that_belong_to_nobody_are_counted_in_a_warning() -> None:
    orders: list[dict[str, object]] = [
        *ORDERS,
        {"customer_id": 9, "total": 1.0},
        {"customer_id": None, "total": 1.0},
    ]
    found = Segment.parse("orders MATCHES ()").members(PEOPLE, orders=orders, as_of=NOON)
    assert [(d.code, d.severity) for d in found.diagnostics] == [("rows_unjoined", "warning")]
    assert found.warnings == ("rows of 'orders' that belong to no customer here: 2",)
    assert "belong to no customer here: 2" in str(found)
    assert "belong to no customer here: 2" in found._repr_html_()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"orders": {"buyer": [1], "total": [1]}}, "no column 'customer_id' in 'orders'"),
    ({"orders": RelatedTable(frame=ORDERS, at="paid")}, "no column 'paid' in 'orders'"),
    ({"orders": RelatedTable(frame=ORDERS, at="channel")}, "no times in the column 'channel'"),
    ({"orders": ORDERS, "key": "no"}, "no column 'no', expected key="),
]


@pytest.mark.parametrize(("given", "said"), WRONG)
def test_a_column_that_joins_nothing_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said) as caught:
        Segment.parse("orders MATCHES ()").members(PEOPLE, as_of=NOON, **given)
    assert caught.value.code == "related_table"


def test_columns_of_a_relation_are_of_one_length_and_one_type() -> None:
    with pytest.raises(DefinitionError, match="unequal length in 'orders'"):
        mask("orders MATCHES (total = 1)", orders={"customer_id": [1], "total": [1, 2]})
    with pytest.raises(DefinitionError, match="number, text in the column 'total'"):
        mask("orders MATCHES (total = 1)", orders={"customer_id": [1, 1], "total": [1, "a"]})
    odd: dict[str, list[object]] = {"customer_id": [1, 1], "total": [1, 2], "note": [1, "a"]}
    assert mask("orders MATCHES (total = 1)", orders=odd) == [True, False, False]


def test_a_relation_or_a_field_that_is_not_there_is_an_error_with_the_nearest() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        mask("ordrs MATCHES () OR orders MATCHES (totl > 1)")
    assert [d.near for d in caught.value.diagnostics] == [("orders",), ("total",)]


# ---------------------------------------------------------------- segments named in a rule

SEGMENTS = {
    "big": Segment.parse("orders MATCHES (total >= 150, date >= -1y)"),
    "web": Segment.parse("orders MATCHES (channel = 'web') AND IN SEGMENT 'big'"),
    "other": Segment.parse("nowhere = 1"),
}


def test_a_rule_names_other_segments_which_bring_their_columns() -> None:
    segment = Segment.parse("IN SEGMENT 'web' AND NOT name = 'Bo'")
    found = segment.members(PEOPLE, segments=SEGMENTS, orders=ORDERS, as_of=NOON)
    assert found.rows == (0,)


def test_a_named_segment_has_to_fit_the_columns_too() -> None:
    with pytest.raises(SegmentSyntaxError, match="no field is named 'nowhere'"):
        Segment.parse("IN SEGMENT 'other'").members(PEOPLE, segments=SEGMENTS, as_of=NOON)
    with pytest.raises(SegmentSyntaxError, match="no segment is named 'bigg'"):
        Segment.parse("IN SEGMENT 'bigg'").members(PEOPLE, segments=SEGMENTS, as_of=NOON)
    circle = {"a": Segment.parse("IN SEGMENT 'b'"), "b": Segment.parse("IN SEGMENT 'a'")}
    with pytest.raises(SegmentSyntaxError, match="a -> b -> a"):
        Segment.parse("IN SEGMENT 'a'").members(PEOPLE, segments=circle, as_of=NOON)


# ---------------------------------------------------------------- one row


def test_one_row_is_explained() -> None:
    segment = Segment.parse("orders MATCHES (date >= -90d, count >= 2) AND name != 'Bo'")
    found = segment.members(PEOPLE, orders=ORDERS, as_of=NOON)
    assert found.explain(0).value is True
    assert sentences(found.explain(1)) == (
        "orders: 0 found, asked for: orders MATCHES (date >= -90d, count >= 2)",
        "name is Bo, asked for: != 'Bo'",
    )
    for at in (-1, 3):
        with pytest.raises(MissingError, match="expected one from 0 to 2"):
            found.explain(at)


def test_the_answer_says_when_it_holds() -> None:
    found = Segment.parse("name = 'Bo'").members(PEOPLE, as_of=NOON)
    assert str(found) == "1 of 3 rows as of 2026-11-26T12:00+00:00"
    assert "<td>members</td><td>1</td>" in found._repr_html_()


def test_a_name_no_parameter_has_is_refused_before_anything_is_read() -> None:
    with pytest.raises(UnknownName):
        Segment.parse("orders MATCHES (total > :least)").bind(most=5)
    segment = Segment.parse("orders MATCHES (total > :least)").bind(least=180)
    assert segment.members(PEOPLE, orders=ORDERS, as_of=NOON).rows == (1,)
