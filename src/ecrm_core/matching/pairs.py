"""Pairs: two rows with the weight that they are one person, as a light sequence over arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
from attrs import frozen

from ecrm_core.matching.arrays import Flags, Numbers, Pairs64
from ecrm_core.matching.rows import Id

__all__ = ["Pair", "Pairs"]


@frozen
class Pair:
    """Two rows by id: the weight (bits) of what they say, and the probability (0 to 1) in the end.

    The probability knows the groups of both rows; a weight of 0 alone is even odds.
    """

    left: Id
    right: Id
    weight: float
    probability: float


@frozen(eq=False, repr=False)
class Pairs(Sequence[Pair]):
    """Pairs in order, the strongest first; each is made when asked for."""

    ids: Sequence[Id]
    left: Pairs64
    right: Pairs64
    weight: Numbers
    likely: Numbers

    def __repr__(self) -> str:
        """Show how many there are."""
        return f"<{len(self)} pairs>"

    def __len__(self) -> int:
        return len(self.left)

    @overload
    def __getitem__(self, at: int, /) -> Pair: ...
    @overload
    def __getitem__(self, at: slice, /) -> Pairs: ...
    def __getitem__(self, at: int | slice, /) -> Pair | Pairs:
        if isinstance(at, slice):
            return Pairs(self.ids, self.left[at], self.right[at], self.weight[at], self.likely[at])
        one, two = self.ids[int(self.left[at])], self.ids[int(self.right[at])]
        return Pair(one, two, float(self.weight[at]), float(self.likely[at]))

    def __iter__(self) -> Iterator[Pair]:
        rows = zip(self.left.tolist(), self.right.tolist(), strict=True)
        for (one, two), weight, chance in zip(
            rows, self.weight.tolist(), self.likely.tolist(), strict=True
        ):
            yield Pair(self.ids[one], self.ids[two], weight, chance)

    def kept(self, which: Flags) -> Pairs:
        """Return those of the pairs."""
        return Pairs(self.ids, self.left[which], self.right[which], self.weight[which],
                     self.likely[which])  # fmt: skip

    @classmethod
    def ranked(  # noqa: PLR0917 - five columns
        cls, ids: Sequence[Id], left: Pairs64, right: Pairs64, weight: Numbers, likely: Numbers
    ) -> Pairs:
        """Return pairs, the likeliest first, then by weight and row; the lower row stands left."""
        low, high = np.minimum(left, right), np.maximum(left, right)
        order = np.lexsort((high, low, -weight, -likely))
        return cls(ids, low[order], high[order], weight[order], likely[order])
