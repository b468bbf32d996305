"""Linkage: putting the rows of one component together, the surest first."""

from __future__ import annotations

import numpy as np

from ecrm_core.matching.arrays import Numbers, Pairs64

__all__ = ["linked", "linked_singly"]

_CAP = 15.0  # bits one pair may say in an average


def linked(weight: Numbers) -> Pairs64:
    """Return for each row the lowest row it is put together with, by average linkage.

    ``weight`` holds bits above the cut for every two rows; weights beyond 1,000 are rulings and
    count whole.
    """
    size = len(weight)
    total = np.where(np.abs(weight) > 1_000, weight, np.clip(weight, -_CAP, _CAP))
    np.fill_diagonal(total, -np.inf)
    held = np.ones(size)
    label = np.arange(size, dtype=np.int64)
    while True:
        mean = total / np.outer(held, held)
        one, two = divmod(int(mean.argmax()), size)
        if mean[one, two] < 0:
            return label
        one, two = min(one, two), max(one, two)
        total[one] += total[two]
        total[:, one] = total[one]
        total[one, one] = -np.inf
        total[two] = total[:, two] = -np.inf
        held[one] += held[two]
        label[label == two] = one


def linked_singly(rows: Pairs64, pairs: Pairs64, walls: Pairs64) -> Pairs64:
    """Return for each row the lowest row it is put together with, pair by pair in their order.

    For rows so many and so alike that no cut parts them; no wall is crossed.
    """
    head = {row: row for row in rows.tolist()}
    barred: dict[int, set[int]] = {row: set() for row in head}
    for one, two in walls.tolist():
        barred[one].add(two)
        barred[two].add(one)
    for one, two in pairs.tolist():
        low, high = sorted((_head(head, one), _head(head, two)))
        if low == high or high in barred[low]:
            continue
        head[high] = low
        barred[low] |= barred.pop(high)
        for other in barred[low]:
            barred[other].discard(high)
            barred[other].add(low)
    return np.array([_head(head, row) for row in rows.tolist()], np.int64)


def _head(head: dict[int, int], row: int) -> int:
    while head[row] != row:
        head[row] = head[head[row]]
        row = head[row]
    return row
