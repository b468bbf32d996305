"""Words: the names, streets and towns that people are made of, as JSON beside the code."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

from attrs import frozen

__all__ = ["LANGUAGES", "Given", "Place", "Surname", "Words", "load_json", "words"]

LANGUAGES = {"en": 30, "de": 12, "ko": 34, "ja": 24}
"""The languages of the shop's customers, and of how many in a hundred."""


@frozen
class Surname:
    """A family name as written, its reading (kana), and how it is spelled in Latin letters."""

    written: str
    reading: str | None
    latin: tuple[str, ...]


@frozen
class Given:
    """A given name, its reading (kana), its spellings in Latin letters, and what friends say."""

    written: str
    reading: str | None
    latin: tuple[str, ...]
    short: str


@frozen
class Place:
    """A town: its country, state or province, name, and how its postal codes are made.

    In ``postcode`` a # stands for a digit and an @ for a letter.
    """

    country: str
    area: str | None
    city: str
    postcode: str


@frozen(kw_only=True)
class Words:
    """What the people of one language are made of."""

    family: tuple[Surname, ...]
    given: tuple[Given, ...]
    places: tuple[Place, ...]
    streets: tuple[str, ...]
    domains: tuple[str, ...]


def load_json(name: str) -> dict[str, list[object]]:
    """Return the lists of one file of words."""
    text = Path(__file__).with_name(f"{name}.json").read_text("utf-8")
    found: dict[str, list[object]] = json.loads(text)
    return found


@lru_cache(maxsize=len(LANGUAGES))
def words(language: str) -> Words:
    """Return the words of a language: "en", "de", "ko" or "ja"."""
    table = load_json(language)
    rows = {name: [_texts(row) for row in table[name]] for name in table}
    return Words(
        family=tuple(_surname(language, *row) for row in rows["family"]),
        given=tuple(_composed(rows)) or tuple(_given(language, *row) for row in rows["given"]),
        places=tuple(_place(*row) for row in rows["places"]),
        streets=tuple(row[0] for row in rows["streets"]),
        domains=tuple(row[0] for row in rows["domains"]),
    )


def _texts(row: object) -> list[str]:
    return [str(part or "") for part in row] if isinstance(row, list) else [str(row)]


def _surname(language: str, written: str, *spelled: str) -> Surname:
    if language == "ja":
        return Surname(written, spelled[0], (spelled[1],))
    return Surname(written, None, spelled or (written,))


def _given(language: str, written: str, *spelled: str) -> Given:
    if language == "ja":
        return Given(written, spelled[0], (spelled[1],), written)
    return Given(written, None, (written,), spelled[0])


def _composed(rows: Mapping[str, list[list[str]]]) -> Iterator[Given]:
    """Yield the Korean names: nearly all are two syllables, spelled in three ways in Latin."""
    for first, one in rows.get("first", ()):
        for second, two in rows["second"]:
            if first != second:
                latin = (f"{one}{two}", f"{one}-{two}", f"{one} {two.title()}")
                yield Given(first + second, None, latin, first + second)


def _place(country: str, area: str, city: str, postcode: str) -> Place:
    return Place(country, area or None, city, postcode)
