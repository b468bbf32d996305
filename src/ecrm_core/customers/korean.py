"""Korean names in Latin letters: usual spellings of family names, and sounds that spellings share.

Syllables are taken apart by the arithmetic of Unicode (chapter 3.12). Revised Romanisation (2000),
McCune-Reischauer (1939) and usual spellings (Joon, Young, Sung) differ in what the sounds drop.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from ecrm_core.customers.data import load_data

__all__ = ["hangul_families", "latin_families", "latin_sounds", "romanised", "split_hangul"]

_SYLLABLES_OF_HANGUL, _FIRST_SYLLABLE = 11_172, 0xAC00
_FIRST = "g kk n d tt r m b pp s ss - j jj ch k t p h".replace("-", "").split(" ")
_VOWEL = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo",
          "we", "wi", "yu", "eu", "ui", "i"]  # fmt: skip
_LAST = "- k k k n n n t l k m l l l p l m p p t t ng t t k t p h".replace("-", "").split(" ")
_SOUNDS = tuple((re.compile(found), sound) for found, sound in (
    (r"h(?![aeiouwy])", ""), (r"young", "yung"), (r"yeo|you|yoo|yo", "yu"), (r"wo", "u"),
    (r"eo|eu|oo|ou|oe|o", "u"), (r"ae|ai|ay", "e"), (r"ee|ui|ie", "i"), (r"ch|jj|j", "c"),
    (r"sh", "s"), (r"ng[kg]?|n[kg]", "n"), (r"g|kk", "k"), (r"d", "t"), (r"b", "p"), (r"r", "l"),
    (r"(.)\1+", r"\1"),
))  # fmt: skip


def hangul_families() -> Mapping[str, tuple[str, ...]]:
    """Return for each family name in Hangul its usual spellings in Latin letters."""
    return load_data("korean_families")


@lru_cache(maxsize=1)
def latin_families() -> Mapping[str, tuple[str, ...]]:
    """Return for each family name in Latin letters which ones it may be in Hangul, sorted."""
    found: dict[str, set[str]] = {}
    for family, spellings in hangul_families().items():
        for spelling in spellings:
            found.setdefault(spelling, set()).add(family)
    return MappingProxyType({latin: tuple(sorted(held)) for latin, held in found.items()})


def split_hangul(name: str) -> tuple[str, str] | None:
    """Return family and given name of one in Hangul without spaces, by the longest family name.

    None for a name that begins with no known family name, or is nothing else.
    """
    families = hangul_families()
    size = 2 if name[:2] in families and len(name) > 2 else 1
    return (name[:size], name[size:]) if name[:size] in families and len(name) > size else None


def romanised(hangul: str) -> str:
    """Return the syllables of Hangul in Latin letters, one by one; other signs are left out."""
    places = [ord(char) - _FIRST_SYLLABLE for char in hangul]
    return "".join(
        _FIRST[at // 588] + _VOWEL[at % 588 // 28] + _LAST[at % 28]
        for at in places
        if 0 <= at < _SYLLABLES_OF_HANGUL
    )


def latin_sounds(latin: str) -> str:
    """Return what the spellings of one Korean name in small Latin letters share."""
    for found, sound in _SOUNDS:
        latin = found.sub(sound, latin)
    return latin
