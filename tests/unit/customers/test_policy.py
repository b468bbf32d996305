"""Policies: which statement survives, by name and parameters."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from ecrm_core.customers import (
    POLICIES,
    Choice,
    Rule,
    SourceKey,
    SourceRecord,
    Stated,
    SurvivorshipPolicy,
    choose_fields,
)
from ecrm_core.errors import DefinitionError, UnknownName
from ecrm_core.kernel import CustomerId, Money, Registry, digest

ROOT = CustomerId("cus_1")
AT = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEOUL = timezone(timedelta(hours=9))


def stating(source: str, value: object, hours: int = 0, name: str = "attributes.x") -> SourceRecord:
    at = AT + hours * HOUR
    return SourceRecord(SourceKey(source, "1"), {name: Stated(value, at, at)})


def choice(held: list[SourceRecord], policy: str, **params: object) -> Choice:
    rules = {"attributes.x": Rule(policy, params)}
    (found,) = choose_fields(held, (), SurvivorshipPolicy(rules=rules))
    return found


def chosen(held: list[SourceRecord], policy: str, **params: object) -> object:
    (survivor,) = choice(held, policy, **params).chosen
    assert survivor.rule == policy
    return survivor.value


HELD = [stating("shop", "medium", 1), stating("mail", "a", 2), stating("till", "longest", 0)]


@pytest.mark.parametrize(
    ("policy", "params", "expected"),
    [
        ("newest", {}, "a"),
        ("longest", {}, "longest"),
        ("earliest", {}, "a"),
        ("latest", {}, "medium"),
        ("most_trusted", {"sources": ["till", "mail"]}, "longest"),
        ("most_trusted", {"sources": ["nobody", "shop"]}, "medium"),
        ("most_trusted", {"sources": []}, "a"),
        ("most_frequent", {}, "a"),
    ],
)
def test_a_policy_picks_its_survivor(policy: str, params: dict[str, object], expected: str) -> None:
    assert chosen(HELD, policy, **params) == expected


def test_what_did_not_survive_is_named_with_its_source() -> None:
    lost = choice(HELD, "newest").lost
    assert {(s.source.source, s.value) for s in lost if s.source} == {
        ("shop", "medium"), ("till", "longest"),
    }  # fmt: skip


def test_frequency_counts_sources_and_not_records() -> None:
    held = [stating("shop", "A"), stating("mail", "A"), stating("till", "B", 5)]
    held += [
        SourceRecord(SourceKey("till", str(n)), stating("till", "B").cells) for n in range(2, 9)
    ]
    assert chosen(held, "most_frequent") == "A"


@pytest.mark.parametrize(
    ("least", "greatest"),
    [
        (9, 10),
        (-10, -9),
        (Decimal("9.5"), Decimal("10.0")),
        (2, Decimal(10)),
        (Money(9, "EUR"), Money(10, "EUR")),
        (date(999, 1, 1), date(2026, 1, 1)),
        (datetime(2026, 1, 1, 9, tzinfo=SEOUL), datetime(2026, 1, 1, 1, tzinfo=UTC)),
        ("9 January", "A"),
        (False, True),
        (("a",), ("a", "b")),
    ],
)
def test_earliest_and_latest_go_by_value_and_not_by_its_spelling(
    least: object, greatest: object
) -> None:
    held = [stating("shop", least), stating("mail", greatest)]
    assert chosen(held, "earliest") == least
    assert chosen(held, "latest") == greatest


def test_values_of_types_that_do_not_compare_still_have_an_order() -> None:
    values = [1, "1", date(2026, 1, 1), AT, Money(1, "EUR"), Money(1, "KRW"), ("1",)]
    held = [stating(f"s{at}", value) for at, value in enumerate(values)]
    assert chosen(held, "latest") == chosen(held[::-1], "latest")


def test_the_newest_goes_by_instant_and_not_by_its_spelling() -> None:
    early = datetime(2026, 1, 1, 9, tzinfo=SEOUL)  # midnight in UTC
    later = datetime(2026, 1, 1, 1, tzinfo=UTC)
    cells = {"attributes.x": Stated("early", early, early)}
    held = [SourceRecord(SourceKey("a", "1"), cells), stating("b", "later")]
    held[1] = SourceRecord(held[1].key, {"attributes.x": Stated("later", later, later)})
    assert chosen(held, "newest") == "later"


def test_of_two_statements_at_one_time_the_greater_digest_survives() -> None:
    held = [stating("shop", "A"), stating("mail", "B"), stating("till", "C")]
    contents = {value: digest(f'{{"attributes.x":"{value}"}}') for value in "ABC"}
    assert chosen(held, "newest") == max(contents, key=contents.__getitem__)


def test_one_candidate_survives_every_policy() -> None:
    for policy in POLICIES:
        assert chosen([stating("shop", "x")], policy, sources=[]) == "x"


# ---------------------------------------------------------------- definition


@pytest.mark.parametrize(
    ("group", "rule", "error"),
    [
        ("name", Rule("newst"), UnknownName),
        ("nmae", Rule("newest"), UnknownName),
        ("name.full", Rule("newest"), UnknownName),
        ("name", Rule("most_trusted"), DefinitionError),
        ("emails", Rule("newest"), DefinitionError),
    ],
)
def test_a_rule_that_means_nothing_is_refused(
    group: str, rule: Rule, error: type[Exception]
) -> None:
    with pytest.raises(error):
        SurvivorshipPolicy(rules={group: rule})


def test_a_policy_of_the_host_is_found_by_name() -> None:
    registry = POLICIES.add("shortest", lambda _, __: lambda candidate: -len(candidate.content))
    policy = SurvivorshipPolicy(rules={"attributes.x": Rule("shortest")}, policies=registry)
    (found,) = choose_fields(HELD, (), policy)
    assert found.chosen[0].value == "a"
    assert isinstance(registry, Registry)
    assert "shortest" not in POLICIES


def test_the_digest_stands_for_the_rules_and_not_for_their_order() -> None:
    one, two = Rule("longest"), Rule("most_trusted", {"sources": ["a", "b"]})
    policy = SurvivorshipPolicy(rules={"name": one, "address": two})
    turned = SurvivorshipPolicy(rules={"address": two, "name": one})
    other = SurvivorshipPolicy(
        rules={"name": one, "address": Rule("most_trusted", {"sources": ["b", "a"]})}
    )
    assert policy.digest == turned.digest
    assert len({policy.digest, other.digest, SurvivorshipPolicy().digest}) == 3
