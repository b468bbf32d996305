"""Dates nobody can read for certain: told with all their readings, none of them taken."""

from datetime import date
from typing import Any

import pytest

from ecrm_core import FieldMap, check
from ecrm_core.quality import Finding, check_record
from ecrm_core.sources import generic
from tests.unit.quality.people import AT

DAY = date(2026, 5, 1)


def _found(born: str, **more: Any) -> Finding:  # noqa: ANN401 - parts of a FieldMap
    fields = FieldMap({"born": "birth_date"}, **more)
    report = check([{"born": born}], fields=fields, as_of=DAY)
    (found,) = [held.finding for held in report.findings if held.finding.path == "birth_on"]
    assert found.rule == "cell_unread"
    return found


def _meant(found: Finding) -> list[str]:
    return [held.reveal().isoformat() for held in found.suggestions]


@pytest.mark.parametrize(
    ("born", "orders", "days"),
    [
        ("03/04/1980", "DMY, MDY", ["1980-03-04", "1980-04-03"]),
        ("3.4.1980", "DMY, MDY", ["1980-03-04", "1980-04-03"]),
        ("13/04/1980", "DMY", ["1980-04-13"]),
        ("04-13-1980", "MDY", ["1980-04-13"]),
        ("29/02/1980", "DMY", ["1980-02-29"]),
        ("03/03/1980", "DMY, MDY", ["1980-03-03"]),
        ("80.3.14", "YMD", ["1980-03-14"]),
        ("13/04/30", "DMY, YMD", ["1913-04-30", "1930-04-13", "2013-04-30"]),
        (
            "10/11/12",
            "DMY, MDY, YMD",
            ["1910-11-12", "1912-10-11", "1912-11-10", "2010-11-12", "2012-10-11", "2012-11-10"],
        ),
    ],
)
def test_every_reading_is_a_suggestion_and_none_is_taken(
    born: str, orders: str, days: list[str]
) -> None:
    found = _found(born)
    assert found.message_key == "date_ambiguous"
    assert dict(found.facts) == {"field": "birth_on", "orders": orders}
    assert _meant(found) == days
    assert {held.confidence for held in found.suggestions} == {1 / len(days)}
    assert not any(held.automatic for held in found.suggestions)
    assert orders in found.message()
    assert born not in f"{found}{found!r}{found.to_json()}"


@pytest.mark.parametrize("born", ["31/02/1980", "5", "1980-13-01", "yesterday", "1/2/3", "x" * 99])
def test_what_no_order_reads_is_unread(born: str) -> None:
    found = _found(born)
    assert (found.message_key, found.suggestions) == ("cell_unread", ())


def test_an_order_that_is_named_leaves_its_readings_alone() -> None:
    assert _meant(_found("03/04/80", date_order="DMY")) == ["1980-04-03"]
    assert _found("04/13/1980", date_order="DMY").suggestions == ()


def test_a_column_shows_which_order_is_its_own() -> None:
    rows = [{"born": born} for born in ("03/04/1980", "13/04/1980", "25/12/1999", "2000-01-01")]
    report = check(rows, fields={"born": "birth_date"})
    assert report.date_orders == {"DMY": 3, "MDY": 1}
    assert check(rows[3:], fields={"born": "birth_date"}).date_orders == {}


@pytest.mark.parametrize("column", ["birthday", "Date of Birth", "생년월일", "誕生日"])
@pytest.mark.parametrize("role", ["birth_date", None])
def test_a_stored_record_is_judged_alike(column: str, role: str | None) -> None:
    fields = FieldMap({"no": "id"} | ({column: role} if role else {}))
    row = {"no": "1", column: "03/04/1980"}
    delivery = generic.read_rows([row], fields=fields, source="s", received_at=AT)
    found = {f.path: f for f in check_record(delivery.records[0], as_of=AT).findings}
    assert found["birth_on"].message_key == "date_ambiguous"
    assert _meant(found["birth_on"]) == ["1980-03-04", "1980-04-03"]


@pytest.mark.parametrize(
    "row",
    [
        {"birthday": "1980-03-04"},
        {"birthday": "1980/3/4"},
        {"birthday": "soon"},
        {"birthday": 1980},
        {"ordered": "03/04/1980"},
        {"child": {"birthday": "03/04/2020"}},
        {"birthday": "03/04/1980", "born": "1980-03-04"},
    ],
)
def test_what_nobody_asked_for_is_not_judged(row: dict[str, object]) -> None:
    fields = FieldMap({"no": "id", "born": "birth_date"})
    delivery = generic.read_rows([{"no": "1", **row}], fields=fields, source="s", received_at=AT)
    found = check_record(delivery.records[0], as_of=AT).findings
    assert "birth_on" not in {held.path for held in found}
