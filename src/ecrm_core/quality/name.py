"""Name: has it a letter, has it signs no name has, is it one that forms show as an example.

No pattern refuses a name: one letter, one word, any script are ordinary.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from ecrm_core.customers import PersonName, name_key
from ecrm_core.kernel import MAX_TEXT, Json, words
from ecrm_core.quality.data import load_data
from ecrm_core.quality.evidence import Evidence, Suggestion
from ecrm_core.quality.party import Party

__all__ = ["NAME_TESTS", "has_placeholder", "is_sample", "is_walk", "name_words", "repeated"]

Params = Mapping[str, Json]
Yields = Iterable[Evidence | Suggestion]

_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b", re.IGNORECASE)
_ADDRESS = re.compile(r"\S@\S+\.\S|https?://|www\.\S")
_WALK = 4  # keys side by side
_AGAIN = 3  # times one letter


def _letter(value: PersonName, _: Party, __: Params) -> Yields:
    if not any(map(str.isalpha, value.full)):
        yield Evidence()


def _signs(value: PersonName, _: Party, __: Params) -> Yields:
    """Find digits (but those of "3rd") and pictures."""
    kinds = {unicodedata.category(char) for char in _ORDINAL.sub("", value.full)}
    if "Nd" in kinds:
        yield Evidence(facts={"what": "digits"})
    if "So" in kinds:
        yield Evidence(facts={"what": "pictures"})


def _address(value: PersonName, _: Party, __: Params) -> Yields:
    if _ADDRESS.search(value.full):
        yield Evidence()


def _sample(value: PersonName, _: Party, __: Params) -> Yields:
    if is_sample(name_words(value.full)):
        yield Evidence()


def _walk(value: PersonName, _: Party, __: Params) -> Yields:
    if is_walk(name_words(value.full)):
        yield Evidence()


def name_words(text: str) -> tuple[str, ...]:
    """Return the words of a name, in the form names are compared in."""
    return words(name_key(text[:MAX_TEXT]))


def is_sample(found: Sequence[str]) -> bool:
    """Tell whether a whole name is one of an example, of a known character, or a placeholder."""
    samples, held = _table("samples"), _table("words")
    return "".join(found) in samples or (bool(found) and all(word in held for word in found))


def has_placeholder(found: Sequence[str]) -> bool:
    """Tell whether some word of a name is a placeholder."""
    return not _table("words").isdisjoint(found)


def is_walk(found: Sequence[str]) -> bool:
    """Tell whether a name is four keys side by side (asdf), or one of them thrice (xxx)."""
    joined = "".join(found)
    if len(found) == 1 and len(joined) >= _AGAIN and len(set(joined)) == 1:
        return True
    if len(joined) < _WALK:
        return False
    return any(joined in row or joined in row[::-1] for row in _rows())


def repeated(found: Sequence[str]) -> bool:
    """Tell whether a name says one word twice or more, and nothing else."""
    return len(found) > 1 and len(set(found)) == 1


@lru_cache(maxsize=2)
def _table(name: str) -> frozenset[str]:
    """Return the entries of all languages, in the form names are compared in."""
    tables = load_data("placeholders")[name].values()
    return frozenset("".join(name_words(entry)) for entries in tables for entry in entries)


@lru_cache(maxsize=1)
def _rows() -> tuple[str, ...]:
    """Return the rows of keys, in the form names are compared in."""
    return tuple("".join(name_words(row)) for row in load_data("placeholders")["walks"])


NAME_TESTS = {
    "name_is_address": _address,
    "name_letter": _letter,
    "name_sample": _sample,
    "name_signs": _signs,
    "name_walk": _walk,
}
"""The tests of this file by name."""
