"""Rules of plugins: what fails is a finding about the rule, and changes nobody's data."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from ecrm_core import Crm, check
from ecrm_core.customers import SourceKey, SourceRecord, Stated
from ecrm_core.ports import Toolbox
from ecrm_core.quality import (
    Dimension,
    Evidence,
    Rule,
    Severity,
    Suggestion,
    TableReport,
)
from ecrm_core.sources import Delivery

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ROWS = [{"mail": "ann.lee@gmial.com", "size": "9"}]
FIELDS = {"mail": "email", "size": "attribute:size"}


def _writes_into_params(_: object, __: object, params: Any) -> Iterable[Any]:  # noqa: ANN401
    params["domains"] = "none"
    return ()


def _writes_into_party(_: object, party: Any, __: object) -> Iterable[Any]:  # noqa: ANN401
    party.name = "Mallory"
    return ()


def _writes_into_value(value: Any, _: object, __: object) -> Iterable[Any]:  # noqa: ANN401
    value.normalised = "mallory@example.com"
    return ()


def _raises(*_: object) -> Iterable[Any]:
    raise KeyError("ann.lee@gmial.com")


BAD: dict[str, tuple[Callable[..., Iterable[Any]], str]] = {
    "raises": (_raises, "KeyError"),
    "yields text": (lambda *_: ["found"], "yielded str"),
    "yields evidence without names": (
        lambda *_: [Evidence(facts=7)],  # type: ignore[arg-type]
        "DefinitionError",
    ),
    "yields nothing that can be gone through": (lambda *_: 7, "TypeError"),  # type: ignore[dict-item]
    "writes into its parameters": (_writes_into_params, "TypeError"),
    "writes into the party": (_writes_into_party, "FrozenInstanceError"),
    "writes into the value": (_writes_into_value, "FrozenInstanceError"),
}


def asked(test: Callable[..., Iterable[Any]]) -> TableReport:
    rule = Rule(
        id="bad", path="emails", dimension=Dimension.VALIDITY, severity=Severity.ERROR, test="bad"
    )
    tools = evolve(Toolbox(), owner="acme-crm").add(rule, tests={"bad": test})
    return check(ROWS, fields=FIELDS, rules=tools.rule_set(), region="KR")


@pytest.mark.parametrize("how", BAD)
def test_a_test_that_fails_is_a_finding_and_the_other_rules_find_as_before(how: str) -> None:
    test, said = BAD[how]
    report, alone = asked(test), check(ROWS, fields=FIELDS, region="KR")
    (crashed,) = [held.finding for held in report.findings if held.finding.rule == "bad"]
    assert (crashed.crashed, crashed.facts) == (True, {"error": said})
    assert [held for held in report.findings if held.finding.rule != "bad"] == list(alone.findings)
    assert report.score == alone.score


def test_cleaning_takes_what_a_plugins_rule_suggests_without_asking() -> None:
    def upper(value: str, *_: object) -> Iterable[Evidence | Suggestion]:
        if not value.isupper():
            yield Evidence()
            yield Suggestion(value=value.upper(), confidence=1.0, automatic=True)

    rule = Rule(
        id="upper", path="brand", dimension=Dimension.VALIDITY, severity=Severity.INFO, test="upper"
    )
    stated = Stated("acme", NOW, NOW)
    with Crm.open(tools=Toolbox().add(rule, tests={"upper": upper})) as crm:
        record = SourceRecord(SourceKey("shop", "1"), {"brand": stated})
        crm.ingest(Delivery(source="shop", records=(record,)))
        assert len(crm.dry_run.clean("shop/1", by="anna").puts) > 0
        assert crm.clean(by="anna").corrections == 1
        assert crm.view("shop/1").profile.value("brand") == "ACME"
