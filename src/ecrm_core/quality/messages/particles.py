"""Particles: the Korean particle that fits the last sound of a word.

Hangul is read off the letter, digits as they are read (Sino-Korean). A Latin word ends as its last
letter most often sounds; where that is not certain both forms stand: "은(는)", as forms print it.
"""

from __future__ import annotations

__all__ = ["with_particle"]

_FINALS = 28  # of each syllable block: none, then 27 consonants (Unicode, section 3.12)
_RIEUL = 8
_DIGITS = "0136" + "78"  # 영 일 삼 육 칠 팔 end in a consonant
_RIEUL_DIGITS = "178"
_OPEN = frozenset("aefhijoqrsuvwxyz2459")
_CLOSED = frozenset("lmn" + _DIGITS)


def with_particle(word: str, closed: str, open_: str) -> str:
    """Return the word with ``closed`` behind a consonant, ``open_`` behind a vowel.

    으로/로 takes 로 behind ㄹ as well.
    """
    final = _final(word)
    if final is None:
        both = f"({closed[0]}){open_}" if closed.endswith(open_) else f"{closed}({open_})"
        return word + both
    soft = final == _RIEUL and closed == "으로"
    return word + (closed if final and not soft else open_)


def _final(word: str) -> int | None:
    """Return the last consonant's number, 0 for none, None where the word does not tell."""
    last = word[-1:].lower()
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % _FINALS
    if last in _OPEN:
        return 0
    if last in _CLOSED:
        return _RIEUL if last == "l" or last in _RIEUL_DIGITS else 1
    return None
