"""Clustering: rows to persons; chains are cut, and what people judged stands.

Components that are small or dense are persons; others are put together by average linkage
(Sokal and Michener 1958) over all their pairs. Rows judged the same come together first; rows
judged different never do, nor do those that are one with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from attrs import field, frozen

from ecrm_core.matching.arrays import Flags, Numbers, Pairs64, components, distinct
from ecrm_core.matching.linkage import linked, linked_singly

__all__ = ["Edges", "Walls", "clustered"]

_DENSE = 0.7  # the share of agreeing pairs from which a component needs no second look
_LARGEST = 200  # rows of one linkage; a larger component is parted by a higher cut first
_STEP, _HIGHEST = 4.0, 48.0  # bits
_SAME, _DIFFERENT = 1e6, -1e9  # what outweighs all pairs of a linkage

Score = Callable[[Pairs64, Pairs64], Numbers]
"""Weights of pairs of rows, in bits above the cut."""


def _none() -> Pairs64:
    return np.zeros((0, 2), np.int64)


@frozen(eq=False, kw_only=True)
class Walls:
    """Pairs of rows that people judged the same, and different: two columns each."""

    same: Pairs64 = field(factory=_none)
    different: Pairs64 = field(factory=_none)


@frozen(eq=False)
class Edges:
    """Pairs of rows, each once, and their weights in bits above the cut."""

    left: Pairs64
    right: Pairs64
    weight: Numbers

    def kept(self, which: Flags) -> Edges:
        """Return those of the edges."""
        return Edges(self.left[which], self.right[which], self.weight[which])

    def judged(self, walls: Walls) -> Edges:
        """Return the edges with those that people judged, in place of what the model says."""
        said = np.concatenate([walls.same, walls.different]).reshape(-1, 2)
        low, high = said.min(axis=1), said.max(axis=1)
        ruled = np.isin(self.left << 32 | self.right, low << 32 | high)
        weight = np.full(len(said), _SAME)
        weight[len(walls.same) :] = _DIFFERENT
        free = self.kept(~ruled)
        return Edges(np.r_[free.left, low], np.r_[free.right, high], np.r_[free.weight, weight])


def clustered(rows: int, edges: Edges, walls: Walls, score: Score) -> Pairs64:
    """Return for each row the lowest row of its person; ``edges`` are all scored pairs."""
    edges = edges.judged(walls)
    label = np.arange(rows, dtype=np.int64)
    cut = 0.0
    while len(edges.left):
        member = components(rows, *_agreeing(edges, cut))
        inside = member[edges.left] == member[edges.right]
        edges = edges.kept(inside)
        sizes = np.bincount(member, minlength=rows)
        accepted = _accepted(member, sizes, edges, cut)
        large = ~accepted & (sizes > _LARGEST) & (cut < _HIGHEST)
        doubtful = ~accepted & ~large & (sizes > 1)
        touched = np.bincount(member[edges.left], minlength=rows) > 0
        label = np.where((accepted & touched)[member], member, label)
        _part(edges.kept(doubtful[member[edges.left]]), member, score, label)
        edges = edges.kept(large[member[edges.left]])
        cut += _STEP
    return label


def _agreeing(edges: Edges, cut: float) -> tuple[Pairs64, Pairs64]:
    kept = edges.kept(edges.weight >= cut)
    return kept.left, kept.right


def _accepted(member: Pairs64, sizes: Pairs64, edges: Edges, cut: float) -> Flags:
    """Return for each component (by its lowest row) whether it is one person as it stands."""
    rows = len(member)
    agree = np.bincount(member[edges.left[edges.weight >= cut]], minlength=rows)
    barred = np.bincount(member[edges.left[edges.weight <= _DIFFERENT]], minlength=rows)
    held: Flags = (agree >= _DENSE * sizes * (sizes - 1) / 2) & (barred == 0)
    return held


def _part(edges: Edges, member: Pairs64, score: Score, label: Pairs64) -> None:
    """Write the persons of the doubtful components into ``label``."""
    whole = [part for part in _parts(edges, member) if len(part[0]) <= _LARGEST]
    wanted = [_missing(rows, part) for rows, part in whole]
    if wanted:
        left, right = (np.concatenate([pair[side] for pair in wanted]) for side in (0, 1))
        weights = np.split(score(left, right), np.cumsum([len(pair[0]) for pair in wanted])[:-1])
        for (rows, part), (one, two), weight in zip(whole, wanted, weights, strict=True):
            both = Edges(np.r_[part.left, one], np.r_[part.right, two], np.r_[part.weight, weight])
            label[rows] = rows[linked(_matrix(rows, both))]
    for rows, part in _parts(edges, member):
        if len(rows) > _LARGEST:
            order = np.lexsort((part.right, part.left, -part.weight))
            pairs = np.stack([part.left, part.right], axis=1)[order]
            kept = part.weight[order] >= 0
            walls = part.kept(part.weight <= _DIFFERENT)
            label[rows] = linked_singly(rows, pairs[kept], np.stack([walls.left, walls.right], 1))


def _parts(edges: Edges, member: Pairs64) -> Iterator[tuple[Pairs64, Edges]]:
    """Go through components: their rows in order, and their edges."""
    key = member[edges.left]
    order = np.argsort(key, kind="stable")
    bounds = np.flatnonzero(np.diff(key[order])) + 1
    for chosen in np.split(order, bounds) if len(order) else []:
        part = Edges(edges.left[chosen], edges.right[chosen], edges.weight[chosen])
        yield distinct(np.r_[part.left, part.right]), part


def _missing(rows: Pairs64, part: Edges) -> tuple[Pairs64, Pairs64]:
    """Return the pairs of the rows that have no edge."""
    one, two = np.triu_indices(len(rows), 1)
    pairs = rows[one] << 32 | rows[two]
    apart = ~np.isin(pairs, part.left << 32 | part.right)
    return rows[one[apart]], rows[two[apart]]


def _matrix(rows: Pairs64, edges: Edges) -> Numbers:
    one, two = np.searchsorted(rows, edges.left), np.searchsorted(rows, edges.right)
    matrix = np.zeros((len(rows), len(rows)))
    matrix[one, two] = matrix[two, one] = edges.weight
    return matrix
