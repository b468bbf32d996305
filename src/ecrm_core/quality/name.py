"""Name: has it a letter, has it signs no name has, is it one that forms show as an example.

No pattern refuses a name: one letter, one word, any script are ordinary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ecrm_core.customers import PersonName
from ecrm_core.kernel import Json
from ecrm_core.quality.data import load_data
from ecrm_core.quality.evidence import FOUND, Evidence, Suggestion
from ecrm_core.quality.party import Party, name_words

__all__ = [
    "NAME_TESTS", "has_placeholder", "is_sample", "is_telling", "is_walk", "repeated",
]  # fmt: skip

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\S@\S+\.\S|https?://|www\.\S")
_STRANGE = (("Nd", "digits"), ("So", "pictures"))  # Unicode's general categories
_WALK = 4  # keys side by side
_AGAIN = 3  # times one letter


def _letter(value: PersonName, _: Party, __: Params) -> Yields:
    named = value.full[:1].isalpha() or any(map(str.isalpha, value.full))
    return () if named else FOUND


def _signs(value: PersonName, _: Party, __: Params) -> Yields:
    """Find digits (but those of "3rd") and pictures."""
    if value.full.replace(" ", "").isalpha():
        return ()  # nearly every name
    kinds = {unicodedata.category(char) for char in _ORDINAL.sub("", value.full)}
    return tuple(Evidence(facts={"what": what}) for kind, what in _STRANGE if kind in kinds)


def _address(value: PersonName, _: Party, __: Params) -> Yields:
    if "." not in value.full and ":" not in value.full:
        return ()
    return FOUND if _ADDRESS.search(value.full) else ()


def _sample(_: PersonName, record: Party, __: Params) -> Yields:
    return FOUND if is_sample(record.words) else ()


def _walk(_: PersonName, record: Party, __: Params) -> Yields:
    return FOUND if is_walk(record.words) else ()


def is_telling(found: Sequence[str]) -> bool:
    """Tell whether a name may be a sample or a walk, or say a placeholder or one word twice.

    One look at what nearly no name has; the functions below say which it is.
    """
    if len(found) == 1:
        return found[0] in _wholes() or len(set(found[0])) == 1
    if not _table("words").isdisjoint(found) or found[:1] == found[-1:]:
        return True
    return "".join(found) in _wholes() or "".join(found[::-1]) in _wholes()


def is_sample(found: Sequence[str]) -> bool:
    """Tell whether a whole name is one of an example, of a known character, or a placeholder."""
    if not found:
        return False
    samples = _table("samples")
    if "".join(found) in samples or "".join(found[::-1]) in samples:
        return True  # the family name may stand first
    return _table("words").issuperset(found)


def has_placeholder(found: Sequence[str]) -> bool:
    """Tell whether some word of a name is a placeholder."""
    return not _table("words").isdisjoint(found)


def is_walk(found: Sequence[str]) -> bool:
    """Tell whether a name is four keys side by side (asdf), or one of them thrice (xxx)."""
    joined = "".join(found)
    if len(found) == 1 and len(joined) >= _AGAIN and len(set(joined)) == 1:
        return True
    return joined in _walks()


def repeated(found: Sequence[str]) -> bool:
    """Tell whether a name says one word twice or more, and nothing else."""
    return len(found) > 1 and len(set(found)) == 1


@lru_cache(maxsize=2)
def _table(name: str) -> frozenset[str]:
    """Return the entries of all languages, in the form names are compared in."""
    tables = load_data("placeholders")[name].values()
    return frozenset("".join(name_words(entry)) for entries in tables for entry in entries)


@lru_cache(maxsize=1)
def _wholes() -> frozenset[str]:
    """Return whole names that are telling, without spaces."""
    return _table("words") | _table("samples") | _walks()


@lru_cache(maxsize=1)
def _walks() -> frozenset[str]:
    """Return every way along four keys of a row or more, both ways, as names are compared."""
    rows = ["".join(name_words(row)) for row in load_data("placeholders")["walks"]]
    ways = [way for row in rows for way in (row, row[::-1])]
    return frozenset(
        way[first:last]
        for way in ways
        for first in range(len(way))
        for last in range(first + _WALK, len(way) + 1)
    )


NAME_TESTS = {
    "name_is_address": _address,
    "name_letter": _letter,
    "name_sample": _sample,
    "name_signs": _signs,
    "name_walk": _walk,
}
"""The tests of this file by name."""
