"""Consistency: numbers of other countries, days that stand in, customers too young."""

from __future__ import annotations

from datetime import date

import pytest

from ecrm_core.customers import parse_phone
from ecrm_core.quality import ALL, RuleSet
from tests.unit.quality.people import findings, record

RULES = RuleSet(
    rules=tuple(map(ALL.rule, ("phone_other_country", "birth_on_stand_in", "birth_on_young")))
)


@pytest.mark.parametrize(
    ("country", "number", "found"),
    [
        ("DE", "+49 1512 3956701", False),
        ("DE", "+82 10-2943-1274", True),
        ("US", "+1 613-555-0142", False),  # Canada and the United States have one country code
        ("JE", "+44 1534 123456", False),
        ("VA", "+39 06 6982", False),
        ("AQ", "+1 415-231-4821", False),  # nobody dials into Antarctica
        ("ZZ", "+1 415-231-4821", False),
        (None, "+1 415-231-4821", False),
        ("DE", "12", False),
        ("DE", "0507-1234-5678", False),  # virtual: it says nothing about where she is
    ],
)
def test_a_number_of_another_country_is_news(
    country: str | None, number: str, *, found: bool
) -> None:
    stated = {} if country is None else {"address__country": country}
    given = record(phones=(parse_phone(number, region="KR"),), **stated)
    assert ("phone_other_country" in findings(given, RULES)) == found


@pytest.mark.parametrize(("day", "found"), [(date(1900, 1, 1), True), (date(1971, 1, 1), False)])
def test_a_day_that_programs_fill_in_is_told(day: date, *, found: bool) -> None:
    assert ("birth_on_stand_in" in findings(record(birth_on=day), RULES)) == found


def test_a_shop_names_its_own_stand_ins() -> None:
    rules = RULES.with_params("birth_on_stand_in", {"days": ["1971-01-01"]})
    assert "birth_on_stand_in" in findings(record(birth_on=date(1971, 1, 1)), rules)


@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2012, 5, 1), False),  # fourteen today: 1 May 2026
        (date(2012, 5, 2), True),
        (date(2026, 5, 1), True),
        (date(2026, 5, 2), False),  # not born yet: another rule's
    ],
)
def test_the_age_is_counted_in_birthdays(day: date, *, found: bool) -> None:
    held = findings(record(birth_on=day), RULES)
    assert ("birth_on_young" in held) == found
    if found:
        assert held["birth_on_young"].message() == "Born less than 14 years ago."
