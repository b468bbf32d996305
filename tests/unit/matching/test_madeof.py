"""Addresses made of a name say less than others, where anybody gets a mailbox."""

import pytest

from ecrm_core import dedupe

FIELDS = {"name": "full_name", "mail": "email"}


def _level(name: str, mail: str) -> str | None:
    found = dedupe({"name": [name, name], "mail": [mail, mail]}, fields=FIELDS)
    said = {each.role: each.level for each in found.explain(0, 1).fields}
    return said["email"]


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        ("Ann Reed", "ann.reed@gmail.com"),
        ("Ann Reed", "reed_ann7@gmail.com"),
        ("Bo Tormquist", "bo-tormquist@gmail.com"),
        ("Bo Tormquist", "bo.tormquist@163.com"),
    ],
)
def test_an_address_of_the_letters_of_the_name_is_made_of_it(name: str, mail: str) -> None:
    assert _level(name, mail) == "named"


@pytest.mark.parametrize(
    ("name", "mail"),
    [
        ("Bo Choe", "otter@gmail.com"),
        ("Bo Choe", "bo.choe.jkmnpqrstuv@gmail.com"),
        ("Ann Reed", "ann.reed77@gmail.com"),
        ("Ann Reed", "ann.reed@reed.example.com"),
    ],
)
def test_one_with_another_letter_a_number_or_a_host_of_its_own_is_not(name: str, mail: str) -> None:
    assert _level(name, mail) == "equal"
