"""Score: what is not asked does not count, neither for nor against."""

import pytest

from ecrm_core.quality import (
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
        ((Severity.ERROR, None), 0.5),
        ((Severity.WARNING, None, None, None), 0.875),
    ],
)
def test_a_dimension_is_the_mean_of_its_checks(
    severities: tuple[Severity | None, ...], score: float
) -> None:
    found = check_record(record(), rules(*severities)).score
    assert found.dimensions == {Dimension.VALIDITY: score}
    assert found.total == score


def test_the_whole_is_the_weighted_mean_of_what_was_asked() -> None:
    one = rules(Severity.ERROR)
    two = rules(None, dimension=Dimension.TIMELINESS).rules[0]
    weights = Weights.from_json({"dimensions": {"validity": 3, "timeliness": 1}})
    from attrs import evolve

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
