"""Plain records: what a rule may have something to say to is asked; the report is the same."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from ecrm_core.customers import CLEARED, Verification, VerificationState, parse_email
from ecrm_core.quality import ALL, CORE, Rule, RuleSet, check_party, check_record, party_of
from ecrm_core.quality.plain import plain_fields
from tests.unit.quality.people import record

PLAIN: dict[str, Any] = {
    "name__given": "Anne", "name__family": "O'Neill", "email": "anne@example.com",
    "phone": "+82 10-2000-1234", "address__country": "KR", "tags": ("new",), "entered_by": "Bo",
}  # fmt: skip
BOUNCED = parse_email("anne@example.com")


def test_most_records_are_plain() -> None:
    assert plain_fields(record(**PLAIN), CORE) == (True, True)
    assert plain_fields(record(**{**PLAIN, "phone": None, "phones": ()}), CORE) is None
    assert check_record(record(**PLAIN), CORE).findings == ()


@pytest.mark.parametrize(
    "beside",
    [
        {"birth_on": date(2030, 1, 1)}, {"organisation__legal": "anne"}, {"name__prefix": "Dr"},
        {"unmapped__$__birthday": "03/04/1980"}, {"name__full": "Test"}, {"tags": CLEARED},
        {"name__given": "Mickey", "name__family": "Mouse"}, {"name__given": "½"},
        {"name__given": "Test", "name__family": "Test"}, {"name__given": "J."},
        {"name__given": "asd", "name__family": "asd"}, {"name__family": "A7"},
        {"email": "anne@gmial.com"}, {"email": "info@example.com"}, {"email": "x"},
        {"email": " anne@example.com"}, {"phone": "12"}, {"phone": "010-1234-5678"},
        {"phone": "+1 212-555-0123"},
    ],
)  # fmt: skip
def test_what_is_not_is_asked(beside: dict[str, Any]) -> None:
    given = record(**{**PLAIN, **beside})
    assert plain_fields(given, CORE) is None
    asked = check_party(party_of(given, as_of=date(2026, 5, 1)), CORE)
    assert check_record(given, CORE, as_of=date(2026, 5, 1)) == asked


def test_a_verified_address_and_one_that_bounced_are_asked() -> None:
    from attrs import evolve

    held = evolve(BOUNCED, verification=Verification(state=VerificationState.BOUNCED))
    assert plain_fields(record(**{**PLAIN, "email": None, "emails": (held,)}), CORE) is None


def test_rules_that_look_elsewhere_are_asked() -> None:
    assert plain_fields(record(**PLAIN), ALL) is None
    own = Rule.from_json({"id": "mine", "path": "tags", "dimension": "validity",
                          "severity": "info", "test": "named"})  # fmt: skip
    assert plain_fields(record(**PLAIN), RuleSet(rules=(*CORE.rules, own))) is None
    sometimes = Rule.from_json({**CORE.rule("named").to_json(),
                                "applies_when": {"sources": ["till"]}})  # fmt: skip
    assert plain_fields(record(**PLAIN), CORE.with_rule(sometimes)) is None
