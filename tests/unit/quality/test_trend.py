"""Trend: what has changed since a former report, and what has no common measure."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from ecrm_core import check
from ecrm_core.errors import DefinitionError
from ecrm_core.quality import CORE, Dimension, TableReport, Weights

FIELDS = {"Mail": "email", "Name": "full_name"}
GOOD = {"Mail": "ann@example.com", "Name": "Ann Lee"}
BAD = {"Mail": "cho", "Name": ""}


def report(good: int, bad: int, fields: dict[str, str] = FIELDS) -> TableReport:
    return check([*[GOOD] * good, *[BAD] * bad], fields=fields)


def test_shares_are_compared_and_not_counts() -> None:
    trend = report(30, 10).trend(report(5, 5))
    assert trend.rows == (10, 40)
    assert trend.rows_by["clean"].difference == pytest.approx(0.25)
    assert trend.completeness["Name"].difference == pytest.approx(0.25)
    syntax = trend.rules["email_syntax"]
    assert (syntax.before, syntax.now, syntax.before_of, syntax.now_of) == (0.5, 0.25, 10, 40)
    validity = trend.dimensions[Dimension.VALIDITY].difference
    assert validity is not None
    assert validity > 0


def test_a_change_is_told_by_arrow_and_word() -> None:
    told = str(report(30, 10).trend(report(5, 5))).split("\n")
    lines = {line.split()[0]: " ".join(line.split()) for line in told if line}
    assert lines["clean"].endswith("↑ +25.0 better")
    assert lines["error"].endswith("↓ -25.0 better")
    assert lines["email_syntax"].endswith("↓ -25.0 better")
    assert "50.0 % (10)" in lines["Name"]
    back = str(report(5, 5).trend(report(30, 10)))
    assert "↓ -25.0   worse" in back
    assert "↑ +25.0   worse" in back


def test_with_itself_nothing_has_changed() -> None:
    trend = report(3, 1).trend(report(3, 1))
    changes = [trend.score, *trend.rows_by.values(), *trend.dimensions.values(),
               *trend.completeness.values(), *trend.rules.values()]  # fmt: skip
    assert {change.difference for change in changes} <= {0.0, None}
    assert not trend.new_rules
    assert not trend.gone_rules
    assert "better" not in str(trend)


def test_rules_and_fields_that_only_one_knows_are_said_to_be_new_or_gone() -> None:
    fewer = CORE.without("email_syntax")
    before = check([BAD], fields={"Mail": "email"}, rules=fewer)
    trend = report(0, 1).trend(before)
    assert (trend.new_rules, trend.gone_rules) == (("email_syntax",), ())
    assert not trend.same_rules
    assert trend.completeness["Name"].difference is None
    assert "new rule" in str(trend)
    assert "different rules" in str(trend)
    back = before.trend(report(0, 1))
    assert back.gone_rules == ("email_syntax",)
    assert "rule gone" in str(back)


def test_a_former_report_may_come_from_its_json() -> None:
    former = TableReport.from_json(json.loads(json.dumps(report(5, 5).to_json())))
    assert report(30, 10).trend(former) == report(30, 10).trend(report(5, 5))


def test_the_trend_goes_out_as_json_and_html() -> None:
    trend = report(30, 10).trend(report(5, 5))
    data = json.loads(json.dumps(trend.to_json()))
    assert data["format"] == "ecrm-quality-trend-1"
    assert data["rows_by"]["clean"]["difference"] == pytest.approx(0.25)
    assert "<caption>Change from 10 to 40 rows" in trend._repr_html_()


def test_of_no_rows_nothing_is_known() -> None:
    trend = report(1, 0).trend(check({"Mail": [], "Name": []}, fields=FIELDS))
    assert trend.score.difference is None
    assert trend.rows_by["clean"].before is None
    assert "not known" in str(trend)


def test_what_has_no_common_measure_is_refused() -> None:
    one = report(1, 1)
    with pytest.raises(DefinitionError, match="found a former report of customers"):
        one.trend(evolve(one, subject="customers"))
    weights = Weights(dimensions=dict.fromkeys(Dimension, 1.0))
    with pytest.raises(DefinitionError, match="other weights"):
        one.trend(check([GOOD], fields=FIELDS, rules=evolve(CORE, weights=weights)))
