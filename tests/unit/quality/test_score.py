"""Score: what is not asked does not count, neither for nor against."""

from datetime import date

import pytest
from attrs import evolve

from ecrm_core.customers import MatchKey, parse_email
from ecrm_core.quality import (
    ALL,
    CORE,
    Dimension,
    Evidence,
    Rule,
    RuleSet,
    Severity,
    Weights,
    check_record,
)
from ecrm_core.quality.ruleset import TESTS
from tests.unit.quality.people import record


def rules(*severities: Severity | None, dimension: Dimension = Dimension.VALIDITY) -> RuleSet:
    """Return one rule for each severity, which always finds something; None: never does."""
    tests = TESTS.add("always", lambda *_: [Evidence()]).add("never", lambda *_: [])
    made = [
        Rule(id=f"r{at}", path="$", dimension=dimension, severity=severity or Severity.ERROR,
             test="always" if severity else "never")
        for at, severity in enumerate(severities)
    ]  # fmt: skip
    return RuleSet(rules=tuple(made), tests=tests)


@pytest.mark.parametrize(
    ("severities", "score"),
    [
        ((None,), 1.0),
        ((Severity.ERROR,), 0.0),
        ((Severity.WARNING,), 0.5),
        ((Severity.INFO,), 1.0),
        ((Severity.ERROR, None), 0.0),
        ((Severity.WARNING, None, Severity.INFO, None), 0.5),
        ((Severity.WARNING, Severity.ERROR), 0.0),
    ],
)
def test_the_worst_finding_of_a_value_decides(
    severities: tuple[Severity | None, ...], score: float
) -> None:
    found = check_record(record(), rules(*severities)).score
    assert found.dimensions == {Dimension.VALIDITY: score}
    assert found.total == score


def test_a_dimension_is_the_mean_of_its_values() -> None:
    emails = tuple(map(parse_email, ("ann@example.com", "no", "bo@example.com", "cy@example.com")))
    score = check_record(record(emails=emails), RuleSet(rules=(CORE.rule("email_syntax"),))).score
    assert score.dimensions == {Dimension.VALIDITY: 0.75}


def test_an_entry_that_is_bad_everywhere_has_a_bad_score() -> None:
    bad = check_record(record(name__full="asdf", email="x", phone="1"), region="KR").score
    assert bad.dimensions[Dimension.VALIDITY] < 0.4
    assert bad.total is not None
    assert bad.total < 0.8


def test_what_every_rule_crashed_at_is_unknown() -> None:
    def crash(*_: object) -> list[Evidence]:
        raise ValueError

    tests = TESTS.add("crash", crash).add("never", lambda *_: [])
    sound = evolve(rules(None).rules[0], id="sound")
    broken = evolve(sound, id="broken", test="crash")
    assert check_record(record(), RuleSet(rules=(broken,), tests=tests)).score.total is None
    assert check_record(record(), RuleSet(rules=(broken, sound), tests=tests)).score.total == 1.0


def test_rules_that_lack_what_they_need_are_not_asked() -> None:
    given = record(email="ann@example.com", birth_on=date(1980, 1, 1))
    asked = set(check_record(given, ALL).asked)
    assert not asked & {"email_stale", "email_shared", "birth_on_possible", "stated_in_future"}
    assert Dimension.UNIQUENESS not in check_record(given, ALL).score.dimensions
    told = check_record(given, ALL, as_of=date(2026, 5, 1), shared={MatchKey("email", "x@x.x"): 2})
    assert {"email_stale", "email_shared", "birth_on_possible"} <= set(told.asked)


def test_the_whole_is_the_weighted_mean_of_what_was_asked() -> None:
    one = rules(Severity.ERROR)
    two = rules(None, dimension=Dimension.TIMELINESS).rules[0]
    weights = Weights.from_json({"dimensions": {"validity": 3, "timeliness": 1}})
    both = RuleSet(rules=(*one.rules, evolve(two, id="other")), tests=one.tests, weights=weights)
    assert check_record(record(), both).score.total == 0.25


def test_what_nobody_stated_is_not_in_the_denominator() -> None:
    score = check_record(record(name__full="Ann", email="ann@example.com")).score
    assert Dimension.TIMELINESS in score.dimensions
    assert Dimension.TIMELINESS not in check_record(record(name__full="Ann")).score.dimensions
    assert check_record(record(name__full="Ann", email="ann@example.com")).score.total == 1.0


def test_nothing_asked_is_unknown_and_not_perfect() -> None:
    assert check_record(record(), RuleSet(rules=())).score.total is None


def test_dimensions_that_weigh_nothing_give_no_total() -> None:
    weights = Weights.from_json({"dimensions": {d.value: 0 for d in Dimension}})
    score = check_record(record(), RuleSet(rules=CORE.rules, weights=weights)).score
    assert score.dimensions
    assert score.total is None


def test_every_severity_and_dimension_has_a_weight() -> None:
    assert Weights().penalties.keys() == set(Severity)
    assert Weights().dimensions.keys() == set(Dimension)
