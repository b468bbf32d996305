"""Text: normal forms, folding for comparison, words and masks.

Stored text is NFC; folded text (NFKC, casefolded) serves comparison and search alone
(Unicode UAX #15 and #21). Folding never decides what is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

__all__ = ["fold", "hiragana", "loosen", "mask", "nfc", "prefix_end", "script_of", "squeeze",
           "strip_accents", "words"]  # fmt: skip

_SPACES = re.compile(r"\s+")
_WORDS = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Scripts this library treats differently, by block (Unicode 15 Blocks.txt; U+30FC is kana).
_BLOCKS: Mapping[str, tuple[tuple[int, int], ...]] = {
    "hangul": ((0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF)),
    "kana": ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9F)),
    "han": ((0x2E80, 0x2FDF), (0x3005, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
            (0xF900, 0xFAFF), (0x20000, 0x323AF)),
    "latin": ((0x41, 0x5A), (0x61, 0x7A), (0xAA, 0xAA), (0xBA, 0xBA), (0xC0, 0x24F),
              (0x1E00, 0x1EFF), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A)),
}  # fmt: skip


def nfc(text: str) -> str:
    """Return the text in Unicode normalisation form C: what is stored."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def squeeze(text: str) -> str:
    """Return the text with each run of white space (U+3000 too) as one space, ends trimmed."""
    if text.isprintable() and "  " not in text:
        return text.strip(" ")  # of all white space only this one is printable: nearly every text
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Return the form two spellings share: NFKC, casefolded, spaces squeezed; idempotent."""
    if text.isascii():
        return squeeze(text.lower())
    if unicodedata.is_normalized("NFKC", text) and text.casefold() == text:
        return squeeze(text)  # hangul, han, kana: nothing to fold
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    # Casefolding may undo a normal form and the other way round: UAX #21 asks for two rounds.
    return squeeze(unicodedata.normalize("NFKC", folded.casefold()))


def strip_accents(text: str) -> str:
    """Return the text without accents on Latin letters; other scripts stay as they are."""
    if text.isascii():
        return text
    parts = []
    for char in unicodedata.normalize("NFC", text):
        base = unicodedata.normalize("NFD", char)[0]
        parts.append(base if base.isascii() and base.isalpha() else char)
    return "".join(parts)


_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}


def hiragana(text: str) -> str:
    """Return the text with katakana of full width as hiragana."""
    return text.translate(_HIRAGANA)


def loosen(text: str) -> str:
    """Return the form that texts are searched in: folded, katakana as hiragana, without accents.

    Half width and full width are one by folding; signs stay.
    """
    folded = fold(text)
    return folded if folded.isascii() else strip_accents(hiragana(folded))


def words(text: str) -> tuple[str, ...]:
    """Return the words of a folded text, in order, without punctuation (O'Neill is one word)."""
    return tuple(_WORDS.findall(fold(text)))


def script_of(text: str) -> str | None:
    """Return the script of the first letter: hangul, kana, han, latin, other; None: no letter."""
    for char in text:
        if char.isalpha():
            return _script_of_letter(char)
    return None


@lru_cache(maxsize=4096)
def _script_of_letter(char: str) -> str:
    code = ord(char)
    for name, blocks in _BLOCKS.items():
        if any(first <= code <= last for first, last in blocks):
            return name
    return "other"


def prefix_end(prefix: str) -> str | None:
    """Return the least text above every text that starts with ``prefix``; None: no such text.

    Half-open: ``prefix <= text < prefix_end(prefix)`` in code point order.
    """
    for at in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[at])
        if code < 0x10FFFF:
            following = 0xE000 if code == 0xD7FF else code + 1  # surrogates are no characters
            return prefix[:at] + chr(following)
    return None


def mask(value: str) -> str:
    """Return a stand-in that shows only the first character: what people see by default."""
    return value[:1] + "•••" if value else ""
