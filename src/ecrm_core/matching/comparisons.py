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

__all__ = ["levels_of"]

Texts = Sequence[str]
Scores = NDArray[np.float32]
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


def _short_form(one: str, two: str) -> bool:
    """An initial, or the beginning of the other name (rob, robert); a middle name more."""
    if len(one) == len(two):
        return False
    short, long = (one, two) if len(one) < len(two) else (two, one)
    return long.startswith(short) and (len(short) != 2 or long[2] == " ")


def _unspaced(one: str, two: str) -> bool:
    if one.isascii() or two.isascii():
        return False
    return bool({script_of(one), script_of(two)} & _UNSPACED)


def _name(left: Texts, right: Texts) -> Levels:
    score = _winkler(left, right)
    level = _ranked(
        (score >= 0.8, 1), (_flags(left, right, _short_form), 1), (score >= 0.9, 2)
    )  # fmt: skip
    return _of_characters(left, right, level)


def _of_characters(left: Texts, right: Texts, level: Levels) -> Levels:
    """Put the level of names without spaces right: by characters, and stricter."""
    at = np.flatnonzero(_flags(left, right, _unspaced))
    for row in at.tolist():
        one, two = left[row], right[row]
        near = OSA.distance(one, two, score_cutoff=1) <= 1
        longest = max(len(one), len(two))
        level[row] = 0 if not near or longest < 3 else 1 if longest < 5 else 2
    return level


def _full(left: Texts, right: Texts) -> Levels:
    score = np.maximum(_ratio(left, right) / 100, _winkler(left, right) - 0.02)
    level = _ranked(
        (score >= 0.82, 1), (_flags(left, right, _within), 1), (score >= 0.92, 2)
    )  # fmt: skip
    level = _of_characters(left, right, level)
    level[_flags(left, right, _reordered)] = 3
    return level


def _within(one: str, two: str) -> bool:
    """One name lacks a part that the other has; initials stand for their names."""
    short, long = sorted((one.split(), two.split()), key=len)
    if len(short) < 2 or len(short) == len(long):
        return False
    return all(any(part == w or part == w[0] for w in long) for part in short)


def _reordered(one: str, two: str) -> bool:
    return len(one) == len(two) and sorted(one.split()) == sorted(two.split())


def _title(left: Texts, right: Texts) -> Levels:
    ratio, score = _ratio(left, right), _winkler(left, right)
    parts: Scores = process.cpdist(
        left, right, scorer=fuzz.token_set_ratio, score_cutoff=80, dtype=np.float32
    )
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
    "given": _name, "name": _name, "full": _full, "title": _title, "text": _text,
    "local": _local, "slip": _slip, "category": _none,
})  # fmt: skip
