"""The form of a country: what it asks for, in which order, under which words."""

import pytest

from ecrm_core.adapters.address import address_form


def test_the_parts_come_in_the_order_of_the_country() -> None:
    assert address_form("PL").lines == (
        ("recipient",),
        ("organisation",),
        ("lines",),
        ("postal_code", "locality"),
    )
    assert address_form("CN").fields == (
        "postal_code",
        "area",
        "locality",
        "district",
        "lines",
        "organisation",
        "recipient",
    )


def test_those_who_write_latin_letters_have_their_own_order() -> None:
    assert address_form("JP").fields[0] == "postal_code"
    assert address_form("JP", latin=True).fields[0] == "recipient"
    assert address_form("PL", latin=True) == address_form("PL")


@pytest.mark.parametrize(
    ("country", "words"),
    [
        ("CN", ["province", "city", "district", "postal"]),
        ("JP", ["prefecture", "city", "suburb", "postal"]),
        ("KR", ["do_si", "city", "district", "postal"]),
        ("US", ["state", "city", "suburb", "zip"]),
        ("IE", ["county", "city", "townland", "eircode"]),
    ],
)
def test_the_parts_are_called_as_the_country_calls_them(country: str, words: list[str]) -> None:
    found = address_form(country).words
    assert [found[part] for part in ("area", "locality", "district", "postal_code")] == words


def test_what_no_address_does_without_is_said() -> None:
    assert address_form("CH").required == {"lines", "locality", "postal_code"}
    assert address_form("HK").required == {"area", "lines"}
    assert address_form("KR").postal_examples == ("03051",)
    assert address_form("AE").postal_examples == ()


def test_a_country_may_be_named() -> None:
    assert address_form("대한민국") == address_form("KR")


@pytest.mark.parametrize("country", [None, "", "Narnia", "XX", "\x00", "a" * 10_000])
def test_a_country_nobody_knows_has_the_general_form(country: str | None) -> None:
    form = address_form(country)
    assert form.country is None
    assert form.required == {"lines", "locality"}
    assert form.fields == ("recipient", "organisation", "lines", "locality")
