"""The funnel: each row drops out at the first condition it fails, and the counts add up."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError, SegmentSyntaxError
from ecrm_core.segmentation import Funnel, Segment

pd = pytest.importorskip("pandas")
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ROWS: list[dict[str, object]] = [
    {"country": "KR", "spent": 500, "tags": ["vip"]},
    {"country": "KR", "spent": 500, "tags": []},
    {"country": "KR", "spent": 5, "tags": []},
    {"country": "DE", "spent": 500, "tags": []},
    {"country": "DE", "spent": None, "tags": ["vip"]},
]
QUERY = "country = 'KR' AND spent > 100 AND NOT tags CONTAINS 'vip'"


def funnel(query: str = QUERY, rows: Any = ROWS) -> Funnel[Any]:  # noqa: ANN401 - any table
    return Segment.parse(query).funnel(rows, as_of=NOON)


def test_each_condition_tells_who_is_left_and_who_drops_out() -> None:
    found = funnel()
    assert [(s.condition, s.left, s.dropped, s.alone, s.only) for s in found.steps] == [
        ("country = 'KR'", 3, 2, 3, 1),
        ("spent > 100", 2, 1, 3, 1),
        ("NOT tags CONTAINS 'vip'", 1, 1, 3, 1),
    ]
    assert found.dropped_at == [2, None, 1, 0, 0]
    assert (found.rows, found.count) == (5, 1)


def test_the_counts_add_up_to_everybody_and_to_the_members() -> None:
    found, members = funnel(), Segment.parse(QUERY).members(ROWS, as_of=NOON)
    assert sum(step.dropped for step in found.steps) + found.count == found.rows
    assert found.count == found.steps[-1].left == members.count
    assert [at is None for at in found.dropped_at] == members.mask


def test_an_or_and_a_lone_condition_are_one_step() -> None:
    assert [s.condition for s in funnel("spent > 1 OR country = 'DE'").steps] == [
        "spent > 1 OR country = 'DE'"
    ]
    assert [s.left for s in funnel("spent > 1").steps] == [4]
    nested = funnel(
        "country = 'KR' AND (spent > 1 OR country = 'DE') AND (spent > 9 AND spent < 99)"
    )
    assert [s.condition for s in nested.steps] == [
        "country = 'KR'", "spent > 1 OR country = 'DE'", "spent > 9", "spent < 99"
    ]  # fmt: skip


def test_relations_and_named_segments_are_conditions() -> None:
    people = {"customer_id": [1, 2, 3]}
    orders = {"customer_id": [1, 1, 2], "total": [5, 5, 500]}
    found = Segment.parse("orders MATCHES (count >= 1) AND IN SEGMENT 'big'").funnel(
        people, orders=orders, segments={"big": Segment.parse("orders MATCHES (total > 100)")},
        as_of=NOON,
    )  # fmt: skip
    assert [(s.left, s.only) for s in found.steps] == [(2, 0), (1, 1)]


def test_a_table_is_printed_and_shown() -> None:
    text = str(funnel())
    assert text.splitlines()[0].split("  ")[0] == "condition"
    assert text.splitlines()[2].split() == ["everybody", "5"]
    assert text.splitlines()[-1].split()[-4:] == ["1", "1", "3", "1"]
    assert "<td>country = &#x27;KR&#x27;</td><td>3</td>" in funnel()._repr_html_()
    assert repr(funnel()) == "<Funnel: 1 of 5 rows left by 3 conditions>"
    assert repr(funnel().steps[0]) == "<FunnelStep: 3 left, 2 dropped>"


def test_the_table_gets_a_column_with_the_condition_each_row_drops_out_at() -> None:
    frame = pd.DataFrame(ROWS)
    labelled = funnel(rows=frame).label()
    assert labelled["dropped_at"].to_list()[2:4] == ["spent > 100", "country = 'KR'"]
    assert labelled["dropped_at"].isna().to_list() == [False, True, False, False, False]
    with pytest.raises(DefinitionError):
        funnel(rows=frame).label("spent")


def test_a_condition_on_a_personal_field_is_shown_without_its_values() -> None:
    fields = FieldMap({"Mail": "email", "Spent": "attribute:spent"})
    rows = [{"Mail": "ada@example.com", "Spent": 5}]
    query = "customer_emails CONTAINS 'ada@example.com' AND spent > 1"
    found = Segment.parse(query).funnel(rows, fields=fields, as_of=NOON)
    assert found.count == 1
    assert "ada" not in str(found) + found._repr_html_() + repr(found)
    assert found.steps[1].condition == "spent > 1"


def test_nobody_is_a_funnel_too_and_what_does_not_fit_is_refused() -> None:
    assert [s.left for s in funnel("spent > 1", {"spent": []}).steps] == [0]
    assert funnel("spent != 1").diagnostics[0].code == "missing_gets_in"
    with pytest.raises(SegmentSyntaxError):
        funnel("nowhere = 1")
