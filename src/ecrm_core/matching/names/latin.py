"""Latin: Cyrillic and Greek names in Latin letters, as passports write most of them."""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

from ecrm_core.matching.names.data import table

__all__ = ["latin_of"]

_ENDING = re.compile(r"(?:ый|ий|ій)\b")  # Dmitry, Zelensky: nobody writes iy
_UKRAINIAN = re.compile("[іїєґ]|[сц]ьк")
_TWO = (("кс", "x"), ("ου", "ou"), ("μπ", "b"), ("ντ", "nt"), ("γκ", "g"), ("τζ", "tz"))
_ABOVE = re.compile("[\u0300-\u036f]")


def latin_of(text: str) -> str:
    """Return folded text with Cyrillic and Greek letters in Latin ones, and ø, ł, æ in plain ones.

    Letters of other scripts stay as they are.
    """
    if text.isascii():
        return text
    ukrainian = _UKRAINIAN.search(text)
    text = _ENDING.sub("y", text)
    if ukrainian:
        text = text.replace("и", "y")
    for found, said in _TWO:
        text = text.replace(found, said)
    plain = normalize("NFD", text.translate(_letters())).translate(_letters())
    return normalize("NFC", _ABOVE.sub("", plain))


@lru_cache(maxsize=1)
def _letters() -> dict[int, str]:
    return {ord(letter): said for letter, said in table("letters").items()}
