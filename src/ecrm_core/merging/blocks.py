"""Blocks: things put together pair by pair, but never across a wall."""

from __future__ import annotations

from collections.abc import Iterable

from ecrm_core.kernel import CustomerId

__all__ = ["Blocks", "Two", "two", "walls_of"]

Two = tuple[CustomerId, CustomerId]
"""Two units, the lower first."""


def two(one: CustomerId, other: CustomerId) -> Two:
    """Return two units, the lower first."""
    return (one, other) if one < other else (other, one)


class Blocks:
    """Units, each by itself at first; ``put`` makes one block of two, unless a wall parts them."""

    def __init__(self, units: Iterable[CustomerId], walls: Iterable[Two] = ()) -> None:
        self._members = {unit: {unit} for unit in units}
        self._head = {unit: unit for unit in self._members}
        self._foes: dict[CustomerId, set[CustomerId]] = {}
        for left, right in walls:
            self._foes.setdefault(left, set()).add(right)
            self._foes.setdefault(right, set()).add(left)

    def of(self, unit: CustomerId) -> CustomerId:
        """Return the head of a unit's block."""
        return self._head[unit]

    def members(self, unit: CustomerId) -> frozenset[CustomerId]:
        """Return the units of a unit's block."""
        return frozenset(self._members[self.of(unit)])

    def parted(self, one: CustomerId, other: CustomerId) -> bool:
        """Tell whether a wall stands between the blocks of two units."""
        there = self.members(other)
        return any(there & self._foes.get(unit, set()) for unit in self.members(one))

    def put(self, one: CustomerId, other: CustomerId) -> bool:
        """Make one block of two; False where they are one already, or a wall parts them."""
        few, many = sorted(
            (self.of(one), self.of(other)), key=lambda head: len(self._members[head])
        )
        if few == many or self.parted(few, many):
            return False
        for unit in self._members.pop(few):
            self._head[unit] = many
            self._members[many].add(unit)
        return True


def walls_of(same: Iterable[Two], different: Iterable[Two]) -> frozenset[Two]:
    """Return all pairs held apart: judged different, or the same as two who were."""
    same, different = frozenset(same), frozenset(different)
    alike = Blocks({unit for pair in same | different for unit in pair})
    for pair in same:
        alike.put(*pair)
    # Of two blocks one wall says all: judgements that contradict each other raise many.
    apart = {two(alike.of(left), alike.of(right)) for left, right in different}
    return frozenset(
        two(one, other)
        for left, right in apart
        for one in alike.members(left)
        for other in alike.members(right)
        if one != other
    )
