"""Comparisons: how alike two different values of one Sort are, as a level.

Equal values are never compared here: they have one code. Likeness: Jaro-Winkler (Winkler 1990) and
optimal string alignment, by rapidfuzz; in scripts without spaces one changed character is usually
another person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from ecrm_core.kernel import script_of
from ecrm_core.matching.arrays import Flags, Levels
from ecrm_core.matching.names import organisation_level, person_level
from ecrm_core.matching.names.korean import jamo_of

__all__ = ["levels_of"]

Texts = Sequence[str]
Scores = NDArray[np.float32]
_Test = Callable[[str, str], bool]
_UNSPACED = frozenset({"hangul", "han", "kana"})


def levels_of(sort: str, left: Texts, right: Texts) -> Levels:
    """Return for each pair of different values of a Sort the level of their likeness."""
    if not left:
        return np.zeros(0, np.int8)
    return _LEVELS[sort](left, right)


def _ranked(*rules: tuple[Flags, int]) -> Levels:
    """Return the level of the last rule that holds; 0 where none does."""
    level = np.zeros(len(rules[0][0]), np.int8)
    for holds, value in rules:
        level[holds] = value
    return level


def _flags(left: Texts, right: Texts, test: Callable[[str, str], bool]) -> Flags:
    return np.fromiter(map(test, left, right), np.bool_, len(left))


def _winkler(left: Texts, right: Texts) -> Scores:
    found: Scores = process.cpdist(
        left, right, scorer=JaroWinkler.similarity, score_cutoff=0.7, dtype=np.float32
    )
    return found


def _edits(left: Texts, right: Texts) -> NDArray[np.int32]:
    found: NDArray[np.int32] = process.cpdist(
        left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.int32
    )
    return found


def _ratio(left: Texts, right: Texts) -> Scores:
    found: Scores = process.cpdist(
        left, right, scorer=fuzz.token_sort_ratio, score_cutoff=70, dtype=np.float32
    )
    return found


def _name(left: Texts, right: Texts) -> Levels:
    """Compare given or family names; of two words one may be all that the other states."""
    score = _winkler(left, right)
    level = _ranked((score >= 0.8, 1), (score >= 0.9, 2))
    _at(level, (score > 0) & (level == 0), left, right, _short_form, 1)
    _at(level, level == 1, left, right, _one_slip, 2)
    _at(level, _spaced(left) ^ _spaced(right), left, right, _part_of, 2)
    return _by_characters(left, right, level)


def _at(level: Levels, asked: Flags, left: Texts, right: Texts, test: _Test, value: int) -> None:
    """Raise the levels of the pairs asked about for which the test holds."""
    for row in np.flatnonzero(asked & (level < value)).tolist():
        if test(left[row], right[row]):
            level[row] = value


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


def _by_characters(left: Texts, right: Texts, level: Levels) -> Levels:
    """Put the level of names without spaces right: by characters, and stricter."""
    at = np.flatnonzero(~(_ascii(left) | _ascii(right)))
    at = at[[_unspaced(left[row], right[row]) for row in at.tolist()]] if len(at) else at
    ones, twos = [left[row] for row in at.tolist()], [right[row] for row in at.tolist()]
    level[at] = 0
    near = np.flatnonzero(_edits(ones, twos) <= 1) if ones else at
    level[at[near]] = [_characters_level(ones[place], twos[place]) for place in near.tolist()]
    return level


def _ascii(texts: Texts) -> Flags:
    return np.fromiter(map(str.isascii, texts), np.bool_, len(texts))


def _unspaced(one: str, two: str) -> bool:
    return script_of(one) in _UNSPACED or script_of(two) in _UNSPACED


def _characters_level(one: str, two: str) -> int:
    """Return the level of texts one character apart; Hangul is also compared by its letters."""
    longest = max(len(one), len(two))
    if longest < 3:
        return int(OSA.distance(jamo_of(one), jamo_of(two), score_cutoff=1) <= 1)
    return 1 if longest < 5 else 2


def _full(left: Texts, right: Texts) -> Levels:
    ratio, score = _ratio(left, right), _winkler(left, right)
    parts = _shared_words(left, right, 68)
    level = np.zeros(len(left), np.int8)
    asked = (parts > 0) | (ratio > 0) | (score > 0.78) | (_ascii(left) ^ _ascii(right))
    _asked_of(level, asked, left, right, person_level)
    return _by_characters(left, right, level)


def _title(left: Texts, right: Texts) -> Levels:
    parts = _shared_words(left, right, 60)
    level = np.zeros(len(left), np.int8)
    _asked_of(level, (parts > 0) | (_winkler(left, right) > 0.78), left, right, organisation_level)
    return level


def _shared_words(left: Texts, right: Texts, least: int) -> Scores:
    found: Scores = process.cpdist(
        left, right, scorer=fuzz.token_set_ratio, score_cutoff=least, dtype=np.float32
    )
    return found


def _asked_of(
    level: Levels, asked: Flags, left: Texts, right: Texts, level_of: Callable[[str, str], int]
) -> None:
    """Ask pair by pair, word by word, where the whole texts have enough in common."""
    for row in np.flatnonzero(asked).tolist():
        level[row] = level_of(*sorted((left[row], right[row])))


def _way(left: Texts, right: Texts) -> Levels:
    """Compare the names of streets."""
    ratio, score = _ratio(left, right), _winkler(left, right)
    parts = _shared_words(left, right, 80)
    return _ranked(
        ((ratio >= 75) | (score >= 0.84) | (parts >= 92), 1), ((ratio >= 90) | (score >= 0.93), 2)
    )


def _text(left: Texts, right: Texts) -> Levels:
    score = _winkler(left, right)
    return _ranked((score >= 0.82, 1), (score >= 0.92, 2))


def _local(left: Texts, right: Texts) -> Levels:
    return _ranked((_winkler(left, right) >= 0.88, 1))


def _slip(left: Texts, right: Texts) -> Levels:
    """Tell which texts differ by one slip of the hand; of five characters or more, two."""
    edits = _edits(left, right)
    long = _flags(left, right, lambda one, two: min(len(one), len(two)) > 4)
    return _ranked((edits <= 1, 1), ((edits <= 2) & long, 1))


def _none(left: Texts, right: Texts) -> Levels:
    return np.zeros(max(len(left), len(right)), np.int8)


_LEVELS: Mapping[str, Callable[[Texts, Texts], Levels]] = MappingProxyType({
    "given": _name, "name": _name, "full": _full, "title": _title, "way": _way, "text": _text,
    "local": _local, "slip": _slip, "category": _none,
})  # fmt: skip
