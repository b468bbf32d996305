"""Address: is the country a code, does mail find the place, is the line one that nobody lives at.

What needs to know each country's areas and postal codes is asked by ``adapters.address``; here is
what holds everywhere. Nothing here is graver than a warning: addresses without house numbers,
streets or postal codes are ordinary in much of the world.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from attrs import evolve

from ecrm_core.customers import Address, SourceRecord, parse_country
from ecrm_core.errors import InputError
from ecrm_core.kernel import Json, fold, words
from ecrm_core.quality.data import load_data
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.name import is_walk
from ecrm_core.quality.party import Party

__all__ = ["ADDRESS_TESTS", "is_placeholder_line", "misses_number"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_LONG = 200  # characters of a line that are looked at
_SHORT = 60  # characters of the longest placeholder, with a street and a number
_LETTERS = 3  # of a code
_COUNTRY_PATHS = re.compile(r"unmapped\.\$\.country(?:[_ ]?(?:code|name))?", re.IGNORECASE)
_ONE_LINE = 8  # characters of a line that may hold a whole East Asian address
_SIGN = re.compile(r"[^\w/.\-]+")


def _country(value: Address, record: Party, _: Params) -> Yields:
    """Find a country that is no code; where a field of its own names one for certain, it is that.

    The last words of an address written in one are no more than a hint: Georgia is a state too.
    """
    if value.country is None and value.raw:
        meant = _last_of(value.raw)
        if meant:
            yield Evidence(facts={"what": "spelled"})
            yield Suggestion(value=evolve(value, country=meant), confidence=0.5)
        return
    stated = value.country or _unmapped_country(record)
    meant = _code(stated) if stated else None
    if stated is None or (value.country is not None and meant == value.country):
        return
    yield Evidence(facts={"what": "spelled" if meant else "unreadable"})
    if meant:
        yield Suggestion(value=evolve(value, country=meant), confidence=1.0, automatic=True)


def _last_of(raw: str) -> str | None:
    """Return the country a whole address ends in; two letters are a state as often (CA, DE, IN)."""
    last = re.split(r"[,\n]", raw[-_LONG:].rstrip())[-1].strip()
    return _code(last) if len(last) > _LETTERS else None


def _unmapped_country(record: Party) -> str | None:
    """Return the text a reader left under "country", where the party states one address alone."""
    listed = record.fields.get("addresses", ())
    if not isinstance(record.origin, SourceRecord) or len(listed) > 1 or len(record.places) != 1:
        return None
    for name, cell in record.origin.cells.items():
        if _COUNTRY_PATHS.fullmatch(name) and isinstance(cell.value, str) and cell.value.strip():
            return str(cell.value)
    return None


def _code(text: str) -> str | None:
    try:
        return parse_country(text)
    except InputError:  # what no parser may be handed names no country
        return None


def _incomplete(value: Address, _: Party, __: Params) -> Yields:
    """Find lines nobody knows the town of, and a town without a line."""
    table = load_data("address_words")
    place = value.locality or value.postal_code or value.raw
    lines = [line for line in value.lines if line.strip()]
    if lines and not place and value.country not in table["towns"]:
        if not any(_whole(line, value.country) for line in lines):
            yield Evidence(facts={"what": "no_town"})
    elif not lines and (value.locality or value.postal_code) and not value.raw:
        yield Evidence(facts={"what": "no_line"})


def _whole(line: str, country: str | None) -> bool:
    """Tell whether a line seems to hold the whole address: parts by commas, or from the province.

    "1 Main St, Springfield" and "서울특별시 강남구 테헤란로 152" do.
    """
    if "," in line or "、" in line or "，" in line:
        return True
    one_line = country in load_data("address_words")["one_line"] or not line.isascii()
    return one_line and len(line) >= _ONE_LINE


def _house_number(value: Address, _: Party, __: Params) -> Yields:
    if misses_number(value):
        yield Evidence()


def misses_number(place: Address) -> bool:
    """Tell whether a street is named, in a country that numbers its houses, and no number is.

    Boxes, farms, buildings and the like need none; a digit anywhere in the lines is enough.
    """
    streets = load_data("address_words")["streets"].get(place.country or "")
    text = (
        fold(" ".join(line[:_LONG] for line in place.lines[:4])[:_LONG])
        if streets and place.lines
        else ""
    )
    if not text or any(map(str.isdigit, text)):
        return False
    found = [word for word in _SIGN.split(text) if word]
    bare = [word.strip(".-") for word in found]
    if any(held in text for held in _phrases()) or not _unnumbered().isdisjoint(bare):
        return False
    endings = tuple(streets["endings"])
    return any(
        plain in streets["words"] or (len(plain) > 1 and word.endswith(endings))
        for word, plain in zip(found, bare, strict=True)
    )


@lru_cache(maxsize=1)
def _unnumbered() -> frozenset[str]:
    return frozenset(fold(word) for word in load_data("address_words")["unnumbered"])


@lru_cache(maxsize=1)
def _phrases() -> tuple[str, ...]:
    """Return the words that are looked for inside others: of two words, or not in Latin script."""
    return tuple(w for w in sorted(_unnumbered()) if " " in w or "/" in w or "가" <= w[0] <= "힣")


def _placeholder(value: Address, _: Party, __: Params) -> Yields:
    """Find lines and towns that say nothing."""
    if any(is_placeholder_line(line) for line in value.lines):
        yield Evidence(facts={"what": "line"})
    elif value.locality and _says_nothing(value.locality):
        yield Evidence(facts={"what": "town"})


def is_placeholder_line(line: str) -> bool:
    """Tell whether a line is a placeholder (n/a), a street of that name, or keys side by side.

    "12 Test Lane" is a street in Southampton: a weak word with a number is none.
    """
    if len(line) > _SHORT:
        return False
    text, table = fold(line), _placeholders()
    if text.strip(" .-") in table or _walks(text):
        return True
    found = [word for word in words(text) if word not in _street_words()]
    named = [word for word in found if not word.isdecimal()]
    if not named or not all(word in table for word in named):
        return False
    return len(named) == len(found) or not _weak().issuperset(named)


def _says_nothing(town: str) -> bool:
    text = fold(town[: _SHORT + 1]).strip(" .-")
    return (text in _placeholders() and text not in _weak()) or _walks(text)


def _walks(text: str) -> bool:
    """Tell whether a text is keys side by side; numbers ("1-2-34") are ordinary."""
    return any(map(str.isalpha, text)) and is_walk(words(text))


@lru_cache(maxsize=1)
def _placeholders() -> frozenset[str]:
    tables = load_data("address_words")["placeholders"].values()
    return frozenset(fold(word) for table in tables for word in table)


@lru_cache(maxsize=1)
def _weak() -> frozenset[str]:
    return frozenset(load_data("address_words")["weak"])


@lru_cache(maxsize=1)
def _street_words() -> frozenset[str]:
    tables: Iterable[Mapping[str, Any]] = load_data("address_words")["streets"].values()
    return frozenset(word for table in tables for word in table["words"])


ADDRESS_TESTS = {
    "address_country": _country,
    "address_house_number": _house_number,
    "address_incomplete": _incomplete,
    "address_placeholder": _placeholder,
}
"""The tests of this file by name."""
