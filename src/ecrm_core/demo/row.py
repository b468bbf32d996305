"""Row: what one file says about one person, before it is written in the file's own shape."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Final

from attrs import field, frozen

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.people import Person
from ecrm_core.demo.phones import abroad
from ecrm_core.demo.spelling import street_of
from ecrm_core.demo.words import load_json
from ecrm_core.kernel import Private

__all__ = ["SEOUL", "Row", "base_of", "changed_at", "mistyped_email"]

SEOUL: Final = timezone(timedelta(hours=9))
"""The zone of the shop's clock; Japan's is the same."""


@frozen(kw_only=True, repr=False)
class Row(Private):
    """One row to be: who it is about, what it states, and what is wrong with it (``labels``)."""

    person: int
    language: str
    updated_at: datetime
    given: str = ""
    family: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""
    street: str = ""
    city: str = ""
    area: str = ""
    postcode: str = ""
    country: str = ""
    company: str = ""
    born_on: date | None = None
    consent: str = ""
    consent_at: datetime | None = None
    labels: frozenset[str] = field(default=frozenset())


def base_of(dice: Dice, person: Person, today: date, file: str) -> Row:
    """Return the row a careful person would fill in."""
    home, place = person.home, person.home.place
    kana = [person.family.reading, person.given.reading]
    return Row(
        person=person.number,
        language=person.language,
        updated_at=changed_at(dice, today, file, "changed", person.number),
        given=person.given.written,
        family=person.family.written,
        kana=" ".join(part for part in kana if part),
        email=person.email,
        phone=_phone(dice, person, file),
        street=street_of(home),
        city=place.city,
        area=place.area or "",
        postcode=home.postcode,
        country=place.country,
        company=person.office or "",
        born_on=person.born_on,
        labels=frozenset(["household"] if person.kin else [])
        | frozenset(["shared_phone"] if person.shares_phone else []),
    )


def changed_at(dice: Dice, today: date, *labels: object) -> datetime:
    """Return an instant of the last two years, before ``today``."""
    day = dice.day(today - timedelta(days=700), today - timedelta(days=1), *labels)
    minute = dice.below(24 * 60, "minute", *labels)
    return datetime.combine(day, time(minute // 60, minute % 60), SEOUL)


def _phone(dice: Dice, person: Person, file: str) -> str:
    """Write the number as at home, without signs, or as dialled from abroad."""
    national = person.phone
    plain = national.translate(str.maketrans("", "", " -()"))
    ways = [national, national, plain, abroad(national, person.home.place.country)]
    return dice.pick(ways, "way of writing", file, person.number)


def mistyped_email(dice: Dice, email: str, *labels: object) -> str:
    """Return the address at a large provider's domain, which is mistyped: nothing gets there."""
    wrong = dice.pick(load_json("fakes")["typing errors"], "typing error", *labels)
    return f"{email.partition('@')[0]}@{wrong}"
