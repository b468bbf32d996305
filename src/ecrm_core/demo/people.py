"""People: invented customers, who they are and where they live; some live together."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

from attrs import frozen

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.phones import phone_of
from ecrm_core.demo.words import LANGUAGES, Given, Place, Surname, words
from ecrm_core.kernel import Private

__all__ = ["Home", "Person", "latin_of", "population"]

_KIN: Final = 14  # of a hundred live with somebody before them
_HUNDRED: Final = [name for name, share in LANGUAGES.items() for _ in range(share)]
_OFFICES: Final = {"en": "{} Joinery Ltd", "de": "{} Holzbau GmbH", "ko": "{}상사", "ja": "{}商店"}
_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe",
                                 "Ü": "Ue"})  # fmt: skip


@frozen(kw_only=True, repr=False)
class Home(Private):
    """Where a household lives."""

    place: Place
    street: str
    number: int
    flat: int
    postcode: str


@frozen(kw_only=True, repr=False)
class Person(Private):
    """One invented person: what is true of her, whatever the files say."""

    number: int
    language: str
    family: Surname
    given: Given
    email: str
    second_email: str
    phone: str
    home: Home
    born_on: date
    office: str | None = None
    kin: int | None = None
    shares_phone: bool = False


def population(dice: Dice, count: int) -> tuple[Person, ...]:
    """Return so many people, in order of their numbers (from 1)."""
    found: list[Person] = []
    taken: set[str] = set()
    for number in range(1, count + 1):
        kin = found[-1] if found and dice.chance(_KIN, "kin", number) else None
        found.append(_person(dice, number, kin, taken))
    return tuple(found)


def latin_of(text: str) -> str:
    """Return a name in plain ASCII letters, as its bearer would type it into an address."""
    plain = unicodedata.normalize("NFD", text.translate(_UMLAUTS))
    return re.sub(r"[^A-Za-z]", "", plain)


def _person(dice: Dice, number: int, kin: Person | None, taken: set[str]) -> Person:
    language = kin.language if kin else dice.pick(_HUNDRED, "language", number)
    known = words(language)
    child = kin is not None and kin.born_on.year < 1980 and dice.chance(60, "child", number)
    named = kin if child or language != "ko" else None  # in Korea partners keep their own names
    family = named.family if named else dice.early(known.family, "family", number)
    others = [given for given in known.given if not kin or given != kin.given]
    given = dice.early(others, "given", number)
    born_on = _born_on(dice, number, kin, child=child)
    name = latin_of(given.latin[0]).lower(), latin_of(family.latin[0]).lower()
    first = dice.pick(known.domains, "domain", number)
    second = dice.pick([d for d in known.domains if d != first], "second domain", number)
    home = kin.home if kin else _home(dice, number, language)
    office = kin is None and dice.chance(8, "office", number)
    shares = kin is not None and dice.chance(40, "shares phone", number)
    return Person(
        number=number,
        language=language,
        family=family,
        given=given,
        email=_free(_local(dice, number, name, born_on), first, number, taken),
        second_email=_free(f"{name[1]}.{name[0]}", second, number, taken),
        phone=kin.phone if kin and shares else phone_of(dice, number, home.place.country),
        home=home,
        born_on=born_on,
        office=_OFFICES[language].format(family.written) if office else None,
        kin=kin.number if kin else None,
        shares_phone=shares,
    )


def _born_on(dice: Dice, number: int, kin: Person | None, *, child: bool) -> date:
    """Kin are a partner of about that age or a grown-up child."""
    if kin is None:
        return dice.day(date(1948, 1, 1), date(2004, 12, 31), "born", number)
    first = kin.born_on.year + 22 if child else max(kin.born_on.year - 4, 1948)
    return dice.day(date(first, 1, 1), date(first + 5, 12, 31), "born", number)


def _home(dice: Dice, number: int, language: str) -> Home:
    known = words(language)
    place = dice.pick(known.places, "place", number)
    return Home(
        place=place,
        street=dice.pick(known.streets, "street", number),
        number=1 + dice.below(120, "house", number),
        flat=101 + dice.below(1400, "flat", number),
        postcode=_postcode(dice, number, place),
    )


def _postcode(dice: Dice, number: int, place: Place) -> str:
    signs = {"#": "0123456789", "@": "ABDEFGHJLNPQRSTUWXYZ"}  # no British code ends in the others
    return "".join(
        dice.pick(signs[char], "postcode", number, at) if char in signs else char
        for at, char in enumerate(place.postcode)
    )


def _local(dice: Dice, number: int, name: tuple[str, str], born_on: date) -> str:
    given, family = name
    patterns = [f"{given}.{family}", f"{given[0]}{family}{born_on:%y}", f"{family}{given}",
                f"{given}{born_on:%m%d}"]  # fmt: skip
    return dice.early(patterns, "local", number)


def _free(local: str, domain: str, number: int, taken: set[str]) -> str:
    """Return the address, with the number where somebody has it already: mailboxes are unique."""
    found = f"{local}@{domain}"
    if found in taken:
        found = f"{local}{number}@{domain}"
    taken.add(found)
    return found
