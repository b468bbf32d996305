"""Addresses, countries and relations."""

import re
from datetime import date

import pytest

from ecrm_core.customers.address import Address, _country_key, parse_country
from ecrm_core.customers.data import load_data
from ecrm_core.customers.relation import Relation, RelationKind
from ecrm_core.errors import InputError
from ecrm_core.kernel import decode, encode


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("KR", "KR"), ("kr", "KR"), ("KOR", "KR"), ("USA", "US"), ("U.S.", "US"), ("us", "US"),
        ("United States of America", "US"), ("South Korea", "KR"), ("Korea, Republic of", "KR"),
        ("republic of  KOREA", "KR"), ("UK", "GB"), ("England", "GB"), ("Scotland", "GB"),
        ("Deutschland", "DE"), ("Österreich", "AT"), ("Osterreich", "AT"), ("España", "ES"),
        ("The Netherlands", "NL"), ("Côte d’Ivoire", "CI"), ("cote d'ivoire", "CI"),
        ("Bosnia & Herzegovina", "BA"), ("대한민국", "KR"), ("한국", "KR"), ("미국", "US"),
        ("일본", "JP"), ("日本", "JP"), ("韓国", "KR"), ("アメリカ合衆国", "US"), ("中国", "CN"),
        ("ＵＳＡ", "US"), ("Viet Nam", "VN"), ("Türkiye", "TR"), ("Czech Republic", "CZ"),
        ("AND", "AD"), ("DR Congo", "CD"), ("Congo", "CG"), ("North Korea", "KP"),
        ("Narnia", None), ("", None), ("XX", None), ("Seoul", None), ("-", None), ("EU", None),
    ],
)  # fmt: skip
def test_a_country_is_known_by_its_codes_and_names(text: str, code: str | None) -> None:
    assert parse_country(text) == code


def test_the_table_holds_every_code_and_no_name_of_two_countries() -> None:
    table = load_data("countries")
    assert len(table) == 249
    assert all(re.fullmatch(r"[A-Z]{3}", names[0]) for names in table.values())
    owners: dict[str, set[str]] = {}
    for code, names in table.items():
        for name in (code, *names):
            owners.setdefault(_country_key(name), set()).add(code)
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}
    assert all(parse_country(name) == code for code, names in table.items() for name in names)


def test_a_country_of_a_megabyte_is_refused() -> None:
    with pytest.raises(InputError, match="characters"):
        parse_country("x" * 1_000_000)


SEOUL = Address(country="KR", lines=("세종대로 110",), locality="서울", postal_code="04524")


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Address(country="KR", lines=("세종대로  110 ",), locality="서울", postal_code="04524",
                 recipient="김민준", phone="+82 2-0000-0000"), True),
        (Address(country="KR", lines=("세종대로 111",), locality="서울"), False),
        (Address(raw="세종대로 110, 서울"), False),
    ],
)  # fmt: skip
def test_an_address_is_the_same_by_its_place(other: Address, same: bool) -> None:  # noqa: FBT001
    assert (SEOUL.identity == other.identity) is same


def test_an_address_without_a_place_is_known_by_its_text() -> None:
    assert Address(raw="1 Example  Road").identity == Address(raw="1 example road").identity
    assert Address(raw="1 Example Road").identity != Address(raw="2 Example Road").identity


def test_an_address_shows_nothing_and_travels_whole() -> None:
    assert "서울" not in repr(SEOUL)
    assert decode(Address, encode(SEOUL)) == SEOUL


def test_a_new_title_is_a_new_fact_and_an_end_is_not() -> None:
    job = Relation(kind=RelationKind.WORKS_FOR, other_name="Example Ltd", title="Buyer")
    ended = Relation(
        kind=RelationKind.WORKS_FOR, other_name="EXAMPLE  ltd", title="Buyer",
        until_on=date(2026, 6, 1),
    )  # fmt: skip
    head = Relation(kind=RelationKind.WORKS_FOR, other_name="Example Ltd", title="Head of Buying")
    assert job.identity == ended.identity != head.identity
    assert decode(Relation, encode(ended)) == ended
    assert "Example" not in repr(job)


def test_a_relation_is_to_somebody() -> None:
    with pytest.raises(InputError, match="neither a key nor a name"):
        Relation(kind=RelationKind.HOUSEHOLD)


def test_a_key_and_a_name_are_never_the_same_other() -> None:
    by_key = Relation(kind=RelationKind.HOUSEHOLD, other="shop/1")
    by_name = Relation(kind=RelationKind.HOUSEHOLD, other_name="shop/1")
    assert by_key.identity != by_name.identity
