"""Segments of tables: columns become fields, the mask follows the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from ecrm_core.customers import FieldMap
from ecrm_core.customers.table import Table
from ecrm_core.errors import DefinitionError, SegmentSyntaxError
from ecrm_core.segmentation import Segment

AS_OF = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAN = float("nan")
NAIVE = datetime.fromisoformat


class NaTType:
    """Stands for pandas.NaT: known by the name of its class alone."""


class Scalar:
    """Stands for a pyarrow scalar."""

    def __init__(self, value: object) -> None:
        self._value = value

    def as_py(self) -> object:
        return self._value


def mask(
    query: str, frame: Table, *, fields: FieldMap | None = None, tz: str = "UTC"
) -> list[bool]:
    return Segment.parse(query).members(frame, fields=fields, as_of=AS_OF, tz=tz).mask


COLUMNS: list[tuple[str, list[object], list[bool]]] = [
    ("x > 10", [5, 50, None, NAN], [False, True, False, False]),
    ("x > 10.5", [10, 11, Decimal("10.6"), 10.5], [False, True, True, False]),
    ("x = 0.1", [0.1, "", Decimal("0.1"), float("inf")], []),
    ("x = true", [True, False, None, np.True_], [True, False, False, True]),
    ("x > 1", [np.int64(2), np.float64(1.5), np.float64("nan")], [True, True, False]),
    ("x IS NULL", [float("inf"), np.float64("-inf"), 1.0], [True, True, False]),
    ("x IS NULL", [Decimal("Infinity"), Decimal("sNaN"), Decimal(2)], [True, True, False]),
    ("x = 'a'", ["a", " a ", "", None], [True, True, False, False]),
    ("x != 'a'", ["a", "b", "", None], [False, True, True, True]),
    ("x = 'a'", [Scalar("a"), Scalar(None)], [True, False]),
    ("x >= -7d", ["2026-11-20", "2026-01-01", ""], [True, False, False]),
    ("x >= -7d", [date(2026, 11, 20), None, NaTType()], [True, False, False]),
    ("x = today", [NAIVE("2026-11-23T00:00"), NAIVE("2026-11-22T00:00")], [True, False]),
    ("x = today", [date(2026, 11, 23), NAIVE("2026-11-22T00:00")], [True, False]),
    ("x >= -1h", [NAIVE("2026-11-23T20:00"), NAIVE("2026-11-23T19:00")], [True, False]),
    ("x >= today", [NAIVE("2026-11-23T20:00"), date(2026, 11, 22)], [True, False]),
    ("x = today", [datetime(2026, 11, 22, 15, tzinfo=UTC), None], [True, False]),
    ("x = today", ["2026-11-22T15:00:00Z", "2026-11-23T15:00:00Z"], [True, False]),
    ("x >= today", [np.datetime64("2026-11-23"), np.datetime64("NaT")], [True, False]),
    ("x > -1h", [np.datetime64("2026-11-23T21:00:00.000000001")], [True]),
    ("x = '2026-11-20'", ["2026-11-20", "soon"], [True, False]),
    ("x = '2026-02-30'", ["2026-02-30", "2026-02-01"], [True, False]),
    ("x CONTAINS 'vip'", [["vip", "a"], [], None, ("b",), np.array(["vip"])],
     [True, False, False, False, True]),
    ("x CONTAINS 'vip'", ["a, vip", "v", ""], [True, False, False]),
    ("x IS NULL", [None, NAN, ""], [True, True, True]),
    ("x > 'a' OR x IS NULL", [None], [True]),
]  # fmt: skip


@pytest.mark.parametrize(("query", "cells", "expected"), COLUMNS, ids=range(len(COLUMNS)))
def test_the_type_of_a_column_is_found_in_its_values(
    query: str, cells: list[object], expected: list[bool]
) -> None:
    if not expected:  # text among numbers is missing where blank, so the column stays a number
        expected = [True, False, True, False]
    assert mask(query, {"x": cells}, tz="Asia/Seoul") == expected


def test_a_column_of_several_types_is_refused_by_name() -> None:
    with pytest.raises(DefinitionError, match="found number, text in the column 'x'") as caught:
        mask("x = 1", {"x": [1, "a"]})
    assert caught.value.code == "mixed_column"
    with pytest.raises(DefinitionError, match="found other"):
        mask("x = 1", {"x": [object()]})


def test_only_the_columns_a_rule_names_are_read() -> None:
    assert mask("x = 1", {"x": [1, 2], "y": [object(), "a"]}) == [True, False]


def test_a_column_that_is_not_there_is_an_error_with_the_nearest() -> None:
    with pytest.raises(SegmentSyntaxError) as caught:
        mask("totl > 1 AND x = 'a'", {"total": [1], "x": [2]})
    assert [d.code for d in caught.value.diagnostics] == ["unknown_name", "type"]
    assert caught.value.near == ("total",)


def test_any_name_of_a_column_can_be_said_in_backquotes() -> None:
    frame: list[dict[str, object]] = [{"Total Spent": 5, "in": "a"}, {"Total Spent": 50}]
    assert mask("`Total Spent` > 10 OR `in` = 'a'", frame) == [True, True]


def test_columns_of_unequal_length_are_no_table() -> None:
    with pytest.raises(DefinitionError, match="unequal length"):
        mask("x = 1 AND y = 2", {"x": [1], "y": [1, 2]})


def test_an_empty_table_has_no_members() -> None:
    assert mask("x = 1", {"x": []}) == []
    with pytest.raises(SegmentSyntaxError):
        mask("x = 1", [])


def test_the_answer_counts_points_and_labels() -> None:
    rows: list[dict[str, object]] = [{"x": 1}, {"x": 20}, {"x": 30}]
    found = Segment.parse("x != 1").members(rows, as_of=AS_OF)
    assert (found.count, len(found), found.rows, found.mask) == (2, 2, (1, 2), [False, True, True])
    assert found.label("big")[1] == {"x": 20, "big": True}
    assert rows[1] == {"x": 20}
    assert repr(found) == "<Members: 2 of 3 rows>"
    assert "AND x IS NOT NULL" in found.warnings[0]
    with pytest.raises(DefinitionError):
        found.label("x")


class Frame:
    """The least a frame has: names, and a column by name."""

    def __init__(self, data: dict[str, list[Any]]) -> None:
        self.data = data

    @property
    def columns(self) -> list[str]:
        return list(self.data)

    def __getitem__(self, name: str) -> Iterator[Any]:
        return iter(self.data[name])


class Pandas(Frame):
    def assign(self, **columns: list[Any]) -> Pandas:
        return Pandas({**self.data, **columns})


class Arrow(Frame):
    def append_column(self, name: str, chunks: list[list[Any]]) -> Arrow:
        return Arrow({**self.data, name: chunks[0]})


class Polars(Frame):
    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__({name: list(column) for name, column in data.items()})


@pytest.mark.parametrize("sort", [Pandas, Arrow, Polars])
def test_a_frame_comes_back_as_the_same_sort_of_frame(sort: type[Frame]) -> None:
    frame = sort({"x": [1, 2], "y": ["a", "b"]})
    labelled = Segment.parse("x = 2").members(frame, as_of=AS_OF).label()
    assert type(labelled) is sort
    assert labelled.data == {"x": [1, 2], "y": ["a", "b"], "member": [False, True]}
    columns = Segment.parse("x = 2").members({"x": [1, 2]}, as_of=AS_OF).label()
    assert columns == {"x": [1, 2], "member": [False, True]}


ROLES = FieldMap(
    {"ID": "id", "Vorname": "given_name", "Mail": "email", "Mail 2": "email", "Geb": "birth_date",
     "Land": "country", "Tags": "tags", "Spent": "attribute:spent", "Notiz": "ignore",
     "Not there": "brand"},
    date_order="DMY",
)  # fmt: skip
PEOPLE: list[dict[str, object]] = [
    {"ID": "7", "Vorname": "Ada", "Mail": "ada@Example.com", "Mail 2": "a@example.kr",
     "Geb": "23.11.1990", "Land": "Korea, Republic of", "Tags": "vip, new", "Spent": 12.5},
    {"ID": "8", "Vorname": "", "Mail": "", "Mail 2": None, "Geb": "gestern", "Land": "Nowhere",
     "Tags": "", "Spent": NAN},
]  # fmt: skip
MAPPED = [
    ("customer_id = 7", [True, False]),
    ("first_name = 'Ada'", [True, False]),
    ("first_name IS NULL", [False, True]),
    ("customer_emails CONTAINS 'a@example.kr'", [True, False]),
    ("customer_email_domain = 'example.com'", [True, False]),
    ("customer_email_domain != 'example.com'", [False, True]),
    ("anniversary(birth_date) = today", [True, False]),
    ("birth_date IS NULL", [False, True]),
    ("customer_countries CONTAINS 'KR'", [True, False]),
    ("customer_countries CONTAINS 'Nowhere'", [False, True]),
    ("customer_tags CONTAINS 'new'", [True, False]),
    ("NOT customer_tags CONTAINS 'new'", [False, True]),
    ("spent > 12", [True, False]),
]


@pytest.mark.parametrize(("query", "expected"), MAPPED)
def test_roles_name_the_fields_of_the_customer_schema(query: str, expected: list[bool]) -> None:
    found = Segment.parse(query).members(PEOPLE, fields=ROLES, as_of=AS_OF)
    assert found.mask == expected


def test_an_ignored_column_and_a_role_without_a_column_are_no_fields() -> None:
    for query in ("Notiz = 'a'", "brand = 'a'", "Vorname = 'Ada'"):
        with pytest.raises(SegmentSyntaxError):
            mask(query, PEOPLE, fields=ROLES)
