"""E-mail rules: what is no address, what says more, and which slip is told."""

import pytest

from ecrm_core.quality import CORE, Severity
from ecrm_core.quality.email_typo import hint_of, one_slip
from tests.unit.quality.people import findings, record

ABOUT_EMAIL = {rule.id for rule in CORE.rules if rule.path == "emails"}


@pytest.mark.parametrize(
    ("address", "rules"),
    [
        ("anna@shop.example.com", set()),
        ("anna", {"email_syntax"}),
        ("", {"email_syntax"}),
        ("anna@@example.com", {"email_syntax"}),
        ("anna@shop.local", {"email_special_use"}),
        ("anna@example.test", {"email_special_use"}),
        (" anna@example.com\n", {"email_wrapped"}),
        ("Anna Kim <anna@example.com>", set()),
        ("<anna@example.com>", {"email_wrapped"}),
        ('"anna kim"@example.com', {"email_quoted"}),
        ('"Anna" <anna@example.com>', set()),
        ("anna@example.xn--jxalpdlp", {"email_special_use"}),
        ("anna@example.テスト", {"email_special_use"}),
        ("anna@example.x2", set()),
        ("anna@example.12", {"email_syntax"}),
        (r'"ann\é"@example.com', {"email_syntax"}),
        (r'"ann\\é"@example.com', {"email_quoted"}),
        ("a" * 64 + "@example.com", set()),
        ("a" * 65 + "@example.com", {"email_long"}),
        ("anna@mailinator.com", {"email_disposable"}),
        ("anna@box.mailinator.com", {"email_disposable"}),
        ("anna@notmailinator.com", set()),
        ("anna@privaterelay.appleid.com", set()),
        ("Info@example.com", {"email_role"}),
        ("sales+shop@example.com", {"email_role"}),
        ("anna@gmial.com", {"email_typo"}),
        ("anna@gmail,com", {"email_syntax", "email_typo"}),
        ("anna@gmail.com", set()),
        ("@gmial.com", {"email_syntax"}),
    ],
)
def test_the_rules_of_an_address(address: str, rules: set[str]) -> None:
    assert findings(record(email=address)).keys() & ABOUT_EMAIL == rules


@pytest.mark.parametrize(
    "domain",
    ["gmail.com", "mail.com", "email.com", "ymail.com", "me.com", "mac.com", "aol.com", "gmx.de",
     "naver.com", "nate.com", "yahoo.co.jp", "sub.gmail.com", "date.com", "gate.com", "five.com",
     "note.com", "love.com", "main.com",
     "never.com", "acme.co", "acme.cam", "acme.ne", "acme.ong", "shop.example.com", "fmail.com",
     "nodot", "", ".", "outlook.xyz", "comcast.edu"],
)  # fmt: skip
def test_a_real_domain_is_no_slip(domain: str) -> None:
    assert hint_of(domain) is None


@pytest.mark.parametrize(
    ("domain", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmailc.om", "gmail.com"),
        ("gmal.com", "gmail.com"),
        ("gnail.con", "gmail.com"),
        ("yahho.co.jp", "yahoo.co.jp"),
        ("hotmail.co", "hotmail.com"),
        ("naver.cmo", "naver.com"),
        ("hanmial.net", "hanmail.net"),
        ("gmx.ent", "gmx.net"),
        ("comcast.nry", "comcast.net"),
        ("small-company.cmo", "small-company.com"),
        ("mail.small-company.ogr", "mail.small-company.org"),
    ],
)
def test_a_slip_is_told(domain: str, meant: str) -> None:
    found = hint_of(domain)
    assert found
    assert found.domain == meant
    assert 0 < found.confidence < 1


@pytest.mark.parametrize(
    ("left", "right", "slip"),
    [
        ("abc", "abc", False),
        ("abc", "abd", True),
        ("abc", "acb", True),
        ("abc", "ab", True),
        ("abc", "abcd", True),
        ("abc", "xabc", True),
        ("abc", "cab", False),
        ("abc", "add", False),
        ("abcd", "ab", False),
        ("", "a", True),
    ],
)
def test_one_slip_is_one_letter_or_two_swapped(left: str, right: str, slip: bool) -> None:  # noqa: FBT001
    assert one_slip(left, right) is one_slip(right, left) is slip


def test_a_hint_suggests_and_never_decides() -> None:
    found = findings(record(email="anna@gmial.com"))["email_typo"]
    (suggestion,) = found.suggestions
    assert suggestion.value.normalised == "anna@gmail.com"
    assert not suggestion.automatic
    assert found.facts == {"domain": "gmail.com"}


def test_what_stands_around_an_address_goes_without_asking() -> None:
    found = findings(record(email=" anna@example.com"))["email_wrapped"]
    (suggestion,) = found.suggestions
    assert suggestion.automatic
    assert findings(record(emails=(suggestion.value,))).keys() & ABOUT_EMAIL == set()


def test_a_larger_list_of_throw_away_hosts_is_loaded_by_params() -> None:
    listed = CORE.with_params(
        "email_disposable", {"domains": ["throw.example", "xn--6qq79v.example"]}
    )
    for host in ("throw.example", "a.throw.example", "你好.example", "mailinator.com"):
        assert "email_disposable" in findings(record(email=f"anna@{host}"), listed)
    assert "email_disposable" not in findings(record(email="anna@throw.example"))


def test_a_relay_is_never_a_throw_away_mailbox_whatever_a_list_says() -> None:
    listed = CORE.with_params("email_disposable", {"domains": ["duck.com"]})
    assert "email_disposable" not in findings(record(email="anna@duck.com"), listed)


def test_a_role_is_told_as_news_only() -> None:
    assert findings(record(email="info@example.com"))["email_role"].severity is Severity.INFO


@pytest.mark.parametrize(
    "domain",
    ["mail.de", "hotmail.ch", "hotmail.com.au", "live.at", "outlook.pt", "yahoo.nl", "yahoo.com.tr",
     "home.pl", "emails.com", "uol.com.ar", "gmail.de"],
)  # fmt: skip
def test_a_provider_in_another_country_is_no_slip(domain: str) -> None:
    assert hint_of(domain) is None


@pytest.mark.parametrize(
    ("domain", "meant"),
    [("gmeil.com", "gmail.com"), ("hanmail.com", "hanmail.net"), ("weeb.de", "web.de"),
     ("gmail.comcom", "gmail.com"), ("hotmail.co", "hotmail.com"), ("naver.con", "naver.com")],
)  # fmt: skip
def test_a_wrong_domain_that_is_no_host_is_hinted_at(domain: str, meant: str) -> None:
    hint = hint_of(domain)
    assert hint is not None
    assert hint.domain == meant


@pytest.mark.parametrize("local", ["a..b", "abc.", ".abc"])
def test_what_carriers_once_gave_out_is_an_address(local: str) -> None:
    found = findings(record(email=f"{local}@docomo.ne.jp"))
    assert set(found) == {"email_quoted", "named"}
    assert found["email_quoted"].message_key == "email_dots"
    assert "email_syntax" in findings(record(email=f"{local}@example.com"))
