"""Spelling: what becomes of a name, an address and a number on the way into a file."""

from __future__ import annotations

import unicodedata
from typing import Final

from ecrm_core.demo.dice import Dice
from ecrm_core.demo.people import Home, Person

__all__ = ["half_width", "latin_name", "mistyped", "other_kanji", "street_of", "widened"]

_HEARD: Final = {"연": "현", "은": "운", "준": "춘", "혜": "해", "예": "애", "진": "신", "민": "문",
                 "서": "소", "윤": "운", "경": "견"}  # fmt: skip
_KANJI: Final = {"高": "髙", "崎": "﨑", "斎": "斉", "渡辺": "渡部", "菜": "奈", "太": "大",
                 "健": "建", "美": "実", "翔": "祥", "結": "由"}  # fmt: skip
_MARKS: Final = {"\u3099": "ﾞ", "\u309a": "ﾟ"}
_KANA: Final = range(0xFF66, 0xFF9E)
_HALF: Final = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in _KANA}
_WIDE: Final = str.maketrans("0123456789-", "０１２３４５６７８９－")
_SHORT: Final = {"Street": "St", "Road": "Rd", "Lane": "Ln", "Avenue": "Ave", "straße": "str.",
                 "Drive": "Dr"}  # fmt: skip


def mistyped(dice: Dice, text: str, *labels: object) -> str:
    """Return a Latin text with one slip: two letters swapped, one left out, or one doubled.

    Hangul and kanji are not mistyped but misheard, or converted to others that look alike.
    """
    for wrong in (_HEARD, _KANJI):
        for char, other in wrong.items():
            if char in text:
                return text.replace(char, other, 1)
    if len(text) < 4 or not text.isascii():
        return text
    at = 1 + dice.below(len(text) - 2, "slip", *labels)
    first, second = text[at], text[at + 1]
    changed = [second + first, second, first + first + second]
    return text[:at] + dice.pick(changed, "kind of slip", *labels) + text[at + 2 :]


def other_kanji(text: str) -> str:
    """Return a name with the variant of a character that its bearer really has (高 is 髙)."""
    for char in ("高", "崎"):
        text = text.replace(char, _KANJI[char])
    return text


def half_width(text: str) -> str:
    """Return katakana in the half width of old tills and banks: サトウ is ｻﾄｳ."""
    plain = unicodedata.normalize("NFD", text)
    return "".join(_MARKS.get(char, _HALF.get(char, char)) for char in plain)


def widened(text: str) -> str:
    """Return digits and hyphens in full width, as Japanese keyboards give them."""
    return text.translate(_WIDE)


def latin_name(dice: Dice, person: Person, *labels: object) -> tuple[str, str]:
    """Return given and family name in Latin letters, one of the spellings in use."""
    given = dice.pick(person.given.latin, "given in Latin", *labels)
    return given, dice.pick(person.family.latin, "family in Latin", *labels)


def street_of(home: Home, *, short: bool = False) -> str:
    """Return the first line of an address as the country writes it; ``short`` as people do."""
    street, number = home.street, home.number
    for word, stands_for in _SHORT.items() if short else ():
        street = street.replace(word, stands_for)
    country = home.place.country
    if country == "JP":
        block = 1 + number % 5, 1 + number % 17, 1 + home.flat % 20
        text = "{}-{}-{}" if short else "{}丁目{}-{}"
        return f"{street}{text.format(*block)}"
    if country == "KR":
        return f"{street} {number}" if short else f"{street} {number}, {home.flat}호"
    return f"{street} {number}" if country == "DE" else f"{number} {street}"
