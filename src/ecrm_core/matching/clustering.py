"""Clustering: rows to persons; chains are cut, and what people judged stands.

Components that are small or dense are persons; others are put together by average linkage
(Sokal and Michener 1958) over all their pairs. Rows judged the same come together first; rows
judged different never do, nor do those that are one with them. Where judgements contradict one
another, nobody they tie together is put to anybody.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from attrs import field, frozen

from ecrm_core.matching.arrays import Codes, Flags, Numbers, Pairs64, components, distinct
from ecrm_core.matching.linkage import linked, linked_singly

__all__ = ["Edges", "Walls", "clustered", "linked_once"]

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

    def disputed(self, rows: int) -> Flags:
        """Return the rows that contradicting judgements tie together."""
        one = components(rows, *self.same.T)
        ends = one[self.different]
        held: Flags = np.isin(one, ends[ends[:, 0] == ends[:, 1]])
        return held


@frozen(eq=False)
class Edges:
    """Pairs of rows, each once, and their weights in bits above the cut."""

    left: Pairs64
    right: Pairs64
    weight: Numbers

    def kept(self, which: Flags) -> Edges:
        """Return those of the edges."""
        return Edges(self.left[which], self.right[which], self.weight[which])

    def judged(self, rows: int, walls: Walls) -> Edges:
        """Return the edges with those that people judged, in place of what the model says.

        Of rows in dispute there are none: nobody is put together with them.
        """
        said = np.concatenate([walls.same, walls.different]).reshape(-1, 2)
        low, high = said.min(axis=1), said.max(axis=1)
        ruled = np.isin(self.left << 32 | self.right, low << 32 | high)
        weight = np.full(len(said), _SAME)
        weight[len(walls.same) :] = _DIFFERENT
        free = self.kept(~ruled)
        held = Edges(np.r_[free.left, low], np.r_[free.right, high], np.r_[free.weight, weight])
        disputed = walls.disputed(rows) if len(walls.different) else np.zeros(rows, np.bool_)
        return held.kept(~disputed[held.left] & ~disputed[held.right]) if disputed.any() else held


def clustered(rows: int, edges: Edges, walls: Walls, score: Score) -> Pairs64:
    """Return for each row the lowest row of its person; ``edges`` are all scored pairs."""
    edges = edges.judged(rows, walls)
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
    rows = distinct(np.r_[edges.left, edges.right])
    rows = rows[np.argsort(member[rows], kind="stable")]
    heads, starts, sizes = np.unique(member[rows], return_index=True, return_counts=True)
    place = np.zeros(len(member), np.int64)
    place[rows] = np.arange(len(rows)) - np.repeat(starts, sizes)
    for size in np.unique(sizes[sizes <= _LARGEST]).tolist():
        chosen = heads[sizes == size]
        # A few million numbers at once are enough.
        for at in range(0, len(chosen), step := max(2_000_000 // size**2, 1)):
            some = chosen[at : at + step]
            table = rows[starts[np.searchsorted(heads, some)][:, None] + np.arange(size)]
            inside = np.isin(member[edges.left], some)
            held = _matrices(edges.kept(inside), member, place, some, table)
            _fill(held, table, score)
            label[table] = np.take_along_axis(table, linked(held), axis=1)
    for head in heads[sizes > _LARGEST].tolist():
        _part_large(edges.kept(member[edges.left] == head), label)


def _matrices(  # noqa: PLR0917 - five columns
    edges: Edges, member: Pairs64, place: Pairs64, heads: Pairs64, table: Pairs64
) -> Numbers:
    """Return the weights between the rows of components of one size; NaN where no edge is."""
    count, size = table.shape
    held = np.full((count, size, size), np.nan)
    which = np.searchsorted(heads, member[edges.left])
    one, two = place[edges.left], place[edges.right]
    held[which, one, two] = held[which, two, one] = edges.weight
    held[:, range(size), range(size)] = 0.0
    return held


def _fill(held: Numbers, table: Pairs64, score: Score) -> None:
    """Score the pairs within components that no rule had found."""
    which, one, two = np.nonzero(np.isnan(held) & (np.triu(np.ones(held.shape[1:]), 1) > 0))
    low, high = (
        np.minimum(table[which, one], table[which, two]),
        np.maximum(table[which, one], table[which, two]),
    )
    held[which, one, two] = held[which, two, one] = score(low, high)


def _part_large(edges: Edges, label: Pairs64) -> None:
    rows = distinct(np.r_[edges.left, edges.right])
    order = np.lexsort((edges.right, edges.left, -edges.weight))
    pairs = np.stack([edges.left, edges.right], axis=1)[order]
    kept = edges.weight[order] >= 0
    walls = edges.kept(edges.weight <= _DIFFERENT)
    apart = np.stack([walls.left, walls.right], axis=1)
    label[rows] = linked_singly(rows, pairs[kept], apart, np.arange(len(label)))


def linked_once(rows: int, edges: Edges, walls: Walls, sources: Codes) -> Pairs64:
    """Return for each row the lowest row of its person, where ``sources`` hold everybody once.

    The strongest pair comes first; two rows of one source (-1 is none) are never put together.
    """
    edges = edges.judged(rows, walls)
    order = np.lexsort((edges.right, edges.left, -edges.weight))
    kept = order[edges.weight[order] >= 0]
    pairs = np.stack([edges.left[kept], edges.right[kept]], axis=1)
    touched = distinct(np.r_[pairs.ravel(), walls.different.ravel()])
    label = np.arange(rows, dtype=np.int64)
    # A source may keep rows apart that were judged the same: the walls of one are the other's too.
    one = components(rows, *walls.same.T)
    label[touched] = linked_singly(touched, pairs, one[walls.different], one, sources[touched])
    return label
