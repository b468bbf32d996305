"""Settling: what the groups of rows say back to the pairs, so that pairs and groups tell one thing.

Two rows are one person if both are one with a third, so a pair of one group is at least as likely
as the best way through the group; a pair whose groups are kept apart falls below the cut.
"""

from __future__ import annotations

import numpy as np

from ecrm_core.matching.arrays import Codes, Numbers, Pairs64, distinct
from ecrm_core.matching.scoring import Scored, Scorer, joined
from ecrm_core.matching.weights import probability

__all__ = ["settled", "with_inner_pairs"]

_LARGEST = 200  # units of a group whose pairs are all listed
_BELOW = 0.98  # of the cut: what is left of a pair whose groups are apart
_ROOM = 4_000_000  # numbers worked on at once


def with_inner_pairs(
    scored: Scored, label: Pairs64, scorer: Scorer, sources: Codes | None
) -> Scored:
    """Return the pairs with those within groups that no rule had brought together.

    Where there are ``sources``, those of two sources.
    """
    tables = list(_tables(label))
    if not tables:
        return scored
    known = np.sort(scored.left << 32 | scored.right)
    inner = []
    for table in tables:
        one, two = np.triu_indices(table.shape[1], 1)
        inner.append((table[:, one] << 32 | table[:, two]).ravel())
    pairs = np.concatenate(inner)
    at = np.minimum(np.searchsorted(known, pairs), max(len(known) - 1, 0))
    fresh = pairs[known[at] != pairs] if len(known) else pairs
    left, right = fresh >> 32, fresh & 0xFFFFFFFF
    if sources is not None:
        across = sources[left] != sources[right]
        left, right = left[across], right[across]
    return joined([scored, scorer.scored(left, right, floor=-np.inf)])


def settled(scored: Scored, label: Pairs64, link: float) -> Numbers:
    """Return the probability of each pair, its groups considered."""
    likely = probability(scored.weight)
    same = label[scored.left] == label[scored.right]
    likely[~same] = np.minimum(likely[~same], link * _BELOW)
    place = np.zeros(len(label), np.int64)
    inside = np.flatnonzero(same & (scored.left != scored.right))
    heads = label[scored.left[inside]]
    for table in _tables(label):
        place[table] = np.arange(table.shape[1])
        step = max(_ROOM // table.shape[1] ** 2, 1)
        for start in range(0, len(table), step):
            some = table[start : start + step]
            at = np.searchsorted(some[:, 0], heads)
            at[at == len(some)] = 0
            mine = some[at, 0] == heads
            pairs = inside[mine]
            which, one, two = at[mine], place[scored.left[pairs]], place[scored.right[pairs]]
            matrix = np.zeros((len(some), table.shape[1], table.shape[1]))
            matrix[which, one, two] = matrix[which, two, one] = likely[pairs]
            likely[pairs] = np.maximum(_through(matrix)[which, one, two], link)
    return likely


def _through(likely: Numbers) -> Numbers:
    """Return how likely rows are one by way of any others: the best product of probabilities."""
    best = likely.copy()
    for middle in range(likely.shape[1]):
        np.maximum(best, best[:, :, middle, None] * best[:, None, middle, :], out=best)
    return best


def _tables(label: Pairs64) -> list[Pairs64]:
    """Return the members of groups of two units or more, a row each, one table for each size."""
    order = np.argsort(label, kind="stable")
    held = label[order]
    starts = np.flatnonzero(np.r_[True, held[1:] != held[:-1]]) if len(held) else held
    sizes = np.diff(np.r_[starts, len(held)])
    kept = sizes[(sizes > 1) & (sizes <= _LARGEST)]
    return [order[starts[sizes == size][:, None] + np.arange(size)]
            for size in distinct(kept).tolist()]  # fmt: skip
