"""Refit: what matching with another model would change, shown before anybody adopts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from ecrm_core.kernel import html_table, plain_table
from ecrm_core.matching.deduplication import Deduplication
from ecrm_core.matching.model import Model
from ecrm_core.matching.pairs import Pair
from ecrm_core.matching.rows import Id

__all__ = ["Refit", "Shift", "compare_models"]

_EXAMPLES = 20
_ZONES = ("certain", "likely", "review", "none")
_Two = tuple[Id, Id]


@frozen(kw_only=True)
class Shift:
    """Two ids whose zone would be another one: from which to which, and the new probability."""

    left: Id
    right: Id
    before: str
    after: str
    probability: float


@frozen(kw_only=True, repr=False)
class Refit:
    """A new model beside the one in use: how many pairs each has in which zone, and what shifts.

    ``moves`` counts pairs by zone before and after ("none": below the review cut). ``examples`` are
    the first shifts, those to and from "certain" before others. ``persons`` are before and after.
    """

    model: Model
    moves: Mapping[tuple[str, str], int]
    persons: tuple[int, int]
    examples: tuple[Shift, ...] = field(default=())

    @property
    def changed(self) -> int:
        """How many pairs would be in another zone."""
        return sum(count for (before, after), count in self.moves.items() if before != after)

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Return a row for each zone before, with the counts of the zones after."""
        return tuple(
            (before, *(f"{self.moves.get((before, after), 0):,}" for after in _ZONES))
            for before in _ZONES
        )

    def __repr__(self) -> str:
        """Show how much would change."""
        return f"<Refit: {self.changed} pairs change their zone>"

    def __str__(self) -> str:
        """Return the zones before and after as a plain table."""
        return plain_table(_HEAD, self.rows())

    def _repr_html_(self) -> str:
        return html_table(_HEAD, self.rows())


_HEAD = ("before \\ after", *_ZONES)


def compare_models(before: Deduplication, after: Deduplication) -> Refit:
    """Return what comparing the same rows with another model changes."""
    old, new = _zones(before), _zones(after)
    pairs = sorted(old.keys() | new.keys(), key=str)
    moves = Counter((old.get(pair, _NONE)[0], new.get(pair, _NONE)[0]) for pair in pairs)
    shifts = [
        Shift(left=pair[0], right=pair[1], before=old.get(pair, _NONE)[0],
              after=new.get(pair, _NONE)[0], probability=new.get(pair, _NONE)[1])
        for pair in pairs
        if old.get(pair, _NONE)[0] != new.get(pair, _NONE)[0]
    ]  # fmt: skip
    shifts.sort(key=lambda shift: "certain" not in {shift.before, shift.after})
    persons = (before.counts["persons"], after.counts["persons"])
    return Refit(model=after.model, moves=dict(moves), persons=persons,
                 examples=tuple(shifts[:_EXAMPLES]))  # fmt: skip


_NONE = ("none", 0.0)


def _zones(found: Deduplication) -> dict[_Two, tuple[str, float]]:
    zones: dict[_Two, tuple[str, float]] = {}
    for zone, pairs in _listed(found):
        for pair in pairs:
            zones.setdefault((pair.left, pair.right), (zone, pair.probability))
    return zones


def _listed(found: Deduplication) -> Iterable[tuple[str, Iterable[Pair]]]:
    return ("certain", found.certain), ("likely", found.pairs), ("review", found.review)
