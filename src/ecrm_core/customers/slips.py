"""Slips: the words that are one typing error away from a word, in the letters of its script.

An error is one letter more, less or other, or two in the other order (Damerau, 1964). A syllable of
Hangul is typed in two to four letters: another of them is another syllable in the same place.
Chinese characters are chosen, not typed: of them one may be missing or doubled, or two turned.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ecrm_core.kernel import script_of

__all__ = ["one_slip"]

_SYLLABLES_OF_HANGUL, _FIRST_SYLLABLE = 11_172, 0xAC00
_LETTERS: Final = (
    "abcdefghijklmnopqrstuvwxyz",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґ",
    "".join(map(chr, range(0x3041, 0x3097))) + "ー",
)
_LEAST: Final = {"hangul": 3, "kana": 3, "han": 3}
_LEAST_OF_LETTERS: Final = 4
_LONGEST: Final = 32


def one_slip(word: str) -> tuple[str, ...]:
    """Return the words one slip away, sorted; none for a word of less than four letters.

    Of three signs in Hangul, kana or Chinese characters. Words of more than 32 letters have none.
    """
    least = _LEAST.get(script_of(word) or "", _LEAST_OF_LETTERS)
    if not least <= len(word) <= _LONGEST:
        return ()
    found = {*_moved(word), *_with_letters(word), *_syllables(word)} - {word, ""}
    return tuple(sorted(found))


def _moved(word: str) -> Iterator[str]:
    """Go through the words without one letter, and with two in the other order."""
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]
        yield word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :]


def _with_letters(word: str) -> Iterator[str]:
    """Go through the words with one letter more, or another."""
    letters = next((each for each in _LETTERS if any(char in each for char in word)), "")
    for at in range(len(word) + 1):
        for letter in letters:
            yield word[:at] + letter + word[at:]
            yield word[:at] + letter + word[at + 1 :]


def _syllables(word: str) -> Iterator[str]:
    """Go through the words with one letter of one syllable of Hangul otherwise, or left out."""
    for at, char in enumerate(word):
        place = ord(char) - _FIRST_SYLLABLE
        if 0 <= place < _SYLLABLES_OF_HANGUL:
            for other in _near(place):
                yield word[:at] + chr(_FIRST_SYLLABLE + other) + word[at + 1 :]


def _near(place: int) -> Iterator[int]:
    """Go through the syllables that differ in one letter (Unicode, chapter 3.12)."""
    yield from range(place % 588, _SYLLABLES_OF_HANGUL, 588)
    yield from range(place - place % 588 + place % 28, place - place % 588 + 588, 28)
    yield from range(place - place % 28, place - place % 28 + 28)
