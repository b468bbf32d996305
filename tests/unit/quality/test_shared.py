"""Shared: an address held by several is found where counts are handed in, and in whole sets."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ecrm_core import FieldMap, check
from ecrm_core.crm import Crm
from ecrm_core.customers import MatchKey
from ecrm_core.kernel import FixedClock
from ecrm_core.quality import ALL, CORE, RuleSet, check_record, count_shared
from ecrm_core.sources import generic
from tests.unit.quality.people import record

AT = datetime(2026, 5, 1, tzinfo=UTC)
RULES = RuleSet(rules=(ALL.rule("email_shared"), ALL.rule("phone_shared")))
ROWS = [
    {"id": str(number), "mail": mail, "tel": "+82 10-2943-1274"}
    for number, mail in enumerate(["kim@gmail.com", "K.im+shop@gmail.com", "bo@example.com", "x"])
]
FIELDS = FieldMap({"id": "id", "mail": "email", "tel": "phone"})


def test_an_address_counts_once_a_party_and_by_what_its_spellings_share() -> None:
    twice = record(emails=record(email="kim@gmail.com").value("emails") * 2)
    other = record(email="k.i.m@googlemail.com")
    assert count_shared([twice]) == {}
    assert count_shared([twice, other]) == {MatchKey("email", "kim@gmail.com"): 2}


def test_relays_identify_nobody() -> None:
    relay = record(email="x1@privaterelay.appleid.com", phone="0507-1234-5678")
    assert relay.value("phones")[0].relay
    assert count_shared([relay, relay]) == {}


def test_inner_numbers_of_one_office_are_not_shared() -> None:
    desks = [record(phone=f"+44 20 7946 0018 ext. {desk}") for desk in (1, 2)]
    assert count_shared(desks) == {}
    assert len(count_shared([*desks, desks[0]])) == 1


def test_without_counts_nothing_is_said() -> None:
    assert check_record(record(email="kim@gmail.com"), RULES).findings == ()


@pytest.mark.parametrize(("most", "found"), [(1, 1), (2, 0)])
def test_the_rule_says_how_many_are_too_many(most: int, found: int) -> None:
    rules = RULES.with_params("email_shared", {"most": most})
    shared = {MatchKey("email", "kim@gmail.com"): 2}
    report = check_record(record(email="kim@gmail.com"), rules, shared=shared)
    assert [finding.rule for finding in report.findings] == ["email_shared"] * found
    if found:
        assert report.findings[0].message() == "2 customers have this e-mail address."
        assert report.findings[0].message("ko").startswith("고객 2명이")


def test_the_addresses_of_a_table_are_counted_in_it() -> None:
    report = check(ROWS, fields=FIELDS, rules=RULES)
    found = [(held.row, held.finding.rule) for held in report.findings]
    mails, phones = (
        [(0, "email_shared"), (1, "email_shared")],
        [(n, "phone_shared") for n in range(4)],
    )
    assert sorted(found) == sorted([*mails, *phones])


def test_the_addresses_of_a_store_are_counted_in_it() -> None:
    crm = Crm.open(clock=FixedClock(AT))
    crm.ingest(generic.read_rows(ROWS, fields=FIELDS, source="list", received_at=AT))
    for source in (None, "list"):
        counted = {held.rule: held.rows for held in crm.report(source, rules=RULES).rules}
        assert counted == {"email_shared": 2, "phone_shared": 4}


def test_core_rules_ask_no_counts() -> None:
    assert ALL.asks("contact_shared")
    assert not CORE.asks("contact_shared")
