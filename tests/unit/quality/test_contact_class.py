"""Classes of contact points: free, role, relay and throw-away mailboxes, numbers that forward."""

import pytest

from ecrm_core.customers import parse_email, parse_handle, parse_phone
from ecrm_core.customers.contact import ContactKind
from ecrm_core.quality import ALL, EmailClass, email_class, is_virtual_phone
from tests.unit.quality.people import findings, record


@pytest.mark.parametrize(
    ("address", "of"),
    [
        ("ann@acme.example", EmailClass.PERSONAL),
        ("ann@t-online.de", EmailClass.PERSONAL),
        ("ann@gmail.com", EmailClass.FREE),
        ("ann@naver.com", EmailClass.FREE),
        ("ann@yahoo.co.jp", EmailClass.FREE),
        ("ann@notgmail.com", EmailClass.PERSONAL),
        ("info@acme.example", EmailClass.ROLE),
        ("Info@gmail.com", EmailClass.ROLE),
        ("info@mailinator.com", EmailClass.DISPOSABLE),
        ("x@privaterelay.appleid.com", EmailClass.RELAY),
        ("info@duck.com", EmailClass.RELAY),
        ("ann", None),
    ],
)
def test_the_class_of_an_address(address: str, of: EmailClass | None) -> None:
    assert email_class(parse_email(address)) is of


def test_a_longer_list_of_throw_away_hosts_counts() -> None:
    contact = parse_email("ann@bin.example")
    assert email_class(contact, disposable=["bin.example"]) is EmailClass.DISPOSABLE
    assert email_class(contact) is EmailClass.PERSONAL


def test_what_is_no_email_has_no_class() -> None:
    assert email_class(parse_handle(ContactKind.WEB, "gmail.com")) is None
    assert not is_virtual_phone(parse_email("ann@acme.example"))


@pytest.mark.parametrize(
    ("number", "region", "virtual"),
    [
        ("0505-000-0000", "KR", True),
        ("050-7123-45678", "KR", True),
        ("010-0000-0000", "KR", False),
        ("070-0000-0000", "KR", False),
        ("050-0000-0000", "JP", False),
        ("+44 7000 000000", None, True),
        ("+44 7700 900000", None, False),
    ],
)
def test_a_number_that_forwards_is_told_as_news(
    number: str, region: str | None, *, virtual: bool
) -> None:
    contact = parse_phone(number, region=region)
    assert contact.normalised
    assert is_virtual_phone(contact) is virtual
    assert ("phone_virtual" in findings(record(phones=(contact,)), ALL)) is virtual


def test_a_company_that_writes_from_a_free_mailbox_is_told_as_news() -> None:
    free = record(email="ann@gmail.com", organisation__legal="Acme")
    assert findings(free, ALL)["email_free_for_company"].facts == {"domain": "gmail.com"}
    for other in (
        record(email="ann@gmail.com"),
        record(email="ann@acme.example", organisation__legal="Acme"),
        record(email="ann@comcast.net", organisation__legal="Acme"),
    ):
        assert "email_free_for_company" not in findings(other, ALL)


@pytest.mark.parametrize(
    ("address", "ends"),
    [("ann@acme.x2", True), ("ann@acme.example", False), ("ann@example.рф", False)],
)
def test_no_top_level_domain_ends_in_a_digit(address: str, *, ends: bool) -> None:
    assert ("email_ending" in findings(record(email=address), ALL)) is ends


@pytest.mark.parametrize(
    "typed", ["Ann Lee <ann@acme.example>", '"Ann" <ann@acme.example>', '"앤" <ann@acme.example>']
)
def test_a_name_before_the_address_is_mended_without_asking(typed: str) -> None:
    (suggestion,) = findings(record(email=typed), ALL)["email_display_name"].suggestions
    assert suggestion.automatic
    assert suggestion.value.raw == "ann@acme.example"
    assert "email_display_name" not in findings(record(emails=(suggestion.value,)), ALL)


def test_brackets_alone_are_no_name() -> None:
    found = findings(record(email="<ann@acme.example>"), ALL)
    assert "email_display_name" not in found
    assert found["email_wrapped"].suggestions[0].automatic
