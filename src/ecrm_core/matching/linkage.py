"""Linkage: putting the rows of one component together, the surest first."""

from __future__ import annotations

import numpy as np

from ecrm_core.matching.arrays import Codes, Numbers, Pairs64

__all__ = ["linked", "linked_singly"]

_CAP = 15.0  # bits one pair may say in an average


def linked(weight: Numbers) -> Pairs64:
    """Return for each row the lowest row it is put together with, by average linkage.

    ``weight`` holds bits above the cut for every two rows of components of one size, one component
    after the other (components x rows x rows); weights beyond 1,000 are rulings and count whole.
    """
    count, size, _ = weight.shape
    total = np.where(np.abs(weight) > 1_000, weight, np.clip(weight, -_CAP, _CAP))
    total[:, range(size), range(size)] = -np.inf
    held = np.ones((count, size))
    label = np.tile(np.arange(size), (count, 1))
    open_ = np.arange(count)
    while len(open_):
        mean = total[open_] / (held[open_, :, None] * held[open_, None, :])
        best = mean.reshape(len(open_), -1).argmax(axis=1)
        one, two = np.divmod(best, size)
        going = mean[np.arange(len(open_)), one, two] >= 0
        open_, one, two = open_[going], one[going], two[going]
        _merge(total, held, label, open_, np.minimum(one, two), np.maximum(one, two))
    return label


def _merge(  # noqa: PLR0917 - six columns
    total: Numbers, held: Numbers, label: Pairs64, which: Pairs64, one: Pairs64, two: Pairs64
) -> None:
    """Put group ``two`` of each component into group ``one``."""
    total[which, one] += total[which, two]
    total[which, :, one] = total[which, one]
    total[which, one, one] = -np.inf
    total[which, two] = -np.inf
    total[which, :, two] = -np.inf
    held[which, one] += held[which, two]
    joined = label[which] == two[:, None]
    label[which] = np.where(joined, one[:, None], label[which])


def linked_singly(  # noqa: PLR0917 - five columns
    rows: Pairs64, pairs: Pairs64, walls: Pairs64, side: Pairs64, sources: Codes | None = None
) -> Pairs64:
    """Return for each row the lowest row it is put together with, pair by pair in their order.

    For rows so many and so alike that no cut parts them. No wall is crossed: ``walls`` are pairs of
    sides, ``side`` says on which one each row stands. No two rows of one source (-1 is none) come
    together.
    """
    of = {} if sources is None else dict(zip(rows.tolist(), sources.tolist(), strict=True))
    held: dict[int, set[int]] = {row: {source} - {-1} for row, source in of.items()}
    head = {row: row for row in rows.tolist()}
    sides = {row: {at} for row, at in zip(head, side[rows].tolist(), strict=True)}
    barred: dict[int, set[int]] = {}
    for one, two in walls.tolist():
        barred.setdefault(one, set()).add(two)
        barred.setdefault(two, set()).add(one)
    foes = {row: set(barred.get(at, ())) for row, (at,) in sides.items()}
    for one, two in pairs.tolist():
        low, high = sorted((_head(head, one), _head(head, two)))
        if low == high or foes[low] & sides[high] or (held and held[low] & held[high]):
            continue
        if held:
            held[low] |= held[high]
        head[high] = low
        sides[low] |= sides.pop(high)
        foes[low] |= foes.pop(high)
    return np.array([_head(head, row) for row in rows.tolist()], np.int64)


def _head(head: dict[int, int], row: int) -> int:
    while head[row] != row:
        head[row] = head[head[row]]
        row = head[row]
    return row
