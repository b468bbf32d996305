"""Check: all findings in one pass, a crashing test among them, and nothing personal in any."""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from ecrm_core.customers import FieldValue
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.quality import (
    CORE,
    TESTS,
    Applies,
    Dimension,
    Evidence,
    Party,
    Rule,
    RuleSet,
    Severity,
    Suggestion,
    check_many,
    check_record,
    refused_report,
)
from tests.unit.quality.people import AT, findings, record

KIM = record(name__full="Kim", emails=record(email="kim@gmial.com").value("emails"))


def rule(test: str, **parts: FieldValue) -> Rule:
    said: dict[str, Any] = {
        "id": "mine", "path": "emails", "dimension": Dimension.VALIDITY,
        "severity": Severity.ERROR, "test": test,
    }  # fmt: skip
    return Rule(**said | parts)


def with_test(test: FieldValue, **parts: FieldValue) -> RuleSet:
    return RuleSet(rules=(rule("mine", **parts),), tests=TESTS.add("mine", test))


def raises(value: FieldValue, _: Party, __: Mapping[str, Any]) -> Iterable[Evidence]:
    raise ValueError(value.raw)


def late(value: FieldValue, _: Party, __: Mapping[str, Any]) -> Iterable[Evidence]:
    yield Evidence()
    raise KeyError(value.raw)


def nothing(_: FieldValue, __: Party, ___: Mapping[str, Any]) -> FieldValue:
    return None


def texts(value: FieldValue, _: Party, __: Mapping[str, Any]) -> FieldValue:
    return [value.raw]


def suggests(value: FieldValue, _: Party, __: Mapping[str, Any]) -> FieldValue:
    return [Suggestion(value=value, confidence=1)]


def endless(_: FieldValue, __: Party, ___: Mapping[str, Any]) -> Iterable[Evidence]:
    while True:
        yield Evidence()


@pytest.mark.parametrize(
    ("test", "error"),
    [(endless, "yielded list"), (raises, "ValueError"), (late, "KeyError"),
     (nothing, "TypeError"), (texts, "yielded str"), (suggests, "yielded Suggestion")],
)  # fmt: skip
def test_a_test_that_fails_is_a_finding_and_the_others_go_on(test: FieldValue, error: str) -> None:
    rules = with_test(test).with_rule(CORE.rule("email_typo"))
    report = check_record(KIM, rules)
    broken, typo = report.findings
    assert (broken.rule, broken.message_key, broken.facts) == (
        "mine",
        "rule_error",
        {"error": error},
    )
    assert typo.rule == "email_typo"
    assert "kim" not in f"{broken!r} {broken} {broken.to_json()}".lower()


def test_a_test_that_fails_neither_helps_nor_harms_the_score() -> None:
    assert check_record(KIM, with_test(raises)).score.dimensions == {}
    assert check_record(KIM, with_test(raises)).score.total is None


def test_a_test_cannot_change_what_it_is_given() -> None:
    def change(_: FieldValue, __: Party, params: FieldValue) -> FieldValue:
        params["longest"] = 1
        return []

    rules = with_test(change, params={"longest": 2})
    (broken,) = check_record(KIM, rules).findings
    assert broken.facts == {"error": "TypeError"}
    assert rules.rules[0].params == {"longest": 2}


def test_findings_say_where_in_a_list() -> None:
    emails = (*KIM.value("emails"), *record(email="ann").value("emails"))
    found = findings(record(emails=emails))
    assert found["email_typo"].path == "emails[0]"
    assert found["email_syntax"].path == "emails[1]"


def test_suggestions_belong_to_the_evidence_before_them() -> None:
    def two(value: FieldValue, _: Party, __: Mapping[str, Any]) -> FieldValue:
        yield Evidence(facts={"n": 1})
        yield Evidence(facts={"n": 2})
        yield Suggestion(value=value, confidence=0.5)
        yield Suggestion(value=value, confidence=0.25)

    first, second = check_record(KIM, with_test(two)).findings
    assert first.suggestions == ()
    assert [held.confidence for held in second.suggestions] == [0.5, 0.25]


def test_an_organisation_is_seen_as_one_and_masked() -> None:
    def legal(value: FieldValue, _: Party, __: Mapping[str, Any]) -> FieldValue:
        return [Evidence(facts={"letters": len(value.legal)})]

    given = record(organisation__legal="Example Ltd")
    (finding,) = check_record(given, with_test(legal, path="organisation")).findings
    assert (finding.evidence, finding.facts, finding.path) == (
        "E•••",
        {"letters": 11},
        "organisation",
    )


def test_a_suggestion_shows_its_value_when_asked() -> None:
    suggestion = Suggestion(value="kim@example.com", confidence=1)
    assert suggestion.reveal() == "kim@example.com"
    assert "kim" not in repr(suggestion)


