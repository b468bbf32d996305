"""Japanese readings: kana and its Latin spellings (Hepburn, Kunrei) as one skeleton of sounds."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["kana_aliases", "may_be_japanese", "romaji_aliases"]

_ROWS = (("あいうえお", ""), ("かきくけこ", "k"), ("さしすせそ", "s"), ("たちつてと", "t"),
         ("なにぬねの", "n"), ("はひふへほ", "h"), ("まみむめも", "m"), ("らりるれろ", "r"),
         ("がぎぐげご", "g"), ("ざじずぜぞ", "z"), ("だぢづでど", "d"), ("ばびぶべぼ", "b"),
         ("ぱぴぷぺぽ", "p"))  # fmt: skip
_KANA = {sign: first + vowel
         for row, first in _ROWS for sign, vowel in zip(row, "aiueo", strict=True)}  # fmt: skip
_KANA |= {"や": "ya", "ゆ": "yu", "よ": "yo", "わ": "wa", "を": "o", "ん": "n", "ー": "", "っ": "",
          "ゔ": "vu", "ぢ": "zi", "づ": "zu"}  # fmt: skip
_SMALL = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_KUNREI = (("tch", "ty"), ("sh", "sy"), ("ch", "ty"), ("j", "zy"), ("ts", "t"), ("f", "h"))
_LONG_O = re.compile("h(?=[^aiueoy]|$)")  # Ohno, Satoh
_SINGLE = (("yi", "i"), ("ou", "o"), ("mb", "nb"), ("mp", "np"), ("mm", "nm"))
_TWICE = re.compile(r"(.)\1+")
_MORA = (r"(?:(?:kk?y?|ss?[hy]?|tt?[sy]?|t?ch|n[y']?|hy?|f|my?|ry?|w|y|gy?|jy?|zy?|d|by?|pp?y?)?"
         r"[aiueo](?:h(?![aiueoy]))?|n(?![aiueoy])|m(?=[bpm]))")  # fmt: skip
_MORAE = re.compile(rf"(?:{_MORA}){{2,8}}(?: (?:{_MORA}){{2,8}})?")


def may_be_japanese(form: str) -> bool:
    """Return whether one word or two are written as Latin letters write Japanese."""
    return _MORAE.fullmatch(form) is not None


def kana_aliases(form: str) -> Iterator[str]:
    """Yield the aliases of a name in hiragana."""
    yield f"ja:{_skeleton(_romaji(form.replace(' ', '')))}"


def romaji_aliases(role: str, form: str) -> Iterator[str]:
    """Yield the aliases of a name in Latin letters that may be Japanese; a whole one both ways."""
    words = form.split()
    orders = (words, words[::-1]) if role in {"full_name", "kana"} and len(words) > 1 else (words,)
    for order in orders:
        yield f"ja:{_skeleton(''.join(order))}"


def _romaji(kana: str) -> str:
    told = ""
    for char in kana:
        small = _SMALL.get(char)
        told = told.removesuffix("i") + small if small else told + _KANA.get(char, char)
    return told


def _skeleton(latin: str) -> str:
    latin = _LONG_O.sub("", latin.replace("sh", "sy").replace("ch", "ty"))
    for found, sound in (*_KUNREI, *_SINGLE):
        latin = latin.replace(found, sound)
    return _TWICE.sub(r"\1", latin)
