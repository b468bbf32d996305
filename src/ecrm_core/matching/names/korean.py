"""Korean names: Hangul and its Latin spellings as one skeleton of sounds.

Syllables are taken apart by the arithmetic of Unicode (chapter 3.12). Revised Romanisation (2000),
McCune-Reischauer (1939) and usual spellings (Joon, Young, Sung) differ in what the skeleton drops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ecrm_core.customers import latin_families, latin_sounds, romanised, split_hangul

__all__ = ["hangul_aliases", "jamo_of", "may_be_korean", "romanised_aliases"]

_SYLLABLES_OF_HANGUL, _FIRST_SYLLABLE = 11_172, 0xAC00
_SYLLABLES = re.compile(r"(?:[ckhlmnpst]?[yw]?[aeiu][klmnpt]?){1,3}")
_HEAD = "(?:ch|sh|kk|jj|ss|[bcdghjklmnprst])?[yw]?"
_CORE = "(?:eo|eu|ae|ai|oo|ou|oe|ee|ui|uh|[aeiou])"
# Two syllables in Latin letters; the first closed, or a sign of Korean in them.
_TYPICAL = r"(?=.*(?: |oo|eo|eu|ae|hy|ye|wo|yu|ng|[nmkl][jhskgmwbdyct]))"
_GIVEN = re.compile(rf"{_TYPICAL}{_HEAD}{_CORE}(?:ng|[nmklp])? ?{_HEAD}{_CORE}(?:ng|[nmklp])?")


def jamo_of(text: str) -> str:
    """Return the text with each syllable of Hangul as its letters; others stay as they are."""
    return "".join("".join(_letters(char)) for char in text)


def may_be_korean(given: str) -> bool:
    """Return whether a given name is written as Latin letters write two Korean syllables."""
    return _GIVEN.fullmatch(given) is not None


def hangul_aliases(role: str, form: str) -> Iterator[str]:
    """Yield the aliases of a name in Hangul; of a whole one by the longest family name."""
    if role == "family_name":
        yield f"ko:{form}"
    elif role in {"given_name", "middle_name"}:
        yield f"ko:{latin_sounds(romanised(form))}"
    else:
        split = split_hangul(form)
        if split is not None:
            yield f"ko:{split[0]} {latin_sounds(romanised(split[1]))}"


def romanised_aliases(role: str, words: Sequence[str]) -> list[str]:
    """Return the aliases of a name in Latin letters; a whole one has two words or three."""
    if role != "full_name":
        return [f"ko:{latin_sounds(''.join(words))}"]
    found = []
    for family, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        sound = latin_sounds("".join(given)) if family in latin_families() else ""
        if _SYLLABLES.fullmatch(sound):
            found += [f"ko:{each} {sound}" for each in latin_families()[family]]
    return found


def _letters(char: str) -> tuple[str, ...]:
    at = ord(char) - _FIRST_SYLLABLE
    if not 0 <= at < _SYLLABLES_OF_HANGUL:
        return (char,)
    first, vowel, last = at // 588, at % 588 // 28, at % 28
    return (chr(0x1100 + first), chr(0x1161 + vowel), chr(0x11A7 + last) if last else "")