@pytest.mark.parametrize("confidence", [-0.1, 1.1, float("nan")])
def test_a_confidence_is_0_to_1(confidence: float) -> None:
    with pytest.raises(DefinitionError):
        Suggestion(value="x", confidence=confidence)


def test_a_rule_is_asked_of_its_sources_alone() -> None:
    rules = with_test(raises, applies_when=Applies(sources=("till",)))
    assert check_record(KIM, rules).findings == ()
    assert check_record(KIM, rules).asked == ()
    told = record(source="till", emails=KIM.value("emails"))
    assert len(check_record(told, rules).findings) == 1


def test_a_rule_is_asked_where_its_fields_are_stated() -> None:
    rules = with_test(raises, applies_when=Applies(stated=("birth_on", "name")))
    assert check_record(KIM, rules).findings == ()
    told = record(emails=KIM.value("emails"), birth_on=AT.date(), name__full="Kim")
    assert len(check_record(told, rules).findings) == 1


def test_a_source_may_weigh_a_finding_otherwise() -> None:
    rules = CORE.for_source("shop", {"email_typo": Severity.INFO})
    assert findings(KIM, rules)["email_typo"].severity is Severity.INFO
    till = record(source="till", emails=KIM.value("emails"))
    assert findings(till, rules)["email_typo"].severity is Severity.WARNING
    assert check_record(KIM, rules).score.total > check_record(till, rules).score.total  # type: ignore[operator]


def test_a_report_shows_no_value_unasked() -> None:
    report = check_record(record(name__full="Kimberley 7", email="Kimberley <kimberley@gmial.com> ",
                                 phone="010-1234-5678"), as_of=AT)  # fmt: skip
    assert len(report.findings) > 3
    texts = (repr(report), str(report), report.to_json(), *map(str, report.findings))
    shown = " ".join(map(str, texts))
    assert "imberley" not in shown
    assert "1234" not in shown


def test_the_worst_severity_is_told() -> None:
    assert check_record(record(name__full="Kim", email="kim@example.com")).worst is None
    assert check_record(KIM).worst is Severity.WARNING
    assert check_record(record(name__full="Kim", email="kim")).worst is Severity.ERROR


def test_many_are_checked_as_they_are_asked_for() -> None:
    drawn: list[int] = []

    def people() -> FieldValue:
        for number in range(100):
            drawn.append(number)
            yield KIM

    reports = check_many(people())
    assert drawn == []
    assert next(reports) == check_record(KIM)
    assert drawn == [0]


def test_a_refused_row_is_an_error_of_validity() -> None:
    report = refused_report(["$.a: found a NUL character"])
    assert report.score.total == 0
    assert report.worst is Severity.ERROR
    assert "NUL" in str(report)


def test_an_unknown_test_is_named_with_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        RuleSet(rules=(rule("email_sintax"),))
    assert "email_syntax" in caught.value.near


def test_rules_that_apply_to_some_are_asked_of_those_alone() -> None:
    for_till = rule("email_role", id="for_till", applies_when=Applies(sources=("till",)))
    rules = RuleSet(rules=(*CORE.rules, for_till))
    given = {source: record(source=source, email="info@example.com") for source in ("till", "shop")}
    for _ in range(2):  # the second time it is remembered who is asked
        asked = {source: check_record(held, rules).asked for source, held in given.items()}
        assert set(asked["till"]) - set(asked["shop"]) == {"for_till"}


@pytest.mark.parametrize(
    "said",
    [
        {"facts": {"x": float("nan")}}, {"facts": {5: "x"}}, {"facts": {"x": [1]}}, {"message": 5},
        {"facts": {"x": 10**5_000}}, {"facts": {"x": "y" * 10_000}}, {"message": "no key at all"},
    ],
)  # fmt: skip
def test_what_cannot_fill_a_sentence_is_a_finding_about_the_rule(said: dict[str, Any]) -> None:
    rules = with_test(lambda *_: [Evidence(**said)])
    (found,) = check_record(KIM, rules).findings
    assert (found.crashed, found.facts) == (True, {"error": "DefinitionError"})
    assert str(found)


def test_a_fact_that_repeats_the_value_is_not_told() -> None:
    rules = with_test(lambda value, *_: [Evidence(facts={"it": f"is {value.raw}"})])
    (found,) = check_record(KIM, rules).findings
    assert found.facts == {"error": "yielded Evidence"}


def test_a_test_that_ends_the_program_ends_nothing() -> None:
    def leave(value: FieldValue, *_: object) -> FieldValue:
        raise SystemExit(value.raw)

    (found,) = check_record(KIM, with_test(leave)).findings
    assert found.facts == {"error": "SystemExit"}
