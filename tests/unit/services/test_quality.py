"""check: a table of any kind is read as an intake reads it, and judged row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from ecrm_core import FieldMap, check
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.quality import CORE, Severity, check_record
from ecrm_core.sources import generic

FIELDS = {"Name": "full_name", "Mail": "email", "Tel": "phone", "Born": "birth_date",
          "Land": "country"}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {
        "Name": "Ann Lee",
        "Mail": "ann@gmial.com",
        "Tel": "02-000-0001",
        "Born": "10/11/12",
        "Land": "",
    },
    {"Name": "Bo\0", "Mail": "bo@example.com", "Tel": None, "Born": "", "Land": "KR"},
    {"Name": " ", "Mail": "cho", "Tel": float("nan"), "Born": "1990-02-28", "Land": "Nowhere"},
]


class Frame:
    """What pandas and its like have in common."""

    columns = tuple(FIELDS)

    def __getitem__(self, name: str) -> list[object]:
        return [row[name] for row in ROWS]


TABLES: dict[str, Any] = {
    "rows": ROWS,
    "columns": {name: [row[name] for row in ROWS] for name in FIELDS},
    "frame": Frame(),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_sort_of_table_says_the_same(table: Any) -> None:  # noqa: ANN401 - of any kind
    report = check(table, fields=FIELDS, region="KR", as_of=date(2026, 5, 1))
    found = {(held.row, held.finding.rule, held.finding.path) for held in report.findings}
    assert found == {
        (0, "email_typo", "emails[0]"),
        (0, "phone_unknown", "phones[0]"),
        (0, "cell_unread", "birth_on"),
        (1, "row_refused", "$"),
        (2, "named", "$"),
        (2, "reachable", "$"),
        (2, "email_syntax", "emails[0]"),
        (2, "cell_unread", "address.country"),
    }
    assert report.completeness == {"Name": 2, "Mail": 3, "Tel": 1, "Born": 2, "Land": 2}
    assert report.rows == 3


def test_whether_a_row_can_be_read_is_asked_of_every_row() -> None:
    rules = {held.rule: held for held in check(ROWS, fields=FIELDS).rules}
    assert (rules["row_refused"].rows, rules["row_refused"].asked) == (1, 3)
    assert (rules["cell_unread"].rows, rules["cell_unread"].asked) == (2, 3)
    assert (rules["named"].rows, rules["named"].asked) == (1, 2)


def test_a_row_is_judged_as_its_record_would_be() -> None:
    fields = FieldMap({**FIELDS, "Name": "id", "Mail": "email"})
    row = {"Name": "1", "Mail": "Ann <ann@gmial.com>", "Tel": "12", "Born": "", "Land": "kr"}
    at = datetime(2026, 5, 1, tzinfo=UTC)
    delivery = generic.read_rows([row], fields=fields, source="s", received_at=at)
    (record,) = delivery.records
    found = [held.finding for held in check([row], fields=fields).findings]
    assert found == list(check_record(record).findings)


def test_without_a_map_the_columns_are_guessed() -> None:
    report = check([{"이메일": "ann@gmial.com", "성명": "김민준"}])
    assert [held.finding.rule for held in report.findings] == ["email_typo"]


def test_an_order_of_dates_makes_them_readable() -> None:
    fields = FieldMap({"Born": "birth_date"}, date_order="DMY")
    found = {held.finding.rule for held in check([{"Born": "31.12.1990"}], fields=fields).findings}
    assert "cell_unread" not in found


def test_ignored_columns_are_not_looked_at() -> None:
    report = check([{"Mail": "a@example.com", "x": "a\0"}], fields={"Mail": "email", "x": "ignore"})
    assert report.completeness == {"Mail": 1}
    assert "row_refused" not in {held.finding.rule for held in report.findings}


def test_other_rules_are_asked_when_given() -> None:
    rules = CORE.without(*[rule.id for rule in CORE.rules if rule.id != "email_syntax"])
    report = check(ROWS[2:], fields=FIELDS, rules=rules)
    assert [held.finding.severity for held in report.findings] == [Severity.ERROR]


@pytest.mark.parametrize(
    ("table", "fields", "code"),
    [
        (7, {"a": "email"}, "not_a_table"),
        ({"a": [1]}, {"b": "email"}, "column_missing"),
        ({"a": [1], "b": [1, 2]}, {"a": "email", "b": "phone"}, "ragged"),
        ({"a": [1]}, {"a": "mail"}, "unknown_name"),
    ],
)
def test_what_cannot_be_checked_is_refused(table: Any, fields: Any, code: str) -> None:  # noqa: ANN401
    with pytest.raises(DefinitionError) as caught:
        check(table, fields=fields)
    assert caught.value.code == code
    assert isinstance(caught.value, UnknownName) is (code == "unknown_name")


def test_a_table_without_rows_is_checked() -> None:
    report = check({"Mail": []}, fields={"Mail": "email"})
    assert (report.rows, report.score, report.completeness) == (0, None, {"Mail": 0})
