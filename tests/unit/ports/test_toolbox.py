"""The toolbox: frozen, one registry a seam, and every name has one owner."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from attrs.exceptions import FrozenInstanceError

from ecrm_core import Crm
from ecrm_core.customers import SourceKey, SurvivorshipPolicy, unify
from ecrm_core.customers.policy import Candidate, Ranking
from ecrm_core.customers.policy import Rule as Choice
from ecrm_core.customers.record import SourceRecord, Stated
from ecrm_core.errors import DefinitionError, InputError, PluginError, UnknownName
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Comparison
from ecrm_core.ports import Toolbox
from ecrm_core.quality import CORE, Dimension, Evidence, Rule, Severity
from ecrm_core.segmentation import CustomerField, FieldType, SchemaField
from ecrm_core.sources import Delivery

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TOOLS = evolve(Toolbox(), owner="acme-crm")


def loud(*_: object) -> Iterator[Evidence]:
    yield Evidence()


def rule(id_: str = "loud") -> Rule:
    return Rule(id=id_, path="$", dimension=Dimension.VALIDITY, severity=Severity.INFO, test="loud")


PLATE = Comparison(role="attribute:plate", levels=("other", "equal"), compare=lambda _, __: 0)
YEAR = CustomerField(
    field=SchemaField(name="year", type=FieldType.INTEGER), read=lambda _, __: 2026
)


def read(body: bytes, *, received_at: datetime, region: str | None) -> Delivery:
    if body == b"bad":
        raise InputError("found something else")
    if body == b"bug":
        raise KeyError("ann@example.com")
    assert (received_at, region) == (NOW, "KR")
    wrong: Any = {} if body == b"type" else Delivery(source="acme")
    return wrong  # type: ignore[no-any-return]


def longest_city(_: Sequence[Candidate], params: Mapping[str, Any]) -> Callable[[Candidate], Any]:
    if params.get("raises"):
        raise KeyError("ann@example.com")
    if params.get("mixed"):
        return lambda candidate: 1 if candidate.source.source == "a" else "x"
    return lambda candidate: len(candidate.content)


def test_each_thing_goes_to_its_seam_under_its_owner() -> None:
    tools = TOOLS.add(
        rule(), PLATE, YEAR, tests={"loud": loud}, policies={"city": longest_city},
        readers={"acme": read},
    )  # fmt: skip
    assert {seam for seam, _ in tools.origins} == {
        "tests", "rules", "comparisons", "fields", "policies", "readers",
    }  # fmt: skip
    assert tools.origin("rules", "loud") == "acme-crm"
    assert tools.origin("policies", "newest") == "ecrm_core"
    assert tools.comparisons["attribute:plate"].origin == "acme-crm"
    assert tools.fields["year"].origin == "acme-crm"
    assert repr(tools) == (
        "<Toolbox: 1 tests, 1 rules, 1 comparisons, 1 fields, 1 policies, 1 readers>"
    )


def test_adding_leaves_the_toolbox_as_it_was() -> None:
    before = Toolbox()
    before.add(rule(), PLATE, YEAR, tests={"loud": loud})
    assert repr(before) == "<Toolbox: nothing added>"
    with pytest.raises(FrozenInstanceError):
        before.owner = "somebody"  # type: ignore[misc]


CLASHES: dict[str, Callable[[Toolbox], Toolbox]] = {
    "test": lambda tools: tools.add(tests={"loud": loud}),
    "rule": lambda tools: tools.add(rule()),
    "comparison": lambda tools: tools.add(PLATE),
    "field": lambda tools: tools.add(YEAR),
    "policy": lambda tools: tools.add(policies={"city": longest_city}),
    "source": lambda tools: tools.add(readers={"acme": read}),
}


@pytest.mark.parametrize("what", CLASHES)
def test_a_name_clash_names_both_distributions(what: str) -> None:
    first = TOOLS.add(
        rule(), PLATE, YEAR, tests={"loud": loud}, policies={"city": longest_city},
        readers={"acme": read},
    )  # fmt: skip
    with pytest.raises(PluginError, match=r"one of acme-crm, one of beta-crm") as caught:
        CLASHES[what](evolve(first, owner="beta-crm"))
    assert caught.value.facts["origins"] == ["acme-crm", "beta-crm"]


LIBRARY: dict[str, Callable[[], Toolbox]] = {
    "rule": lambda: TOOLS.add(rule("email_typo"), tests={"loud": loud}),
    "test": lambda: TOOLS.add(tests={"invented": loud}),
    "field": lambda: TOOLS.add(evolve(YEAR, field=SchemaField(name="brand", type=FieldType.TEXT))),
    "policy": lambda: TOOLS.add(policies={"newest": longest_city}),
    "source": lambda: TOOLS.add(readers={"shopify": read}),
}


@pytest.mark.parametrize("what", LIBRARY)
def test_a_name_of_the_library_is_taken(what: str) -> None:
    with pytest.raises(PluginError, match="ecrm_core, one of acme-crm"):
        LIBRARY[what]()


def test_what_is_no_tool_is_refused() -> None:
    wrong: Any = "a rule"
    with pytest.raises(DefinitionError, match="found str, expected a Rule"):
        TOOLS.add(wrong)
    with pytest.raises(DefinitionError, match="expected a function"):
        TOOLS.add(readers={"acme": wrong})


def test_a_rule_without_its_test_is_refused() -> None:
    with pytest.raises(UnknownName, match="no quality test is named 'loud'"):
        TOOLS.add(rule())


def test_a_rule_set_has_the_added_rules_once() -> None:
    tools = TOOLS.add(rule(), tests={"loud": loud})
    once = tools.rule_set()
    assert len(once.rules) == len(CORE.rules) + 1
    assert tools.rule_set(once) == once
    assert Toolbox().rule_set() == CORE


def test_a_rule_set_with_another_test_under_the_name_is_refused() -> None:
    base = evolve(CORE, tests=CORE.tests.add("loud", lambda *_: ()))
    with pytest.raises(PluginError):
        TOOLS.add(rule(), tests={"loud": loud}).rule_set(base)


def test_a_reader_is_known_to_the_facade(tmp_path: Path) -> None:
    file = tmp_path / "acme.bin"
    file.write_bytes(b"good")
    with Crm.open(region="KR", tools=TOOLS.add(readers={"acme": read})) as crm:
        assert crm.ingest_file(file, source="acme", now=NOW).rows == 0
        with pytest.raises(DefinitionError, match="acme, segment, shopify"):
            crm.ingest_file(file, source="acne")


@pytest.mark.parametrize(("body", "found"), [(b"bug", "raised KeyError"), (b"type", "a Delivery")])
def test_a_reader_that_fails_is_named_without_what_it_saw(body: bytes, found: str) -> None:
    reader = TOOLS.add(readers={"acme": read}).readers["acme"]
    with pytest.raises(PluginError, match=found) as caught:
        reader(body, received_at=NOW, region="KR")
    assert (caught.value.facts["distribution"], caught.value.__context__) == ("acme-crm", None)
    assert "ann@" not in str(caught.value)
    with pytest.raises(InputError):
        reader(b"bad", received_at=NOW, region="KR")


def city(source: str, name: str) -> SourceRecord:
    stated = Stated(name, NOW, NOW)
    return SourceRecord(SourceKey(source, "1"), {"brand": stated})


def chosen(params: Mapping[str, Any], ranking: Ranking = longest_city) -> str | None:
    policies = TOOLS.add(policies={"city": ranking}).policies
    policy = SurvivorshipPolicy(rules={"brand": Choice("city", params)}, policies=policies)
    records = [city("a", "Ulm"), city("b", "Stuttgart"), city("c", "Bonn")]
    found: str | None = unify(records, id=CustomerId("cus_1"), policy=policy).value("brand")
    return found


def test_a_policy_chooses_what_survives() -> None:
    assert chosen({}) == "Stuttgart"


@pytest.mark.parametrize("params", [{"raises": True}, {"mixed": True}])
def test_a_policy_that_fails_is_named(params: Mapping[str, Any]) -> None:
    with pytest.raises(PluginError, match="survivorship policy 'city' of acme-crm raised"):
        chosen(params)


def test_a_policy_that_returns_no_function_is_named() -> None:
    wrong: Any = lambda _, __: 7  # noqa: E731 - one of a kind
    with pytest.raises(PluginError, match="returned int, expected a function"):
        chosen({}, wrong)
