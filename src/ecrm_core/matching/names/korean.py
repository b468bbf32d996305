"""Korean names: Hangul and its Latin spellings as one skeleton of sounds.

Syllables are taken apart by the arithmetic of Unicode (chapter 3.12). Revised Romanisation (2000),
McCune-Reischauer (1939) and usual spellings (Joon, Young, Sung) differ in what the skeleton drops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ecrm_core.matching.names.data import by_part, table

__all__ = ["hangul_aliases", "jamo_of", "korean_families", "may_be_korean", "romanised_aliases"]

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
_SYLLABLES = re.compile(r"(?:[ckhlmnpst]?[yw]?[aeiu][klmnpt]?){1,3}")
_HEAD = "(?:ch|sh|kk|jj|ss|[bcdghjklmnprst])?[yw]?"
_CORE = "(?:eo|eu|ae|ai|oo|ou|oe|ee|ui|uh|[aeiou])"
# Two syllables in Latin letters; the first closed, or a sign of Korean in them.
_TYPICAL = r"(?=.*(?: |oo|eo|eu|ae|hy|ye|wo|yu|ng|[nmkl][jhskgmwbdyct]))"
_GIVEN = re.compile(rf"{_TYPICAL}{_HEAD}{_CORE}(?:ng|[nmklp])? ?{_HEAD}{_CORE}(?:ng|[nmklp])?")


def jamo_of(text: str) -> str:
    """Return the text with each syllable of Hangul as its letters; others stay as they are."""
    return "".join("".join(_letters(char)) for char in text)


def korean_families() -> Mapping[str, tuple[str, ...]]:
    """Return for each family name in Latin letters which ones it may be in Hangul."""
    return by_part("korean")


def may_be_korean(given: str) -> bool:
    """Return whether a given name is written as Latin letters write two Korean syllables."""
    return _GIVEN.fullmatch(given) is not None


def hangul_aliases(role: str, form: str) -> Iterator[str]:
    """Yield the aliases of a name in Hangul; of a whole one by the longest family name."""
    if role == "family_name":
        yield f"ko:{form}"
    elif role in {"given_name", "middle_name"}:
        yield f"ko:{_skeleton(_romanised(form))}"
    else:
        size = 2 if form[:2] in table("korean") and len(form) > 2 else 1
        if form[:size] in table("korean") and len(form) > size:
            yield f"ko:{form[:size]} {_skeleton(_romanised(form[size:]))}"


def romanised_aliases(role: str, words: Sequence[str]) -> list[str]:
    """Return the aliases of a name in Latin letters; a whole one has two words or three."""
    if role != "full_name":
        return [f"ko:{_skeleton(''.join(words))}"]
    found = []
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        sound = _skeleton("".join(given)) if family in korean_families() else ""
        if _SYLLABLES.fullmatch(sound):
            found += [f"ko:{each} {sound}" for each in korean_families()[family]]
    return found


def _letters(char: str) -> tuple[str, ...]:
    at = ord(char) - _FIRST_SYLLABLE
    if not 0 <= at < _SYLLABLES_OF_HANGUL:
        return (char,)
    first, vowel, last = at // 588, at % 588 // 28, at % 28
    return (chr(0x1100 + first), chr(0x1161 + vowel), chr(0x11A7 + last) if last else "")


def _romanised(hangul: str) -> str:
    places = [ord(char) - _FIRST_SYLLABLE for char in hangul]
    return "".join(
        _FIRST[at // 588] + _VOWEL[at % 588 // 28] + _LAST[at % 28]
        for at in places
        if 0 <= at < _SYLLABLES_OF_HANGUL
    )


def _skeleton(latin: str) -> str:
    for found, sound in _SOUNDS:
        latin = found.sub(sound, latin)
    return latin
