"""Table report: numbers with their denominators, and nothing of anybody in what is shown."""

from ecrm_core.quality import CORE, Dimension, ReportBuilder, Severity, check_record
from tests.unit.quality.people import record

PEOPLE = [
    record(name__full="Ann Lee", email="ann@example.com"),
    record(name__full="<b>Bo</b> 7", email="bo@gmial.com"),
    record(name__full="Cho", email="cho"),
]


def build(keep: int | None = None) -> ReportBuilder:
    builder = ReportBuilder(CORE, keep=keep)
    builder.expect(["name.full", "phones"])
    for number, person in enumerate(PEOPLE):
        builder.add(number, check_record(person), person.cells)
    return builder


def test_the_numbers_add_up() -> None:
    report = build().build()
    assert report.rows == 3
    assert report.by_severity == {Severity.WARNING: 1, Severity.ERROR: 1}
    assert report.clean == 1
    assert report.completeness == {"name.full": 3, "phones": 0, "emails": 3}
    assert {row.row for row in report.findings} == {1, 2}
    assert report.flagged() == {1, 2}
    assert report.flagged(Severity.ERROR) == {2}


def test_a_mean_is_told_with_the_rows_it_was_asked_of() -> None:
    report = build().build()
    reports = [check_record(person).score.dimensions for person in PEOPLE]
    mean, rows = report.dimensions[Dimension.VALIDITY]
    assert rows == 3
    assert mean == sum(held[Dimension.VALIDITY] for held in reports) / 3
    assert Dimension.UNIQUENESS not in report.dimensions


def test_the_worst_rules_come_first_with_masked_examples() -> None:
    rules = build().build().rules
    assert rules[0].rule == "email_syntax"
    assert (rules[0].rows, rules[0].asked, rules[0].examples) == (1, 3, ("c•••",))
    order = [(-held.severity.rank, -held.rows) for held in rules]
    assert order == sorted(order)


def test_findings_kept_are_bounded_and_every_number_counts_all() -> None:
    few, all_ = build(keep=1).build(), build().build()
    assert len(few.findings) == 1
    assert (few.rules, few.by_severity) == (all_.rules, all_.by_severity)


def test_what_is_shown_holds_no_value_and_is_escaped() -> None:
    report = build().build()
    shown = f"{report} {report._repr_html_()} {report.to_json()} {report.to_rows()} {report!r}"
    for value in ("Lee", "gmial", "Cho", "<b>", "Bo"):
        assert value not in shown
    assert "&lt;•••" in report._repr_html_()
    assert "1 of 3" in str(report)


def test_findings_go_into_a_frame_as_flat_rows_in_a_language() -> None:
    rows = build().build().to_rows("ko")
    assert {"row", "severity", "rule", "path", "value", "message"} == rows[0].keys()
    assert [row["row"] for row in rows] == sorted(int(row["row"]) for row in rows)
    assert any("숫자가" in str(row["message"]) for row in rows)


def test_of_no_rows_nothing_is_claimed() -> None:
    report = ReportBuilder(CORE).build()
    assert report.score is None
    assert "not asked" in str(report)
