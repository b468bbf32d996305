"""Errors: what goes wrong when one person is written down again, and how often.

A repeated row gets 0 to 5 errors (6, 30, 28, 20, 11, 5 in a hundred rows), each drawn by the
weights of ERRORS, which add up to 100. They are the same in every language; only what a slip or
another writing looks like is the language's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.native.language import Language, Name, digit_slip, is_latin
from benchmarks.native.latin import Latin

Row = dict[str, str | None]
_LATIN = Latin()
_DOMAINS = ("example.com", "example.net", "example.org", "mail.example.com", "post.example.net",
            "web.example.org", "box.example.com", "home.example.net")  # fmt: skip


class Person(NamedTuple):
    """Who is written down: the true name, the first row, and what draws another."""

    number: int
    name: Name
    row: Mapping[str, str | None]
    language: Language


def mail(draw: Random, name: Name, number: int) -> str:
    """Return an address of a person; with a number nobody else is given, nobody else has it."""
    family, given = ("".join(filter(str.isalnum, part)).lower() for part in name.latin)
    local = draw.choice((f"{given}.{family}", f"{given}{family}", f"{given[0]}{family}",
                         f"{family}{given[0]}", f"{given}_{family}", given))  # fmt: skip
    return f"{local}{number}@{draw.choice(_DOMAINS)}"


def home(draw: Random, language: Language) -> Row:
    """Return a home: street, city, area, postcode."""
    at = draw.randrange(len(language.towns))
    town = language.towns[at]
    return {"street": language.street(draw), "city": town.city, "area": town.area,
            "postcode": language.postcode(at, draw.randrange(12))}  # fmt: skip


def slip(draw: Random, language: Language, text: str) -> str:
    """Return a text with one character wrong, by the keyboard of its script."""
    return (_LATIN if is_latin(text) else language).slip(draw, text)


def _otherwise(draw: Random, one: Person, row: Row) -> None:
    """The name in another writing: a short form, Latin letters, kana, old characters."""
    row["family_name"], row["given_name"] = one.language.otherwise(draw, one.name)


def _slip_in(column: str) -> Callable[[Random, Person, Row], None]:
    def error(draw: Random, one: Person, row: Row) -> None:
        if text := row[column]:
            row[column] = slip(draw, one.language, text)

    return error


def _digit_in(column: str) -> Callable[[Random, Person, Row], None]:
    def error(draw: Random, one: Person, row: Row) -> None:  # noqa: ARG001 - one of a table
        if text := row[column]:
            row[column] = text[:3] + digit_slip(draw, text[3:])

    return error


def _turned(draw: Random, one: Person, row: Row) -> None:  # noqa: ARG001 - one of a table
    """Family and given name in each other's place."""
    row["family_name"], row["given_name"] = row["given_name"], row["family_name"]


def _renamed(draw: Random, one: Person, row: Row) -> None:
    """Another family name."""
    row["family_name"] = one.language.name(draw).family


def _mail_slip(draw: Random, one: Person, row: Row) -> None:  # noqa: ARG001 - one of a table
    local, at, domain = (row["email"] or "").partition("@")
    if local:
        row["email"] = _LATIN.slip(draw, local) + at + domain


def _new_mail(draw: Random, one: Person, row: Row) -> None:
    row["email"] = mail(draw, one.name, 2 * one.number + 1)


def _dialled(draw: Random, one: Person, row: Row) -> None:
    """The number as people at home write it."""
    row["phone"] = one.language.dialled(draw, one.row["phone"] or one.language.phone(draw))


def _new_phone(draw: Random, one: Person, row: Row) -> None:
    row["phone"] = one.language.phone(draw)


def _loosely(draw: Random, one: Person, row: Row) -> None:
    """The street written otherwise; half of the time the area shortened or left out."""
    row["street"] = one.language.loosely(draw, row["street"] or one.language.street(draw))
    if draw.random() < 0.5:
        short = {town.area: town.short for town in one.language.towns}
        row["area"] = draw.choice((None, short.get(row["area"] or "")))


def _moved(draw: Random, one: Person, row: Row) -> None:
    row.update(home(draw, one.language))


def _born(draw: Random, one: Person, row: Row) -> None:  # noqa: ARG001 - one of a table
    """Day and month turned, another day, another year, or the first of January."""
    year, month, day = (row["birth_date"] or "1980-01-01").split("-")
    way = draw.random()
    if way < 0.4 and int(day) <= 12:
        month, day = day, month
    elif way < 0.7:
        day = f"{draw.randrange(1, 29):02}"
    elif way < 0.85:
        year = str(int(year) + draw.choice((-10, -1, 1, 10)))
    else:
        month, day = "01", "01"
    row["birth_date"] = f"{year}-{month}-{day}"


def _loud(draw: Random, one: Person, row: Row) -> None:
    """Case, width or blanks of one field."""
    column = draw.choice(("family_name", "given_name", "kana", "street", "city"))
    if text := row[column]:
        row[column] = (_LATIN if is_latin(text) else one.language).loud(draw, text)


def _missing(draw: Random, one: Person, row: Row) -> None:  # noqa: ARG001 - one of a table
    row[draw.choice(("email", "phone", "street", "city", "postcode", "birth_date", "kana"))] = None


Error = Callable[[Random, Person, Row], None]
ERRORS: Mapping[str, tuple[int, Error]] = MappingProxyType({
    "otherwise": (12, _otherwise), "given slip": (8, _slip_in("given_name")),
    "family slip": (8, _slip_in("family_name")), "turned": (3, _turned), "renamed": (4, _renamed),
    "mail slip": (8, _mail_slip), "new mail": (7, _new_mail), "dialled": (6, _dialled),
    "phone digit": (4, _digit_in("phone")), "new phone": (2, _new_phone),
    "street loosely": (8, _loosely), "street slip": (5, _slip_in("street")), "moved": (4, _moved),
    "postcode digit": (3, _digit_in("postcode")), "city slip": (3, _slip_in("city")),
    "birth date": (5, _born), "loud": (4, _loud), "missing": (6, _missing),
})  # fmt: skip
"""Each error with its weight; several of one row happen in this order."""
COUNTS = (6, 30, 28, 20, 11, 5)
"""Weights of 0 to 5 errors in a repeated row."""
HOLES: Mapping[str, float] = MappingProxyType({
    "email": 0.06, "phone": 0.18, "street": 0.10, "city": 0.08, "area": 0.08, "postcode": 0.09,
    "birth_date": 0.30, "kana": 0.20,
})  # fmt: skip
"""Shares of first rows that lack a value."""


def again(draw: Random, one: Person) -> Row:
    """Return the person written down once more, with errors."""
    row = dict(one.row)
    names, weights = list(ERRORS), [weight for weight, _ in ERRORS.values()]
    count = draw.choices(range(len(COUNTS)), COUNTS)[0]
    for at in sorted(draw.choices(range(len(names)), weights, k=count)):
        ERRORS[names[at]][1](draw, one, row)
    if not any(row[name] for name in ("email", "phone", "street", "birth_date")):
        row["email"] = one.row["email"]
    return row
