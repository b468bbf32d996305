"""Dice: choices derived from a seed and labels, the same on every machine; nothing is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TypeVar

from attrs import frozen

from ecrm_core.kernel import derive_id

__all__ = ["Dice"]

_T = TypeVar("_T")
_BITS = 64


@frozen
class Dice:
    """A seed; every choice depends on it and on the labels alone, never on the choices before."""

    seed: int

    def below(self, limit: int, *labels: object) -> int:
        """Return a whole number from 0 up to, and without, ``limit``."""
        text = derive_id("dice", str(self.seed), *map(str, labels))
        return (int(text[-_BITS // 4 :], 16) * limit) >> _BITS

    def chance(self, percent: int, *labels: object) -> bool:
        """Tell whether something with this chance happens."""
        return self.below(100, "chance", *labels) < percent

    def pick(self, items: Sequence[_T], *labels: object) -> _T:
        """Return one of the items, each as likely as the others."""
        return items[self.below(len(items), "pick", *labels)]

    def early(self, items: Sequence[_T], *labels: object) -> _T:
        """Return one of the items, the first ones most often: as names are in a country."""
        return items[min(self.below(len(items), "early", n, *labels) for n in ("one", "two"))]

    def shuffled(self, items: Sequence[_T], *labels: object) -> list[_T]:
        """Return all items in another order."""
        order = sorted(range(len(items)), key=lambda at: self.below(1 << 60, "order", at, *labels))
        return [items[at] for at in order]

    def day(self, first: date, last: date, *labels: object) -> date:
        """Return a day from ``first`` to ``last``, both included."""
        return first + timedelta(days=self.below((last - first).days + 1, "day", *labels))
