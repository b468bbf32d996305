"""Name levels: how alike pairs of names are; arrays first, word by word where they leave it open.

In scripts without spaces one changed character is usually another person: they are stricter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from rapidfuzz.distance import OSA

from ecrm_core.kernel import script_of
from ecrm_core.matching.arrays import Flags, Levels, Pairs64
from ecrm_core.matching.names import organisation_level, person_level, two_genders
from ecrm_core.matching.names.korean import jamo_of
from ecrm_core.matching.similar import Texts, edits, ranked, shared_words, sorted_words, winkler

__all__ = ["full_levels", "given_levels", "name_levels", "title_levels"]

_UNSPACED = frozenset({"hangul", "han", "kana"})
_SIMILAR, _CLOSE = 1, 2


def name_levels(left: Texts, right: Texts) -> Levels:
    """Compare given or family names; of two words one may be all that the other states."""
    score = winkler(left, right)
    level = ranked((score >= 0.8, _SIMILAR), (score >= 0.9, _CLOSE))
    level[_where((score > 0) & (level < _SIMILAR), left, right, _short_form)] = _SIMILAR
    level[_where(level == _SIMILAR, left, right, _one_slip)] = _CLOSE
    level[_where(_spaced(left) ^ _spaced(right), left, right, _part_of)] = _CLOSE
    return _by_characters(left, right, level)


def given_levels(left: Texts, right: Texts) -> Levels:
    """Compare given names; a woman's and a man's are similar at most."""
    level = name_levels(left, right)
    level[_where(level == _CLOSE, left, right, two_genders)] = _SIMILAR
    return level


def full_levels(left: Texts, right: Texts) -> Levels:
    """Compare whole names, word by word where they have something in common, or two scripts."""
    maybe = (shared_words(left, right, 68) > 0) | (sorted_words(left, right) > 0)
    maybe |= (winkler(left, right) > 0.78) | (_ascii(left) ^ _ascii(right))
    return _by_characters(left, right, _asked(maybe, left, right, person_level))


def title_levels(left: Texts, right: Texts) -> Levels:
    """Compare names of organisations, word by word where they have something in common."""
    maybe = (shared_words(left, right, 60) > 0) | (winkler(left, right) > 0.78)
    return _asked(maybe, left, right, organisation_level)


def _where(asked: Flags, left: Texts, right: Texts, test: Callable[[str, str], bool]) -> Pairs64:
    """Return which of the pairs asked about pass the test."""
    rows = np.flatnonzero(asked)
    held = np.fromiter((test(left[row], right[row]) for row in rows.tolist()), np.bool_, len(rows))
    return rows[held]


def _asked(maybe: Flags, left: Texts, right: Texts, level_of: Callable[[str, str], int]) -> Levels:
    level = np.zeros(len(left), np.int8)
    for row in np.flatnonzero(maybe).tolist():
        level[row] = level_of(*sorted((left[row], right[row])))
    return level


def _short_form(one: str, two: str) -> bool:
    """An initial, or the beginning of the other name (rob, robert); a middle name more."""
    if len(one) == len(two):
        return False
    short, long = (one, two) if len(one) < len(two) else (two, one)
    return long.startswith(short) and (len(short) != 2 or long[2] == " ")


def _one_slip(one: str, two: str) -> bool:
    return min(len(one), len(two)) > 4 and OSA.distance(one, two, score_cutoff=1) <= 1


def _part_of(one: str, two: str) -> bool:
    """A surname of two where the other states one: garcia, garcia lopez."""
    short, long = (one, two) if " " in two else (two, one)
    return len(short) > 3 and short in long.split()


def _spaced(texts: Texts) -> Flags:
    return np.fromiter((" " in text for text in texts), np.bool_, len(texts))


def _ascii(texts: Texts) -> Flags:
    return np.fromiter(map(str.isascii, texts), np.bool_, len(texts))


def _by_characters(left: Texts, right: Texts, level: Levels) -> Levels:
    """Put the level of names without spaces right: by characters, and stricter."""
    rows = _where(~(_ascii(left) | _ascii(right)), left, right, _unspaced)
    if not len(rows):
        return level
    ones, twos = ([side[row] for row in rows.tolist()] for side in (left, right))
    level[rows] = 0
    near = np.flatnonzero(edits(ones, twos) <= 1)
    level[rows[near]] = [_characters_level(ones[at], twos[at]) for at in near.tolist()]
    return level


def _unspaced(one: str, two: str) -> bool:
    return script_of(one) in _UNSPACED or script_of(two) in _UNSPACED


def _characters_level(one: str, two: str) -> int:
    """Return the level of texts one character apart; short ones of Hangul by its letters."""
    longest = max(len(one), len(two))
    if longest < 3:
        letters = jamo_of(one), jamo_of(two)
        return int(letters != (one, two) and OSA.distance(*letters, score_cutoff=1) <= 1)
    return _SIMILAR if longest < 5 else _CLOSE
