"""Laws of contact points, names and countries, over drawn text."""

import re
import socket
import string
from typing import NoReturn
from unicodedata import normalize

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ecrm_core.customers.address import parse_country
from ecrm_core.customers.contact import (
    ContactKind,
    _plain,
    _validated,
    parse_email,
    parse_handle,
)
from ecrm_core.customers.names import _unsigned, compose_name, name_key, name_search_keys
from ecrm_core.customers.organisation import split_legal_form
from ecrm_core.customers.phone import parse_phone
from ecrm_core.kernel import fold
from tests.profile import size

SPECIAL = ("arpa", "invalid", "local", "localhost", "onion", "test")
ATOM = string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-"


@pytest.fixture(autouse=True, scope="module")
def _no_sockets() -> object:
    """Let nothing in this file open a socket."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise AssertionError("a parser opened a socket")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        patch.setattr(socket, "getaddrinfo", refuse)
        yield


# Gated text: what the gates let through.
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=512)
labels = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12)
domains = st.lists(
    st.one_of(labels, st.sampled_from(["com", "KR", "xn--mller-kva", "example", *SPECIAL])),
    min_size=1, max_size=4,
).map(".".join)  # fmt: skip
locals_ = st.one_of(
    st.lists(st.text(ATOM, max_size=12), min_size=1, max_size=3).map(".".join),
    st.sampled_from(["info", "Sales", "WWW", "a" * 64, "k" * 240, '"a b"', "김", "e\u0301"]),
)
addresses = st.builds("{}@{}".format, locals_, st.one_of(domains, texts.map(lambda t: t[:40])))
likely_emails = st.one_of(addresses, texts, st.builds("{} <{}>".format, texts, addresses)).filter(
    lambda text: len(text) <= 512
)
likely_phones = st.one_of(
    texts, st.from_regex(r"\A(\+|00|0)?[0-9０-９٠-٩ ()./-]{1,20}( ext\.? ?[0-9]{1,5})?\Z")
)
regions = st.sampled_from([None, "KR", "JP", "US", "DE", "IT", "AU", "XX", ""])


@settings(max_examples=size(300, 5_000))
@given(addresses)
@example("Kim.Min+tag@Example.co.KR")
@example("info@example.com")
@example("a@b.c-d.e1")
@example("a@a--b.com")
def test_the_fast_path_reads_what_email_validator_reads(text: str) -> None:
    fast = _plain(text)
    if fast is None or fast[1].rpartition(".")[2] in SPECIAL:
        return
    try:
        expected = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        expected = None
    assert "@".join(fast) == expected


@settings(max_examples=size(300, 5_000))
@given(addresses)
@example("kim@shop.local")
def test_the_fast_path_reads_what_the_slow_path_reads(text: str) -> None:
    fast = _plain(text)
    if fast is not None:
        assert fast == _validated(text)


@settings(max_examples=size(300, 5_000))
@given(likely_emails)
@example('""@example.com')
@example("a@ＬＯＣＡＬ．local")
def test_an_address_read_twice_is_the_same(text: str) -> None:
    once = parse_email(text)
    assert once.raw == text
    if once.normalised is None:
        assert once.match_form is None
        return
    again = parse_email(once.normalised)
    assert (again.normalised, again.match_form) == (once.normalised, once.match_form)
    assert again.identity == once.identity


@settings(max_examples=size(200, 5_000))
@given(likely_phones, regions)
def test_a_number_read_twice_is_the_same(text: str, region: str | None) -> None:
    once = parse_phone(text, region=region)
    assert once.raw == text
    if once.normalised is None:
        assert once.match_form is None
        return
    again = parse_phone(once.normalised)
    assert (again.normalised, again.match_form) == (once.normalised, once.match_form)
    assert again.relay is once.relay
    assert once.match_form == once.normalised.removeprefix("+")


@settings(max_examples=size(200, 5_000))
@given(texts, st.sampled_from(ContactKind), st.sampled_from([None, "kakao", "", " "]))
@example("@ kim", ContactKind.SOCIAL, None)
def test_a_handle_read_twice_is_the_same(text: str, kind: ContactKind, service: str | None) -> None:
    once = parse_handle(kind, text, service=service)
    if once.normalised is not None:
        again = parse_handle(kind, once.normalised, service=service)
        assert (again.normalised, again.match_form) == (once.normalised, once.match_form)
    assert (once.normalised is None) == (once.match_form is None)


@settings(max_examples=size(200, 5_000))
@given(texts)
def test_gated_text_never_raises(text: str) -> None:
    parse_country(text)
    core, _ = split_legal_form(text)
    assert core or not text.strip()
    name = compose_name(given=text, family=text[::-1])
    assert name is None or name_search_keys(name)
    assert name_key(name_key(text)) == name_key(text) or len(name_key(text)) > 512


@settings(max_examples=size(100, 2_000))
@given(given_=st.text(min_size=1, max_size=20), family=st.text(min_size=1, max_size=20))
def test_search_keys_are_sorted_and_do_not_depend_on_the_order_of_parts(
    given_: str, family: str
) -> None:
    try:
        name = compose_name(given=given_, family=family)
    except ValueError:
        return
    if name is not None:
        keys = name_search_keys(name)
        assert list(keys) == sorted(set(keys))


def _plain_fold(text: str) -> str:
    """Fold as Unicode says it, without a look at what most texts are."""
    folded = normalize("NFKC", normalize("NFKC", text).casefold())
    return re.sub(r"\s+", " ", normalize("NFKC", folded.casefold())).strip()


LETTERS = st.text("aßKé ﬁ가각ㅁ山ｱアあ\u3000\u0301’'-_.½", max_size=12)


@given(st.one_of(st.text(max_size=20), LETTERS))
@example("ﬁn")
@example("Ｋim")
def test_the_quick_ways_of_folding_are_the_plain_one(text: str) -> None:
    assert fold(text) == _plain_fold(text)


@given(st.one_of(st.text(max_size=20), LETTERS))
def test_a_name_of_letters_alone_has_the_key_the_plain_way_gives(text: str) -> None:
    kana = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
    folded = _plain_fold(text).translate(kana)
    plain = re.sub(r"[^\w\s]|_", _unsigned, folded)
    assert name_key(text) == (re.sub(r"\s+", " ", plain).strip() or folded)
