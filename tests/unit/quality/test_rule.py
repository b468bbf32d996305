"""Rules and rule sets: data that goes out and comes back, and refuses what it does not know."""

import json
from typing import Any

import pytest

from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.quality import ALL, CORE, Applies, Dimension, Rule, RuleSet, Severity, Weights

PLAIN = {
    "id": "mine",
    "path": "emails",
    "dimension": "validity",
    "severity": "error",
    "test": "email_syntax",
}


def test_a_rule_comes_back_from_its_json() -> None:
    full = PLAIN | {
        "params": {"domains": ["a.example", "b.example"], "longest": 7},
        "applies_when": {"sources": ["till"], "stated": ["name"]},
        "message": "email_syntax",
    }
    for data in (PLAIN, full):
        rule = Rule.from_json(data)
        assert rule.to_json() == data
        assert Rule.from_json(json.loads(json.dumps(rule.to_json()))) == rule


def test_the_core_rules_come_back_from_their_json() -> None:
    again = RuleSet.from_json(json.loads(json.dumps(CORE.to_json())))
    assert again == CORE
    assert len(CORE.rules) >= 20


def test_overrides_and_weights_come_back_from_json() -> None:
    weights = Weights.from_json({"penalties": {"info": 0.1}, "dimensions": {"validity": 9}})
    rules = RuleSet(rules=CORE.rules, weights=weights).for_source("till", {"named": Severity.INFO})
    again = RuleSet.from_json(rules.to_json())
    assert again == rules
    assert again.severity(CORE.rule("named"), "till") is Severity.INFO
    assert again.weights.penalties[Severity.INFO] == 0.1
    assert (
        again.weights.dimensions[Dimension.COMPLETENESS]
        == Weights().dimensions[Dimension.COMPLETENESS]
    )


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"id": "Mine"},
        {"id": "ä"},
        {"id": ""},
        {"id": 7},
        {"path": "email"},
        {"path": 7},
        {"dimension": "beauty"},
        {"severity": "fatal"},
        {"severity": ["error"]},
        {"test": None},
        {"params": [1]},
        {"params": {"a": float("nan")}},
        {"applies_when": {"source": ["till"]}},
        {"applies_when": {"sources": "till"}},
        {"applies_when": {"sources": [1]}},
        {"applies_when": {"stated": ["mail"]}},
        {"message": 3},
    ],
)
def test_what_is_no_rule_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - InputError from a gate, else DefinitionError
        Rule.from_json(PLAIN | change)
    assert caught.type.__module__ == "ecrm_core.errors"


@pytest.mark.parametrize("key", PLAIN)
def test_a_missing_key_is_named(key: str) -> None:
    with pytest.raises(DefinitionError, match=key) as caught:
        Rule.from_json({name: held for name, held in PLAIN.items() if name != key})
    assert caught.value.facts["missing"] == [key]


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        {"rules": {}},
        {"rules": [7]},
        {"rules": [], "extra": 1},
        {"rules": [PLAIN, PLAIN]},
        {"rules": [PLAIN | {"test": "nothing_such"}]},
        {"rules": [PLAIN], "severities": []},
        {"rules": [PLAIN], "severities": {"till": []}},
        {"rules": [PLAIN], "severities": {"till": {"other": "info"}}},
        {"rules": [PLAIN], "severities": {"till": {"mine": "fatal"}}},
        {"rules": [PLAIN], "weights": {"penalties": {"fatal": 1}}},
        {"rules": [PLAIN], "weights": {"penalties": {"error": 2}}},
        {"rules": [PLAIN], "weights": {"penalties": {"error": True}}},
        {"rules": [PLAIN], "weights": {"dimensions": {"validity": -1}}},
        {"rules": [PLAIN], "weights": {"dimensions": {"validity": "1"}}},
        {"rules": [PLAIN], "weights": []},
    ],
)
def test_what_is_no_rule_set_is_refused(data: Any) -> None:  # noqa: ANN401 - that is the point
    with pytest.raises(DefinitionError):
        RuleSet.from_json(data)


def test_a_set_is_changed_rule_by_rule() -> None:
    mine = Rule.from_json(PLAIN)
    more = CORE.with_rule(mine)
    assert more.rule("mine") == mine
    assert len(more.rules) == len(CORE.rules) + 1
    assert [r.id for r in more.with_rule(mine).rules] == [r.id for r in more.rules]
    assert more.without("mine") == CORE
    kept = CORE.for_source("till", {"named": Severity.INFO, "reachable": Severity.INFO})
    assert kept.without("named").severities == {"till": {"reachable": Severity.INFO}}
    with pytest.raises(UnknownName) as caught:
        CORE.without("named", "email_tpyo")
    assert "email_typo" in caught.value.near


def test_params_are_added_to_those_of_the_rule() -> None:
    rules = ALL.with_params("email_stale", {"half_lives": {"b2c": {"mobile": 90}}})
    assert set(rules.rule("email_stale").params) == {"below", "half_lives"}


@pytest.mark.parametrize(
    ("rule", "params"),
    [
        ("email_disposable", {"domains": "gmail.com"}),
        ("email_disposable", {"domains": [5]}),
        ("email_disposable", {"domain": ["x.kr"]}),
        ("email_typo", {"nosuch": 1}),
        ("email_stale", {"below": -5}),
        ("email_stale", {"below": 5}),
        ("email_stale", {"below": float("nan")}),
        ("email_stale", {"below": "x"}),
        ("email_stale", {"half_lives": 5}),
        ("birth_on_possible", {"oldest": -1}),
        ("birth_on_possible", {"oldest": True}),
        ("birth_on_stand_in", {"days": ["1900-13-01"]}),
        ("email_shared", {"most": "x"}),
        ("email_long", {"longest": None}),
    ],
)
def test_senseless_parameters_are_refused_when_the_set_is_made(
    rule: str, params: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=r"expected|near|parameter"):
        ALL.with_params(rule, params)


GOOD: dict[str, Any] = {
    "id": "mine", "path": "emails", "dimension": Dimension.VALIDITY, "severity": Severity.ERROR,
    "test": "email_syntax",
}  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"severity": "info"}, {"dimension": "validity"}, {"id": 5}, {"message": "\ud800"},
        {"test": None}, {"sentences": {"en": 5}}, {"params": {"x": float("inf")}},
    ],
)  # fmt: skip
def test_a_rule_of_wrong_types_is_a_definition_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        Rule(**GOOD | wrong)


def test_text_is_no_list_of_sources() -> None:
    with pytest.raises(DefinitionError, match="expected a list"):
        Applies(sources="shop")


def test_severities_of_a_source_are_severities_of_rules() -> None:
    with pytest.raises(DefinitionError, match="expected a Severity"):
        CORE.for_source("shop", {"named": "info"})  # type: ignore[dict-item]
    with pytest.raises(UnknownName):
        RuleSet.from_json({**CORE.to_json(), "severities": {"shop": {5: "info"}}})
