"""Signs: how far codes of letters and digits are from one another, all pairs at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecrm_core.matching.arrays import Codes, Flags, Levels, Pairs64
from ecrm_core.matching.texts import Texts

__all__ = ["DateSigns", "Signs"]

_WIDTH = 16
_SHORT = 4  # a code of fewer signs is another code if one differs

Matrix = NDArray[np.uint8] | NDArray[np.uint32]


class Signs:
    """Values as rows of characters from the end: phones, postcodes, numbers of papers."""

    ceiling = None

    def __init__(self, texts: Texts) -> None:
        self._sizes = np.minimum(texts.sizes, _WIDTH)
        width = min(max(int(texts.sizes.max(initial=0)), 1), _WIDTH)
        self._signs = _from_the_end(texts, width)

    def levels(self, one: Codes, two: Codes) -> Levels:
        """Return the level of different codes: other, near, digit.

        digit: one sign differs, two neighbours changed places, or one number lacks what stands
        before it in its town; near: two signs differ, or one is left out.
        """
        level = np.zeros(len(one), np.int8)
        for at in range(0, len(one), 1 << 16):
            part = slice(at, at + (1 << 16))
            level[part] = self._levels(one[part], two[part])
        return level

    def _levels(self, one: Codes, two: Codes) -> Levels:
        a, b = self._signs[one], self._signs[two]
        first, second = self._sizes[one], self._sizes[two]
        small = np.minimum(first, second)
        same = first == second
        differ = a != b
        wrong = differ.sum(axis=1, dtype=np.int64)
        close = np.flatnonzero(same & (wrong == 2))
        level = np.zeros(len(one), np.int8)
        long = small >= _SHORT
        level[same & (wrong <= 2) & long] = 1
        level[same & (wrong == 1) & long] = 2
        level[close[turned(a[close], b[close], differ[close]) & long[close]]] = 2
        level[~same & (small > 5) & (wrong == np.abs(first - second))] = 2
        slip = np.flatnonzero((np.abs(first - second) == 1) & (level == 0) & long)
        level[slip[_left_out(a[slip], b[slip], first[slip] < second[slip], small[slip])]] = 1
        return level


def _from_the_end(texts: Texts, width: int) -> Matrix:
    places = np.arange(width)[::-1]
    inside = places < texts.sizes[:, None]
    last = texts.starts + texts.sizes - 1
    at = np.where(inside, last[:, None] - places, 0)
    if not len(texts.characters):
        return np.zeros((len(texts.values), width), np.uint8)
    signs: Matrix = texts.characters[at]
    signs[~inside] = 0
    return signs


def turned(one: Matrix, two: Matrix, differ: NDArray[np.bool_]) -> Flags:
    """Tell where the two signs that differ are neighbours that changed places."""
    crossed = (one[:, :-1] == two[:, 1:]) & (one[:, 1:] == two[:, :-1])
    held: Flags = (crossed & differ[:, :-1] & differ[:, 1:]).any(axis=1)
    return held


def _left_out(one: Matrix, two: Matrix, first: Flags, small: Pairs64) -> Flags:
    """Tell where one code is the other without one of its signs."""
    short, long = np.where(first[:, None], one, two), np.where(first[:, None], two, one)
    same = short == long
    # From the end both run alike, then shifted by one; signs before the longer code are zero.
    shifted = short[:, 1:] == long[:, :-1]
    tail = np.cumprod(same[:, ::-1], axis=1).sum(axis=1)
    head = np.zeros(len(short), np.int64)
    going = np.ones(len(short), np.bool_)
    width = short.shape[1]
    begin = width - small
    rows = np.arange(len(short))
    for step in range(width - 1):
        at = np.minimum(begin + step, width - 1)
        going &= shifted[rows, np.maximum(at - 1, 0)] & (step < small)
        head += going
    held: Flags = head + np.minimum(tail, small) >= small
    return held


class DateSigns:
    """Days as eight digits: YYYYMMDD."""

    ceiling = None

    def __init__(self, texts: Texts) -> None:
        self._signs = texts.matrix(8)

    def levels(self, one: Codes, two: Codes) -> Levels:
        """Return the level of different days: other, year, near, turned, digit."""
        level = np.zeros(len(one), np.int8)
        for at in range(0, len(one), 1 << 16):
            part = slice(at, at + (1 << 16))
            level[part] = day_levels(self._signs[one[part]], self._signs[two[part]])
        return level


def day_levels(one: Matrix, two: Matrix) -> Levels:
    """Return the level of different days, given as rows of eight digits.

    digit: one digit differs, or two neighbours changed places; turned: day and month did; near: one
    of year, month and day is right; year: the years are neighbours.
    """
    differ = one != two
    wrong = differ.sum(axis=1)
    day, month = differ[:, 6:].any(axis=1), differ[:, 4:6].any(axis=1)
    year = differ[:, :4].any(axis=1)
    whole = (one[:, 7] > 0) & (two[:, 7] > 0)
    swapped = ~year & (one[:, 4:6] == two[:, 6:8]).all(axis=1)
    swapped &= (one[:, 6:8] == two[:, 4:6]).all(axis=1)
    slip = (wrong == 2) & turned(one, two, differ)
    near = ~year & ~(day & month) | (~day & ~month) | ((wrong == 2) & ~slip)
    level = np.zeros(len(one), np.int8)
    years = _years(one), _years(two)
    level[whole & (np.abs(years[0] - years[1]) <= 1)] = 1
    level[near & whole] = 2
    level[swapped & whole] = 3
    level[((wrong == 1) | slip) & whole] = 4
    return level


def _years(signs: Matrix) -> Pairs64:
    held: Pairs64 = signs[:, :4].astype(np.int64) @ np.array([1000, 100, 10, 1])
    return held
