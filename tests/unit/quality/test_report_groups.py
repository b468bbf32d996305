"""Groups of a report: by source and by who typed, bounded, and nobody named unasked."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ecrm_core import check
from ecrm_core.crm import Crm
from ecrm_core.customers import FieldMap
from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import FixedClock
from ecrm_core.quality import CORE, ReportBuilder, Severity, check_record
from ecrm_core.sources import generic
from tests.unit.quality.people import record

ROWS: list[dict[str, Any]] = [
    {"Mail": "ann@example.com", "Tel": "x", "By": "Anna  Weber", "From": "till"},
    {"Mail": "bo@gmial.com", "Tel": "", "By": "Ahmed", "From": "shop"},
    {"Mail": "cho", "Tel": "", "By": "Anna Weber ", "From": "shop"},
    {"Mail": "", "Tel": "", "By": " ", "From": None},
]
FIELDS = {"Mail": "email", "By": "entered_by", "Tel": "note"}
AT = datetime(2026, 5, 1, tzinfo=UTC)


def test_rows_are_counted_by_who_typed_them() -> None:
    report = check(ROWS, fields=FIELDS)
    told = [(group.name, group.rows, group.others) for group in report.entered_by]
    assert told == [("Anna Weber", 2, False), ("Ahmed", 1, False), ("", 1, False)]
    anna = report.entered_by[0]
    assert anna.completeness == {"Mail": 2, "Tel": 1, "By": 2}
    assert anna.by_severity[Severity.ERROR] == 1
    assert sum(group.rows for group in report.entered_by) == report.rows
    assert report.sources == ()


def test_rows_are_counted_by_the_column_that_names_their_source() -> None:
    report = check(ROWS, fields=FIELDS, source="From")
    assert [(g.name, g.rows) for g in report.sources] == [("shop", 2), ("till", 1), ("", 1)]
    assert "From" not in report.completeness
    with pytest.raises(DefinitionError, match="no column 'Form'"):
        check(ROWS, fields=FIELDS, source="Form")


def test_a_source_of_a_table_has_the_severities_set_for_it() -> None:
    rules = CORE.for_source("till", {"named": Severity.ERROR})
    found = check(ROWS, fields=FIELDS, source="From", rules=rules).findings
    graves = {held.row: held.finding.severity for held in found if held.finding.rule == "named"}
    assert graves[0] is Severity.ERROR
    assert graves[1] is Severity.WARNING


def test_who_typed_is_masked_until_revealed_and_told_apart_by_number() -> None:
    report = check(ROWS, fields=FIELDS)
    shown = f"{report} {report!r} {report._repr_html_()} {report.to_json()} {report.to_html()}"
    shown += f"{report.entered_by!r} {report.entered_by[0]}"
    assert "Weber" not in shown
    assert "Ahmed" not in shown
    assert [group.name for group in report.masked().entered_by] == ["A•••", "A••• 2", ""]
    assert report.masked().masked() == report.masked()
    assert "Anna Weber" in json.dumps(report.to_json(reveal=True))
    assert "Anna Weber" in report.to_html(reveal=True)


def test_nobody_stated_is_nothing_told() -> None:
    rows = [{**row, "By": ""} for row in ROWS]
    report = check(rows, fields=FIELDS)
    assert report.entered_by == ()
    assert "typed by" not in str(report)


def build(names: list[str]) -> ReportBuilder:
    person = record(name__full="Ann Lee", email="cho")
    found, builder = check_record(person), ReportBuilder(CORE)
    for at, name in enumerate(names):
        builder.add(at, found, person.cells, sources={name: person.cells}, entered_by=name)
    return builder


def test_the_fifty_largest_are_told_apart_and_the_rest_is_summed() -> None:
    names = [f"n{at:02}" for at in range(60)] + ["n59"] * 3 + [""] * 5
    groups = build(names).build().entered_by
    assert len(groups) == 52
    assert groups[0].name == "n59"
    assert groups[50].name == ""
    assert groups[50].rows == 5
    assert (groups[51].others, groups[51].rows) == (True, 10)
    assert groups[51].completeness == {"name.full": 10, "emails": 10}
    assert groups[51].by_severity == {Severity.ERROR: 10}
    assert groups[51].score == pytest.approx(groups[0].score)
    assert "all others" in str(build(names).build())


def test_memory_is_bounded_and_no_row_is_lost_however_many_names_there_are() -> None:
    builder = build([f"n{at}" for at in range(1_500)])
    assert len(builder._typists._named) == 1_000
    groups = builder.build().entered_by
    assert sum(group.rows for group in groups) == 1_500


def test_a_customer_counts_in_every_source_that_states_something_about_her() -> None:
    crm = Crm.open(clock=FixedClock(AT))
    fields = FieldMap({"no": "id", "mail": "email", "name": "full_name", "by": "entered_by"})
    for source, mail, name in (("till", "", "Ann Lee"), ("shop", "ann@example.com", "")):
        row = {"no": "1", "mail": mail, "name": name, "by": "Anna"}
        crm.ingest(generic.read_rows([row], fields=fields, source=source, received_at=AT))
    crm.merge("till/1", "shop/1", by="ada")
    report = crm.report()
    assert (report.subject, report.rows) == ("customers", 1)
    told = {group.name: (group.rows, dict(group.completeness)) for group in report.sources}
    assert told["till"][0] == told["shop"][0] == 1
    assert "name.full" in told["till"][1]
    assert "emails" not in told["till"][1]
    assert "emails" in told["shop"][1]
    assert [group.name for group in report.entered_by] == ["Anna"]
    assert "adds up to more" not in str(report)
    assert "add up to more than all customers" in str(report)
    of_one = crm.report("shop")
    assert (of_one.subject, of_one.sources) == ("records", ())
