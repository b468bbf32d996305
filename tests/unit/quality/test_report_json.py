"""JSON of a report: whole, with its format inside; what is none is refused without a word of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_json
from ecrm_core.quality import TableReport
from tests.unit.quality.reports import report

REPORT = report()
JSON: dict[str, Any] = REPORT.to_json(reveal=True)


def test_a_report_comes_back_as_it_went_without_its_findings() -> None:
    bare = evolve(REPORT, findings=())
    assert REPORT.findings
    assert TableReport.from_json(json.loads(json.dumps(JSON))) == bare
    assert TableReport.from_json(parse_json(json.dumps(JSON))) == bare
    assert TableReport.from_json(REPORT.to_json()) == bare.masked()


def test_the_json_says_its_format_and_every_denominator() -> None:
    assert JSON["format"] == "ecrm-quality-report-1"
    assert JSON["rows"] == sum(JSON["distribution"]) + JSON["not_asked"] == 12
    assert JSON["dimensions"]["validity"]["rows"] == 12
    worst = JSON["rules"][0]
    assert worst.keys() == {"rule", "severity", "rows", "asked", "examples", "message", "facts"}
    assert JSON["asked"][worst["rule"]] == worst["asked"]


SPOILT: list[tuple[str, Any]] = [
    ("format", "ecrm-quality-report-2"), ("subject", "people"), ("rows", "12"), ("rows", -1),
    ("rows", True), ("score", 1.5), ("score", "0.5"), ("distribution", [1]),
    ("distribution", [12, 1, *[0] * 8]), ("completeness", {"Mail": 13}), ("completeness", [1]),
    ("by_severity", {"grave": 1}), ("by_severity", {"error": 13}),
    ("dimensions", {"validity": {"mean": 2, "rows": 1}}), ("weights", {"penalties": {}}),
    ("weights", {"penalties": {"error": 9}, "dimensions": {}}), ("rules", [{"rule": "secret"}]),
    ("sources", [7]), ("rule_set", None), ("asked", {"named": None}),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), SPOILT, ids=range(len(SPOILT)))
def test_json_that_is_no_report_is_refused(key: str, value: object) -> None:
    with pytest.raises(InputError) as caught:
        TableReport.from_json({**JSON, key: value})
    assert "secret" not in f"{caught.value} {caught.value.facts}"


@pytest.mark.parametrize("wrong", [None, [], "report", {}, {k: JSON[k] for k in list(JSON)[:5]}])
def test_what_is_no_json_of_a_report_is_refused(wrong: object) -> None:
    with pytest.raises(InputError):
        TableReport.from_json(wrong)
