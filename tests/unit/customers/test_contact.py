"""Contact points: what was typed, what is sent to, what two spellings share."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from ecrm_core.customers.contact import (
    _ANY_CASE,
    ContactKind,
    ContactPoint,
    Verification,
    VerificationState,
    parse_email,
    parse_handle,
)
from ecrm_core.customers.phone import parse_phone
from ecrm_core.errors import InputError
from ecrm_core.kernel import decode, encode


@pytest.mark.parametrize(
    ("raw", "normalised", "match_form"),
    [
        ("Kim@Example.KR", "Kim@example.kr", "kim@example.kr"),
        (" kim@example.kr\t", "kim@example.kr", "kim@example.kr"),
        ("kim+shop@example.kr", "kim+shop@example.kr", "kim@example.kr"),
        ("+shop@example.kr", "+shop@example.kr", "+shop@example.kr"),
        ("k.i.m+a@gmail.com", "k.i.m+a@gmail.com", "kim@gmail.com"),
        ("K.im@GoogleMail.com", "K.im@googlemail.com", "kim@gmail.com"),
        ("k.im@example.kr", "k.im@example.kr", "k.im@example.kr"),
        ("Info@example.kr", "info@example.kr", "info@example.kr"),
        ("kim@xn--mller-kva.example", "kim@müller.example", "kim@müller.example"),
        ("KIM@MÜLLER.example", "KIM@müller.example", "kim@müller.example"),
        ("kim@straße.example", "kim@straße.example", "kim@straße.example"),
        ("김@example.kr", "김@example.kr", "김@example.kr"),
        ("Kim Min-jun <kim@example.kr>", "kim@example.kr", "kim@example.kr"),
        ('"k i+m"@example.kr', '"k i+m"@example.kr', '"k i+m"@example.kr'),
        ('"kim"@example.kr', "kim@example.kr", "kim@example.kr"),
    ],
)
def test_an_address_keeps_its_case_for_sending_alone(
    raw: str, normalised: str, match_form: str
) -> None:
    found = parse_email(raw)
    assert (found.raw, found.normalised, found.match_form) == (raw, normalised, match_form)


@pytest.mark.parametrize("top", ["test", "local", "localhost", "invalid", "onion", "arpa", "LOCAL"])
def test_special_domains_have_the_syntax_of_any_other(top: str) -> None:
    assert parse_email(f"kim@shop.{top}").normalised == f"kim@shop.{top.lower()}"
    assert parse_email(f"kim@müller.{top}").normalised == f"kim@müller.{top.lower()}"
    assert parse_email(f"kim@{top}").normalised is None


@pytest.mark.parametrize(
    "raw",
    ["", "@", "kim", "kim@", "@example.kr", "kim@example", "k im@example.kr", "kim@@example.kr",
     "kim@example..kr", ".kim@example.kr", "kim@-example.kr", "kim@example.123", "kim＠example.kr",
     "kim@ab--cd.kr", "kim@" + "a" * 64 + ".kr", "a" * 250 + "@example.kr", "kim@xn--a.kr"],
)  # fmt: skip
def test_an_unreadable_address_is_kept_and_not_raised(raw: str) -> None:
    assert parse_email(raw) == ContactPoint(kind=ContactKind.EMAIL, raw=raw)


@pytest.mark.parametrize(
    ("raw", "relay"),
    [
        ("x7f9@privaterelay.appleid.com", True),
        ("kim@duck.com", True),
        ("shop@kim.anonaddy.com", True),
        ("x@marketplace.amazon.co.jp", True),
        ("kim@icloud.com", False),
        ("kim@notduck.com", False),
        ("kim@example.kr", False),
    ],
)
def test_a_masked_address_is_a_relay(raw: str, relay: bool) -> None:  # noqa: FBT001
    assert parse_email(raw).relay is relay


def test_the_fast_path_knows_every_mailbox_name_of_any_case() -> None:
    from email_validator.rfc_constants import CASE_INSENSITIVE_MAILBOX_NAMES

    assert frozenset(CASE_INSENSITIVE_MAILBOX_NAMES) == _ANY_CASE


@pytest.mark.parametrize(
    ("raw", "region", "normalised"),
    [
        ("+82 2-0000-0000", None, "+82200000000"),
        ("0082 2 0000 0000", None, "+82200000000"),
        ("0082 31 000 0000", "KR", "+82310000000"),
        ("010-0000-0000", "KR", "+821000000000"),
        ("010-0000-0000", "kr", "+821000000000"),
        ("０１０－００００－００００", "KR", "+821000000000"),
        ("٠١٠٠٠٠٠٠٠٠٠", "EG", "+201000000000"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("tel:+1-202-555-0143", None, "+12025550143"),
        ("001-81-3-0000-0000", "KR", "+81300000000"),
        ("0011 44 20 7946 0000", "AU", "+442079460000"),
        ("+39 06 0000 0000", None, "+390600000000"),
        ("310-1234", "CA", "+13101234"),
        ("+1 000 000 0000", None, "+10000000000"),
    ],
)
def test_a_possible_number_becomes_e164(raw: str, region: str | None, normalised: str) -> None:
    found = parse_phone(raw, region=region)
    assert (found.normalised, found.match_form) == (normalised, normalised[1:])


@pytest.mark.parametrize(
    ("raw", "region"),
    [
        ("010-0000-0000", None), ("010-0000-0000", "XX"), ("555-0143", "US"), ("call me", "US"),
        ("", "KR"), ("(" * 240, "US"), ("9" * 300, "US"), ("+999 12345678", None), ("00", None),
        ("12", "KR"), ("000-0000", "KR"),
    ],
)  # fmt: skip
def test_an_impossible_number_is_kept_and_not_raised(raw: str, region: str | None) -> None:
    assert parse_phone(raw, region=region) == ContactPoint(kind=ContactKind.PHONE, raw=raw)


def test_an_extension_is_a_field_of_its_own() -> None:
    found = parse_phone("+1 202-555-0143 ext. 12")
    assert (found.normalised, found.extension) == ("+12025550143", "12")
    assert found.identity == "phone:12025550143#12"


@pytest.mark.parametrize(
    ("raw", "region", "relay"),
    [("0507-0000-0000", "KR", True), ("0502-000-0000", "KR", True),
     ("+82 50 7000 0000", None, True),
     ("010-5000-0000", "KR", False), ("050-0000-0000", "JP", False)],
)  # fmt: skip
def test_a_virtual_number_is_a_relay(raw: str, region: str | None, relay: bool) -> None:  # noqa: FBT001
    assert parse_phone(raw, region=region).relay is relay


@pytest.mark.parametrize(
    ("kind", "raw", "service", "normalised", "match_form"),
    [
        (ContactKind.SOCIAL, "@Kim_Shop", "Instagram", "Kim_Shop", "instagram:kim_shop"),
        (ContactKind.MESSAGING, "kim", "kakao", "kim", "kakao:kim"),
        (ContactKind.MESSAGING, "kim", None, "kim", "kim"),
        (ContactKind.WEB, "https://www.Example.com/a/", None, "https://www.Example.com/a/",
         "example.com/a"),
        (ContactKind.SOCIAL, " @ ", "line", None, None),
    ],
)  # fmt: skip
def test_a_handle_is_known_by_its_service(
    *, kind: ContactKind, raw: str, service: str | None, normalised: str, match_form: str
) -> None:
    found = parse_handle(kind, raw, service=service)
    assert (found.raw, found.normalised, found.match_form) == (raw, normalised, match_form)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (parse_email("Kim+a@example.kr"), parse_email("kim@EXAMPLE.kr"), True),
        (parse_email("not one"), parse_email("NOT  ONE"), True),
        (parse_email("not one"), parse_phone("not one"), False),
        (parse_phone("010-0000-0000", region="KR"), parse_phone("+82 10 0000 0000"), True),
        (parse_phone("+1 202-555-0143 x1"), parse_phone("+1 202-555-0143 x2"), False),
    ],
)
def test_identity_tells_the_same_contact_point(
    left: ContactPoint,
    right: ContactPoint,
    same: bool,  # noqa: FBT001
) -> None:
    assert (left.identity == right.identity) is same


PARSERS = [parse_email, parse_phone, lambda raw: parse_handle(ContactKind.SOCIAL, raw)]


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("bad", ["x" * 513, "kim\x00@example.kr", "kim\udc80@example.kr"])
def test_what_no_parser_may_see_is_refused(parse: Callable[[str], ContactPoint], bad: str) -> None:
    with pytest.raises(InputError) as refused:
        parse(bad)
    assert bad not in str(refused.value)


@pytest.mark.parametrize("parse", PARSERS)
@pytest.mark.parametrize("bad", ["a" * 1_000_000 + "@example.kr", "e" + "\u0301" * 100_000])
def test_a_megabyte_is_refused_at_once(parse: Callable[[str], ContactPoint], bad: str) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        with pytest.raises(InputError):
            parse(bad)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.001


def test_a_refusal_names_the_path() -> None:
    with pytest.raises(InputError, match=r"^\$\.emails\[2\]: "):
        parse_email("x" * 513, "$.emails[2]")


AT = datetime(2026, 1, 2, tzinfo=UTC)


def test_a_contact_point_shows_nothing_and_travels_whole() -> None:
    verified = Verification(state=VerificationState.BOUNCED, at=AT, method="mail")
    point = ContactPoint(kind=ContactKind.EMAIL, raw="kim@example.kr", verification=verified)
    assert "kim" not in repr(point)
    assert decode(ContactPoint, encode(point)) == point
