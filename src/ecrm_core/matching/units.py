"""Units: rows that are alike in everything, taken together; in an order of their values alone."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from attrs import frozen

from ecrm_core.matching.arrays import Codes, Keys, Numbers, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.texts import mixed

__all__ = ["Units", "units_of"]


@frozen(kw_only=True, eq=False, repr=False)
class Units:
    """Rows in units: ``order`` lists rows of the table, unit by unit; the first stands for all.

    Where a row stood in the table is forgotten: units are in the order of what they say.
    """

    features: tuple[Feature, ...]
    order: Pairs64
    starts: Pairs64
    sources: Codes | None = None
    names: tuple[str, ...] = ()

    def sources_of(self, names: Collection[str]) -> Codes:
        """Return the source of each unit, -1 for those that are not named."""
        held = np.array(
            [at if name in names else -1 for at, name in enumerate(self.names)], np.int32
        )
        if self.sources is None:
            return np.full(self.count, -1, np.int32)
        found: Codes = held[self.sources]
        return found

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return len(self.order)

    @property
    def count(self) -> int:
        """How many units there are."""
        return len(self.starts)

    @property
    def sizes(self) -> Pairs64:
        """How many rows each unit has."""
        sizes: Pairs64 = np.diff(np.r_[self.starts, len(self.order)])
        return sizes

    @property
    def of_rows(self) -> Pairs64:
        """Return the unit of each row, in ``order``."""
        return np.repeat(np.arange(self.count), self.sizes)

    @property
    def possible(self) -> int:
        """How many pairs of rows there are; of two sources, if there are sources."""
        total = self.rows * (self.rows - 1) // 2
        if self.sources is None:
            return total
        held = np.bincount(self.sources, weights=self.sizes).astype(np.int64)
        return total - int((held * (held - 1) // 2).sum())

    def first(self, count: int) -> Units:
        """Return the first so many units."""
        rows = np.arange(count)
        end = int(self.starts[count]) if count < self.count else self.rows
        return Units(
            features=tuple(feature.taken(rows).compact() for feature in self.features),
            order=self.order[:end], starts=self.starts[:count],
            sources=None if self.sources is None else self.sources[:count],
        )  # fmt: skip

    def pairs(self, left: Pairs64, right: Pairs64) -> Numbers:
        """Return for how many pairs of rows each pair of units stands."""
        sizes = self.sizes.astype(np.float64)
        within = sizes[left] * (sizes[left] - 1) / 2
        return np.where(left == right, within, sizes[left] * sizes[right])


def units_of(
    features: Sequence[Feature],
    ranks: Pairs64,
    sources: Sequence[str] | None,
    alone: Pairs64,
) -> Units:
    """Return the units of rows; ``ranks`` order rows alike, ``alone`` are kept for themselves."""
    key = np.zeros(len(ranks), np.uint64)
    for at, feature in enumerate(features):
        table = np.r_[feature.texts.whole, np.uint64(0)]
        for slot in feature.codes.T:
            key = mixed(key * np.uint64(3) + table[slot] + np.uint64(at))
    source: Codes | None = None
    known: dict[str, int] = {}
    if sources is not None:
        known = {name: place for place, name in enumerate(sorted(set(sources)))}
        source = np.fromiter((known[name] for name in sources), np.int32, len(sources))
        key = mixed(key + source.astype(np.uint64))
    apart = np.zeros(len(ranks), np.bool_)
    apart[alone] = True
    order = _ordered(key, ranks + len(ranks) * apart)  # so that the others stay together
    new = np.ones(len(ranks), np.bool_)
    new[1:] = (key[order][1:] != key[order][:-1]) | apart[order][1:] | apart[order][:-1]
    starts = np.flatnonzero(new)
    first = order[starts]
    return Units(
        features=tuple(feature.taken(first) for feature in features), order=order, starts=starts,
        sources=None if source is None else source[first], names=tuple(known),
    )  # fmt: skip


def _ordered(key: Keys, ranks: Pairs64) -> Pairs64:
    """Return rows by key, then by rank; nearly all keys differ, so ranks are asked for few."""
    order = np.argsort(key)
    held = key[order]
    same = np.zeros(len(key), np.bool_)
    same[1:] = held[1:] == held[:-1]
    same[:-1] |= same[1:]
    at = np.flatnonzero(same)
    order[at] = order[at][np.lexsort((ranks[order[at]], held[at]))]
    return order
