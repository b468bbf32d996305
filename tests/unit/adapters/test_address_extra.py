"""The rules of the extra, beside those of ALL."""

import json

import pytest
from attrs import evolve

from ecrm_core.adapters.address import ADDRESS_RULES, ADDRESS_TESTS, with_addresses
from ecrm_core.customers import Address
from ecrm_core.errors import PluginError
from ecrm_core.quality import (
    ALL,
    CORE,
    LANGUAGES,
    TESTS,
    Finding,
    Party,
    RuleSet,
    Severity,
    check_party,
    render_message,
)

RULES = with_addresses(ALL)
ABOUT = {rule.id for rule in ADDRESS_RULES}


def found(place: Address, rules: RuleSet = RULES) -> list[Finding]:
    report = check_party(Party(fields={"addresses": (place,)}), rules)
    assert not any(held.crashed for held in report.findings)
    return [held for held in report.findings if held.rule in ABOUT]


def test_they_come_beside_the_others_once() -> None:
    assert len(RULES.rules) == len(ALL.rules) + len(ADDRESS_RULES)
    assert with_addresses(RULES) == RULES
    assert len(with_addresses(CORE).rules) == len(CORE.rules) + len(ADDRESS_RULES)


def test_they_go_out_as_json_and_come_back() -> None:
    again = RuleSet.from_json(json.loads(json.dumps(RULES.to_json())), tests=RULES.tests)
    assert again == RULES


def test_a_test_of_another_making_is_not_replaced() -> None:
    theirs = evolve(CORE, tests=TESTS.add("address_area", ADDRESS_TESTS["address_required"]))
    with pytest.raises(PluginError):
        with_addresses(theirs)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_rule_has_a_sentence(language: str) -> None:
    facts: dict[str, str | int] = {"field": "address.postal_code", "country": "KR"}
    for rule in ADDRESS_RULES:
        said = render_message(rule.message, facts, language=language)
        assert not said.startswith(rule.id)
        assert "address." not in said


@pytest.mark.parametrize(
    ("place", "rules"),
    [
        (Address(country="KR", lines=("서울특별시 강남구 테헤란로 152",), postal_code="06236"), []),
        (
            Address(
                country="KR", lines=("테헤란로 152",), locality="서울 강남구", postal_code="06236"
            ),
            [],
        ),
        (Address(country="DE", locality="Bonn"), []),
        (Address(locality="Bonn", lines=("Am Markt 1",)), []),
        (Address(country="Narnia", lines=("x",), postal_code="?"), []),
        (Address(country="DE", lines=("Am Markt 1",)), ["address_required"] * 2),
        (Address(country="DE", postal_code="531"), ["address_postal_code"]),
        (Address(country="US", area="Narnia"), ["address_area"]),
        (Address(country="US", area="NV", postal_code="90210"), ["address_postal_area"]),
        (Address(country="KR", area="서울", locality="Narnia"), ["address_locality"]),
    ],
)
def test_what_the_rules_find(place: Address, rules: list[str]) -> None:
    assert [held.rule for held in found(place)] == rules


def test_a_set_may_ask_addresses_without_a_street_too() -> None:
    strict = RULES.with_params("address_required", {"bare": True})
    told = [held.facts["field"] for held in found(Address(country="DE", locality="Bonn"), strict)]
    assert told == ["address.lines", "address.postal_code"]


def test_what_may_be_meant_is_a_hint_and_the_whole_address() -> None:
    (held,) = found(Address(country="US", area="Califronia", locality="Erie"))
    (suggestion,) = held.suggestions
    assert not suggestion.automatic
    assert suggestion.value == Address(country="US", area="California", locality="Erie")
    assert "Califronia" not in f"{held!r} {held.message()} {held.to_json()}"


def test_no_real_person_is_refused() -> None:
    assert all(rule.severity is not Severity.ERROR for rule in ADDRESS_RULES)


def test_the_parts_stated_one_by_one_are_asked_as_well() -> None:
    party = Party(fields={"address.country": ("US",), "address.area": ("Narnia",)})
    assert ("address", "address_area") in {
        (held.path, held.rule) for held in check_party(party, RULES).findings
    }
