"""Arrays: the shapes of numbers the room works on, and what numpy has no single call for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Codes",
    "Flags",
    "Keys",
    "Levels",
    "Numbers",
    "Pairs64",
    "components",
    "distinct",
    "unpacked",
]

Codes = NDArray[np.int32]
"""Codes of values, one for each row; -1 is a missing value."""
Keys = NDArray[np.uint64]
"""Numbers that stand for values: equal values, equal numbers."""
Levels = NDArray[np.int8]
"""Levels of agreement, one column a field; -1 says nothing."""
Pairs64 = NDArray[np.int64]
"""Pairs of rows, the lower row in the upper half of the number."""
Numbers = NDArray[np.float64]
"""Weights, shares or counts."""
Flags = NDArray[np.bool_]
"""Which of the rows or pairs."""


def unpacked(pairs: Pairs64) -> tuple[Pairs64, Pairs64]:
    """Return the lower and the higher rows of packed pairs."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def dense(columns: list[Pairs64]) -> Pairs64:
    """Return one code for each row of the columns: equal rows, equal codes from 0 on."""
    key = columns[0]
    for column in columns[1:]:
        # Codes stay below the number of rows, so the product does not overflow.
        key = np.unique(key, return_inverse=True)[1].astype(np.int64)
        key = key * (int(column.max(initial=0)) + 2) + column + 1
    return np.unique(key, return_inverse=True)[1].astype(np.int64)


def components(size: int, left: Pairs64, right: Pairs64) -> Pairs64:
    """Return for each node the lowest node it is connected with."""
    label = np.arange(size, dtype=np.int64)
    while True:
        one, two = label[left], label[right]
        apart = one != two
        if not apart.any():
            return label
        left, right, one, two = left[apart], right[apart], one[apart], two[apart]
        np.minimum.at(label, np.maximum(one, two), np.minimum(one, two))
        while True:
            up = label[label]
            if np.array_equal(up, label):
                break
            label = up


def distinct(numbers: Pairs64) -> Pairs64:
    """Return each number once, in order; numpy's own way of it hashes, which costs ten times."""
    held = np.sort(numbers)
    return held[np.r_[True, held[1:] != held[:-1]]] if len(held) else held
