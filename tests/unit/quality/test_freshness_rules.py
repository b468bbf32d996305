"""Freshness rules: what is old, over, or dated in the future."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from ecrm_core import check
from ecrm_core.customers import (
    Address,
    Profile,
    Relation,
    SourceRecord,
    Stated,
    Verification,
    VerificationState,
    home_id,
    parse_email,
    parse_phone,
    unify,
)
from ecrm_core.errors import DefinitionError
from ecrm_core.quality import ALL, LANGUAGES, Finding, RuleSet, check_record
from tests.unit.quality.test_freshness import JOB, OWN, THEN, after, person

RULES = {
    "email_stale", "phone_stale", "address_stale", "employment_stale", "employment_ended",
    "contact_expired", "stated_in_future",
}  # fmt: skip
OLD: dict[str, Any] = {
    "emails": (OWN,),
    "phones": (parse_phone("+82 10-0000-0001"),),
    "addresses": (Address(lines=("1 Main Street",)),),
}


def found(
    record: SourceRecord | Profile, day: date | None, rules: RuleSet = ALL
) -> dict[str, Finding]:
    report = check_record(record, rules, as_of=day)
    assert not any(finding.crashed for finding in report.findings)
    return {held.rule: held for held in report.findings if held.rule in RULES}


def test_what_is_old_is_told_with_its_chance() -> None:
    held = found(person(**OLD), after(1825))
    assert held.keys() == {"email_stale"}  # an own domain is past its half-life, the others not
    assert held["email_stale"].path == "emails[0]"
    assert held["email_stale"].facts == {"percent": 42}
    assert found(person(**OLD), after(2191)).keys() == {
        "email_stale", "phone_stale", "address_stale"
    }  # fmt: skip
    assert found(person(**OLD), after(1460)) == {}


def test_without_a_day_nothing_is_asked() -> None:
    record = person(**OLD, relations=(evolve(JOB, until_on=after(1)),))
    assert found(record, None) == {}


def test_a_profile_is_judged_as_its_record() -> None:
    record = person(**OLD)
    profile = unify([record], id=home_id("main", record.key))
    assert found(profile, after(4000)) == found(record, after(4000)) != {}


def test_a_second_address_that_is_new_is_enough() -> None:
    record = person(**OLD)
    later = THEN + timedelta(days=3000)
    record.cells["address.lines"] = Stated(("2 Side Street",), later, later)  # type: ignore[index]
    assert "address_stale" not in found(record, after(3001))


def test_a_country_alone_is_no_address() -> None:
    assert found(person(address__country="KR"), after(9000)) == {}
    held = found(person(address__country="KR", address__locality="Seoul"), after(9000))
    assert held.keys() == {"address_stale"}


def test_what_is_confirmed_is_young_and_what_is_dead_is_told_once() -> None:
    day = after(3000)
    for state in (VerificationState.CONFIRMED, VerificationState.BOUNCED):
        at = THEN + timedelta(days=2999)
        email = evolve(OWN, verification=Verification(state=state, at=at))
        assert found(person(emails=(email,)), day).keys() == set()


def test_half_lives_and_threshold_are_parameters() -> None:
    rules = ALL.with_params("email_stale", {"half_lives": {"b2c": {"email_own": 10}}})
    assert found(person(**OLD), after(11), rules).keys() == {"email_stale"}
    rules = rules.with_params("email_stale", {"below": 0.25})
    assert found(person(**OLD), after(11), rules) == {}
    assert RuleSet.from_json(rules.to_json()) == rules


def test_nonsense_as_half_life_is_refused_with_the_rules() -> None:
    with pytest.raises(DefinitionError):
        ALL.with_params("email_stale", {"half_lives": {"b2c": {"email_own": -1}}})


@pytest.mark.parametrize(
    ("jobs", "day", "rules"),
    [
        ([evolve(JOB, until_on=after(10))], after(10), {"employment_ended"}),
        ([evolve(JOB, until_on=after(10))], after(9), set()),
        ([evolve(JOB, until_on=after(10), title=None)], after(10), set()),
        ([evolve(JOB, until_on=after(10)), evolve(JOB, title="Head")], after(10), set()),
        (
            [evolve(JOB, until_on=after(3)), evolve(JOB, until_on=after(9), title="Head")],
            after(9),
            {"employment_ended"},
        ),
        ([JOB], after(1096), {"employment_stale"}),
    ],
)
def test_a_job_that_is_over_or_old(jobs: list[Relation], day: date, rules: set[str]) -> None:
    record = person(relations=tuple(jobs))
    assert found(record, day).keys() == rules
    told = [held.rule for held in check_record(record, ALL, as_of=day).findings]
    assert all(told.count(rule) == 1 for rule in rules)


def test_an_organisation_still_shown_tells_too() -> None:
    over = evolve(JOB, until_on=after(10), title=None)
    record = person(relations=(over,), organisation__legal="Example Ltd")
    assert found(record, after(10))["employment_ended"].facts == {}


def test_contact_points_past_their_end() -> None:
    emails = (evolve(OWN, valid_until=after(3)), parse_email("b@example.com"))
    held = found(person(emails=emails), after(3))
    assert held["contact_expired"].facts == {"field": "emails"}
    assert found(person(emails=emails), after(2)) == {}


@pytest.mark.parametrize(("days", "future"), [(0, False), (1, False), (2, True)])
def test_a_statement_dated_in_the_future(days: int, *, future: bool) -> None:
    record = person(THEN + timedelta(days=days), **OLD)
    held = found(record, after(0)).get("stated_in_future")
    assert (held is not None) == future
    if held:
        assert held.facts == {"count": 3, "on": "2021-03-03"}


def test_a_source_that_dates_everything_9999_is_told() -> None:
    record = person(datetime(9999, 12, 31, tzinfo=UTC), **OLD)
    profile = unify([record], id=home_id("main", record.key))
    for party in (record, profile):
        assert found(party, date(2026, 5, 1))["stated_in_future"].facts["on"] == "9999-12-31"
        assert found(party, date.max) == {}


def test_every_rule_has_its_sentences() -> None:
    record = person(**OLD, relations=(evolve(JOB, until_on=after(1)),))
    held = found(record, after(4000))
    assert {"email_stale", "phone_stale", "employment_ended"} <= held.keys()
    for finding in held.values():
        assert len({finding.message(language) for language in LANGUAGES}) == 3


def test_rows_of_a_table_are_as_old_as_they_say() -> None:
    rows = [
        {"mail": "ann@example.com", "changed": changed}
        for changed in ("2021-03-01 09:00", "2026-04-30T09:00:00Z", "9999-12-31", "soon", "")
    ]
    report = check(rows, fields={"mail": "email", "changed": "updated_at"}, rules=ALL,
                   as_of=date(2026, 5, 1))  # fmt: skip
    told = [(held.row, held.finding.rule) for held in report.findings]
    assert [pair for pair in told if pair[1] in RULES] == [
        (0, "email_stale"), (2, "stated_in_future")
    ]  # fmt: skip


def test_rows_of_a_table_that_say_no_time_are_not_old() -> None:
    report = check([{"mail": "ann@example.com"}], fields={"mail": "email"}, rules=ALL,
                   as_of=date(2026, 5, 1))  # fmt: skip
    assert not {held.rule for held in report.rules} & RULES
