"""Rows: which files a person appears in, and how she is spelled in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final

from attrs import evolve

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.people import Person
from ecrm_core.demo.row import Row, base_of, changed_at, mistyped_email
from ecrm_core.demo.spelling import (
    half_width,
    latin_name,
    mistyped,
    other_kanji,
    street_of,
    widened,
)

__all__ = ["letter_row", "shop_rows", "till_row"]

_ASIAN: Final = frozenset({"ko", "ja"})
_SHOP, _TILL, _LETTER = "shop", "till", "letter"


def shop_rows(dice: Dice, person: Person, today: date) -> Iterator[Row]:
    """Yield her account in the shop, if she has one, and sometimes a second one."""
    if not _in_shop(dice, person):
        return
    row = base_of(dice, person, today, _SHOP)
    row = _with_consent(dice, evolve(row, born_on=None, kana=""), today)
    row = _respelled(dice, row, person, _SHOP, latin=12, swapped=8, slip=4)
    if dice.chance(4, "typing error", person.number):
        email = mistyped_email(dice, row.email, person.number)
        row = evolve(row, email=email, labels=row.labels | {"typo_domain"})
    yield evolve(row, phone=row.phone if dice.chance(85, "shop phone", person.number) else "")
    if dice.chance(7, "second account", person.number):
        again = base_of(dice, person, today, "second account")
        again = evolve(again, born_on=None, kana="", email=person.second_email,
                       labels=again.labels | {"second_account", "other_email"})  # fmt: skip
        yield _respelled(dice, again, person, "second account", latin=30, swapped=10, slip=15)


def till_row(dice: Dice, person: Person, today: date) -> Row | None:
    """Return what the staff at the till typed about her, if she was there."""
    number = person.number
    if not _at_till(dice, person):
        return None
    row = base_of(dice, person, today, _TILL)
    row = _respelled(dice, row, person, _TILL, latin=15, swapped=6, slip=14)
    if dice.chance(25, "nickname", number) and person.given.short != person.given.written:
        row = evolve(row, given=person.given.short, labels=row.labels | {"nickname"})
    email = dice.pick([person.email, person.email, person.second_email, ""], "till email", number)
    if email == person.second_email:
        row = evolve(row, labels=row.labels | {"other_email"})
    if not dice.chance(75, "till address", number):
        row = evolve(row, street="", city="", area="", postcode="")
    elif dice.chance(50, "short address", number):
        row = evolve(row, street=street_of(person.home, short=True))
    if dice.chance(20, "wide digits", number) and row.language == "ja":
        row = evolve(row, street=widened(row.street), phone=widened(row.phone))
    born_on = person.born_on if dice.chance(60, "birthday", number) else None
    consent = "granted" if dice.chance(30, "till consent", number) else ""
    kana = half_width(row.kana) if dice.chance(40, "half width", _TILL, number) else ""
    return evolve(row, email=email, born_on=born_on, consent=consent, kana=kana)


def letter_row(dice: Dice, person: Person, today: date) -> Row | None:
    """Return her subscription to the Korean or Japanese newsletter, if she has one."""
    number = person.number
    if person.language not in _ASIAN or not dice.chance(55, _LETTER, number):
        return None
    row = base_of(dice, person, today, _LETTER)
    row = evolve(row, street="", city="", area="", company="")
    row = _respelled(dice, row, person, _LETTER, latin=22, swapped=12, slip=5)
    if dice.chance(22, "letter email", number):
        row = evolve(row, email=person.second_email, labels=row.labels | {"other_email"})
    elif dice.chance(12, "tagged", number):
        row = evolve(row, email=row.email.replace("@", "+news@"))
    elif dice.chance(10, "capitals", number):
        row = evolve(row, email=row.email.title())
    if dice.chance(40, "half width", _LETTER, number):
        row = evolve(row, kana=half_width(row.kana))
    consents = ["granted"] * 8 + ["refused", "revoked"]
    return evolve(
        row,
        phone=row.phone if dice.chance(45, "letter phone", number) else "",
        born_on=None,
        consent=dice.pick(consents, "letter consent", number),
    )


def _in_shop(dice: Dice, person: Person) -> bool:
    """Everybody is in some file: who is in no other is in the shop."""
    letter = person.language in _ASIAN and dice.chance(55, _LETTER, person.number)
    return dice.chance(62, _SHOP, person.number) or not (letter or _at_till(dice, person))


def _at_till(dice: Dice, person: Person) -> bool:
    return dice.chance(36, _TILL, person.number)


def _with_consent(dice: Dice, row: Row, today: date) -> Row:
    said = ["granted"] * 5 + ["revoked", "pending", "", "", ""]
    consent = dice.pick(said, "shop consent", row.person)
    return evolve(row, consent=consent, consent_at=changed_at(dice, today, "consent", row.person))


def _respelled(
    dice: Dice, row: Row, person: Person, file: str, *, latin: int, swapped: int, slip: int
) -> Row:
    """Return the row with its name in Latin letters, with a slip, the parts swapped, or as is."""
    given, family, labels = row.given, row.family, row.labels
    at = (file, person.number)
    if row.language in _ASIAN and dice.chance(latin, "latin", *at):
        given, family = latin_name(dice, person, *at)
        labels |= {"romanised"}
    elif row.language == "ja" and dice.chance(60, "other kanji", *at):
        given, family = other_kanji(given), other_kanji(family)
    spelled = given, family
    if dice.chance(slip, "slip", *at):
        given = mistyped(dice, given, "given", *at)
        if given == spelled[0]:
            family = mistyped(dice, family, "family", *at)
        labels |= {"misspelled"} if (given, family) != spelled else set()
    if dice.chance(swapped, "swapped", *at):
        given, family, labels = family, given, labels | {"swapped"}
    return evolve(row, given=given, family=family, labels=labels)
