"""Party rules: named, reachable, alive; and records and profiles seen alike."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from ecrm_core.customers import (
    CLEARED,
    Address,
    SourceKey,
    SourceRecord,
    Stated,
    Verification,
    VerificationState,
    home_id,
    parse_email,
    parse_phone,
    unify,
)
from ecrm_core.quality import check_record, party_of
from tests.unit.quality.people import AT, findings, record

PLACE = Address(country="KR", lines=("1 Main Street",), locality="Seoul")


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        ({}, {"named", "reachable"}),
        ({"name__full": "김민준"}, {"reachable"}),
        ({"organisation__trading": "Example"}, {"reachable"}),
        ({"name__given": "Ann", "email": "ann@example.com"}, set()),
        ({"name__given": "Ann", "email": "ann"}, {"reachable"}),
        ({"email": "ann@example.com", "name__full": CLEARED}, {"named"}),
        ({"name__given": "Ann", "addresses": (PLACE,)}, set()),
        ({"name__given": "Ann", "addresses": (evolve(PLACE, locality=None),)}, {"reachable"}),
        ({"name__given": "Ann", "address__lines": ("1 Main Street",)}, {"reachable"}),
        ({"name__given": "Ann", "address__lines": ("1",), "address__postal_code": "1"}, set()),
    ],
)
def test_who_can_be_named_and_reached(fields: dict[str, Any], missing: set[str]) -> None:
    assert findings(record(**fields)).keys() & {"named", "reachable"} == missing


@pytest.mark.parametrize(
    ("born", "what"),
    [
        (date(2026, 5, 1), None),
        (date(2026, 5, 2), "future"),
        (date(1906, 1, 1), None),
        (date(1905, 12, 31), "age"),
    ],
)
def test_a_date_of_birth_lies_within_a_life(born: date, what: str | None) -> None:
    found = findings(record(birth_on=born)).get("birth_on_possible")
    assert (found and found.facts["what"]) == what


def test_without_a_day_nothing_is_asked_about_time() -> None:
    report = check_record(record(birth_on=date(3000, 1, 1)))
    assert "birth_on_possible" not in {f.rule for f in report.findings}


@pytest.mark.parametrize("state", VerificationState)
def test_an_address_known_not_to_work_is_told(state: VerificationState) -> None:
    email = evolve(parse_email("ann@example.com"), verification=Verification(state=state))
    phone = evolve(parse_phone("+82 2-000-0001"), verification=Verification(state=state))
    dead = state in {VerificationState.BOUNCED, VerificationState.UNREACHABLE}
    found = findings(record(emails=(email,), phones=(phone,)))
    assert found.keys() & {"email_bounced", "phone_unreachable"} == (
        {"email_bounced", "phone_unreachable"} if dead else set()
    )


def test_a_profile_is_judged_as_its_only_record() -> None:
    given = record(name__given="민준", name__family="김", email="kim@gmial.com", phone="12",
                   organisation__legal="Example Ltd", address__country="KR")  # fmt: skip
    profile = unify([given], id=home_id("main", SourceKey("shop", "1")))
    assert check_record(profile).findings == check_record(given).findings


def test_a_later_part_of_a_name_makes_it_anew() -> None:
    later: datetime = AT + timedelta(hours=1)
    cells = {
        "name.full": Stated("Ann Lee", AT, AT),
        "name.given": Stated("Bo", later, later),
    }
    name = party_of(SourceRecord(SourceKey("shop", "1"), cells)).name
    assert name
    assert name.full == "Bo"
    cells["name.given"] = Stated("Ann", AT, AT)
    name = party_of(SourceRecord(SourceKey("shop", "1"), cells)).name
    assert name
    assert name.full == "Ann Lee"
    cells["name.given"] = Stated(CLEARED, later, later)
    name = party_of(SourceRecord(SourceKey("shop", "1"), cells)).name
    assert name
    assert name.full == "Ann Lee"
