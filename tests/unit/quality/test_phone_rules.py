"""Phone rules: impossible is an error, unknown a warning, fictional and patterned implausible."""

from itertools import chain

import pytest

from ecrm_core.customers import parse_phone, phone_type
from ecrm_core.quality import CORE, Dimension, Severity, check_record
from ecrm_core.quality.data import load_data
from ecrm_core.quality.phone import is_fictional
from tests.unit.quality.people import findings, record

ABOUT_PHONE = {rule.id for rule in CORE.rules if rule.path == "phones"}


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("+44 7700 900123", {"phone_fictional", "phone_unknown"}),
        ("+1 212 555 0100", {"phone_fictional"}),
        ("+1 212 555 0199", {"phone_fictional"}),
        ("+1 212 555 0200", set()),
        ("12", {"phone_impossible"}),
        ("+999 1234", {"phone_impossible"}),
        ("call me", {"phone_impossible"}),
        ("02-000-0001", {"phone_unknown"}),
        ("010-2222-2222", {"phone_pattern"}),
        ("010-1234-5678", {"phone_pattern"}),
        ("010-9876-5432", {"phone_pattern"}),
        ("010-2345-6788", set()),
    ],
)
def test_the_rules_of_a_number(number: str, rules: set[str]) -> None:
    assert findings(record(phone=number)).keys() & ABOUT_PHONE == rules


def test_an_unknown_number_is_no_error_for_lists_age() -> None:
    assert findings(record(phone="02-000-0001"))["phone_unknown"].severity is Severity.WARNING
    assert findings(record(phone="12"))["phone_impossible"].severity is Severity.ERROR


def test_without_a_country_nobody_says_that_a_number_is_impossible() -> None:
    given = record(phones=(parse_phone("010-2345-6788"),))
    assert {f.rule for f in check_record(given).findings} & ABOUT_PHONE == {"phone_country"}
    told = check_record(given, region="KR")
    assert {f.rule for f in told.findings} & ABOUT_PHONE == {"phone_impossible"}


def test_the_country_of_the_record_counts_before_the_region() -> None:
    given = record(phones=(parse_phone("12-3"),), address__country="KR")
    assert "phone_impossible" in {f.rule for f in check_record(given).findings}


RANGES = [
    f"+{prefix}{end}"
    for prefix, first, last in chain(*load_data("fictional_phones")["ranges"].values())
    for end in {first, last}
]


@pytest.mark.parametrize("number", sorted(RANGES))
def test_both_ends_of_every_fictional_range_are_possible_and_fictional(number: str) -> None:
    contact = parse_phone(number)
    assert contact.normalised == number
    assert is_fictional(contact)


@pytest.mark.parametrize(
    "number",
    ["+441184961000", "+4930231250001", "+493023125", "+4930231261", "+467017406", "+46701740604"],
)
def test_beside_a_range_nothing_is_fictional(number: str) -> None:
    assert not is_fictional(parse_phone(number))


def test_a_fictional_number_is_implausible_and_not_refused() -> None:
    found = findings(record(phone="+44 118 496 0999"))["phone_fictional"]
    assert (found.dimension, found.severity) == (Dimension.PLAUSIBILITY, Severity.WARNING)


@pytest.mark.parametrize(
    ("number", "kind"),
    [("+82 10-2345-6788", "mobile"), ("+442079460000", "fixed_line"), ("+82 2-000-0001", None),
     ("call me", None)],
)  # fmt: skip
def test_the_type_of_a_number(number: str, kind: str | None) -> None:
    assert phone_type(parse_phone(number)) == kind
