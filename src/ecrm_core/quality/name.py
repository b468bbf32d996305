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
    "NAME_TESTS", "has_placeholder", "is_common", "is_placeholder", "is_sample", "is_telling",
    "is_walk", "repeated",
]  # fmt: skip

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\S@\S+\.\S|https?://|www\.\S")
_STRANGE = (("Nd", "digits"), ("So", "pictures"))  # Unicode's general categories
_WALK = 4  # keys side by side
_MASH = 3  # keys side by side, in each of several words
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
    if found and found[0] in _keys(_MASH):
        return True
    return any(whole in _wholes() for whole in _spellings(found))


def is_sample(found: Sequence[str]) -> bool:
    """Tell whether a whole name is one of an example, of a known character, or a placeholder."""
    if not found:
        return False
    samples = _table("samples")
    return any(whole in samples for whole in _spellings(found)) or is_placeholder(found)


def is_common(found: Sequence[str]) -> bool:
    """Tell whether a name is of those samples that many people are called."""
    return any(whole in _list("common") for whole in _spellings(found))


def is_placeholder(found: Sequence[str]) -> bool:
    """Tell whether every word of a name is a placeholder."""
    return bool(found) and _table("words").issuperset(found)


def _spellings(found: Sequence[str]) -> tuple[str, ...]:
    """Return a name without spaces, either part first, and without initials and suffixes."""
    names = [found, found[::-1]]
    if len(found) > 2:
        short = [word for word in found if len(word) > 1 and word not in _list("suffixes")]
        names += [short, short[::-1]]
    return tuple(map("".join, names))


def has_placeholder(found: Sequence[str]) -> bool:
    """Tell whether some word of a name is a placeholder."""
    return not _table("words").isdisjoint(found)


def is_walk(found: Sequence[str]) -> bool:
    """Tell whether a name is keys side by side (asdf, asd asd), or one of them thrice (xxx)."""
    joined = "".join(found)
    if len(found) == 1 and len(joined) >= _AGAIN and len(set(joined)) == 1:
        return True
    if len(found) > 1 and all(word in _keys(_MASH) for word in found):
        return True
    return joined in _keys(_WALK)


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
    return _table("words") | _table("samples") | _keys(_WALK)


@lru_cache(maxsize=2)
def _list(name: str) -> frozenset[str]:
    return frozenset("".join(name_words(entry)) for entry in load_data("placeholders")[name])


@lru_cache(maxsize=2)
def _keys(least: int) -> frozenset[str]:
    """Return every way along so many keys of a row or more, both ways, as names are compared."""
    rows = ["".join(name_words(row)) for row in load_data("placeholders")["walks"]]
    ways = [way for row in rows for way in (row, row[::-1])]
    return frozenset(
        way[first:last]
        for way in ways
        for first in range(len(way))
        for last in range(first + least, len(way) + 1)
    )


NAME_TESTS = {
    "name_is_address": _address,
    "name_letter": _letter,
    "name_sample": _sample,
    "name_signs": _signs,
    "name_walk": _walk,
}
"""The tests of this file by name."""
