"""Language: what an invented customer of one language is made of, and how people miswrite it."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from random import Random
from typing import NamedTuple, Protocol, TypeVar

_T = TypeVar("_T")


class Name(NamedTuple):
    """A name as its bearer writes it, its reading (Japanese), and in Latin letters."""

    family: str
    given: str
    kana: str | None
    latin: tuple[str, str]  # family, given: what a mail address is made of


class Town(NamedTuple):
    """A town, its area in full and as people shorten it."""

    city: str
    area: str
    short: str


class Language(Protocol):
    """One language: what is drawn from it, and the writings that differ from it alone."""

    @property
    def towns(self) -> Sequence[Town]:
        """Return its towns."""

    def name(self, draw: Random) -> Name:
        """Return a name, common ones oftener."""

    def otherwise(self, draw: Random, name: Name) -> tuple[str, str]:
        """Return family and given name in another writing of the same person."""

    def slip(self, draw: Random, text: str) -> str:
        """Return the text with one character wrong, as its keyboard makes it wrong."""

    def street(self, draw: Random) -> str:
        """Return street and house."""

    def loosely(self, draw: Random, street: str) -> str:
        """Return the same street and house as somebody else would write them."""

    def whole(self, draw: Random, family: str, given: str) -> str:
        """Return the whole name in the order and spacing of its script."""

    def loud(self, draw: Random, text: str) -> str:
        """Return the text in another case or width, or with stray blanks."""

    def phone(self, draw: Random) -> str:
        """Return a number of a range nobody is given, as +CODE and digits."""

    def dialled(self, draw: Random, phone: str) -> str:
        """Return the same number as people at home write it."""

    def postcode(self, town: int, part: int) -> str:
        """Return one of the postcodes of a town."""


def ways(listed: str) -> dict[str, tuple[str, ...]]:
    """Return from "one:its,forms two" the forms of each; an empty tuple for one without any."""
    parts = (each.partition(":") for each in listed.split())
    return {name: tuple(filter(None, forms.split(","))) for name, _, forms in parts}


def towns(listed: str) -> tuple[Town, ...]:
    """Return the towns of lines of an area, its short form, and the towns in it."""
    rows = (line.split() for line in listed.strip().splitlines())
    return tuple(Town(city, area, short) for area, short, *cities in rows for city in cities)


def common(draw: Random, listed: Sequence[_T], shift: float = 4.0) -> _T:
    """Return one of a list, the first ones oftener: shares fall as 1 / (place + shift)."""
    weights = [1 / (at + shift) for at in range(len(listed))]
    return draw.choices(listed, weights)[0]


def wide(text: str) -> str:
    """Return the digits, Latin letters and hyphens of a text in full width."""
    return "".join(
        chr(ord(char) + 0xFEE0) if char.isascii() and (char.isalnum() or char == "-") else char
        for char in text
    )


def digit_slip(draw: Random, text: str) -> str:
    """Return the text with one of its digits another; unchanged without one."""
    places = [at for at, char in enumerate(text) if char.isdigit()]
    if not places:
        return text
    at = draw.choice(places)
    return text[:at] + str((int(text[at]) + draw.randrange(1, 10)) % 10) + text[at + 1 :]


def is_latin(text: str) -> bool:
    """Return whether the first letter of a text is a Latin one."""
    return next((unicodedata.name(c, "").startswith("LATIN") for c in text if c.isalpha()), False)


def latin_whole(draw: Random, family: str, given: str) -> str:
    """Return a romanised name in one of the orders and cases in use."""
    return draw.choice((
        f"{family} {given}", f"{given} {family}", f"{family.upper()} {given}",
        f"{family}, {given}", f"{family} {given}".upper(),
    ))  # fmt: skip


def native_whole(draw: Random, family: str, given: str, blanks: Sequence[str]) -> str:
    """Return a whole name, family first, with one of the blanks; a romanised one as Latin ones."""
    if is_latin(family):
        return latin_whole(draw, family, given)
    return f"{family}{draw.choice(blanks)}{given}"


def widely(draw: Random, text: str, other: str) -> str:
    """Return the text in another width, or with a stray blank of its script or ours."""
    return draw.choice((other, f" {text} ", f"　{text}"))


def mobile(draw: Random, phone: str, lead: str) -> str:
    """Return a number such as +82 10 1234 5678 as people at home write it: 010-1234-5678."""
    code, a, b = phone[1:3], phone[5:9], phone[9:]
    usual = f"{lead}-{a}-{b}"
    abroad = f"+{code} {lead[1:]}-{a}-{b}"
    return draw.choice((usual, f"{lead}{a}{b}", abroad, f"{lead} {a} {b}", wide(usual)))


def joined(draw: Random, syllables: Sequence[str]) -> str:
    """Return syllables of a given name as one word, with a hyphen, or apart."""
    if draw.random() < 0.4:
        return "".join(syllables).capitalize()
    if draw.random() < 0.6:
        return "-".join(syllables).capitalize()
    return " ".join(part.capitalize() for part in syllables)
