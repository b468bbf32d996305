"""Blocking: the pairs worth comparing, each once, in bounded memory, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from attrs import evolve, frozen

from ecrm_core.matching.arrays import Keys, Pairs64, unpacked
from ecrm_core.matching.features import Feature
from ecrm_core.matching.keys import Pieces
from ecrm_core.matching.rules import ROW, ROWS, checked_rules, keys_of, rules_of
from ecrm_core.matching.units import Units

__all__ = ["Blocking", "Blocks", "LeftOut"]

_SIZES = (1_000, 500, 200, 100, 50, 20, 10, 5)
_BUDGET, _PER_ROW = 300_000, 1.5  # pairs of one rule
_WINDOW = 3
_BOOK = ("family_name", "given_name", "full_name", "organisation", "street", "email")
_RULE = 6  # bits of a rule


@frozen(kw_only=True)
class LeftOut:
    """What one rule did not compare: blocks above ``limit`` rows, and the pairs in them.

    Each of their rows was still compared with the next few, in the order of names.
    """

    rule: str
    limit: int
    blocks: int
    pairs: int


@frozen(kw_only=True, eq=False, repr=False)
class Blocks:
    """Pairs of units, packed and sorted; for each the rules (as bits) that found it."""

    pairs: Pairs64
    found: Pairs64


class Blocking:
    """The rules that units serve, and the pairs they bring together."""

    def __init__(
        self,
        units: Units,
        *,
        rules: Sequence[Sequence[str]] | None = None,
        most: int | None = None,
        of: int | None = None,
    ) -> None:
        """Take the given rules, else those of the table of rules that these units serve.

        ``most``: pairs of all rules together, at most; ``of``: units in all, of which these are a
        part. Raises UnknownName for a piece the units do not have.
        """
        self._units, self._most = units, most
        self._scale = (of or units.count) / max(units.count, 1)
        self._pieces = Pieces(units.features)
        self.rules, self.wide = rules_of(self._pieces)
        if rules is not None:
            self.rules, self.wide = checked_rules(self._pieces, rules), ()
        self.left_out: list[LeftOut] = []
        self._several = units.sizes > 1
        self._budget = max(_BUDGET, int(_PER_ROW * units.count * self._scale))
        if most is not None:
            self._budget = min(self._budget, most // max(len(self.rules) + len(self.wide), 1))

    @cached_property
    def _place(self) -> Pairs64:
        return _places(self._units.features)

    def blocks(self, *, stop: bool = False) -> Blocks:
        """Return the pairs of the telling rules; none if the work shall stop."""
        parts = []
        for bit, rule in enumerate(() if stop else self.rules):
            left, right = unpacked(self.pairs(rule))
            parts.append(left << (ROW + _RULE) | right << _RULE | bit)
        self._pieces.forget()
        return _together(parts)

    def part(self, count: int) -> Blocking:
        """Return the blocking of the first units: they come in no order that says anything."""
        if count >= self._units.count:
            return self
        return Blocking(self._units.first(count), of=self._units.count)

    def pairs(self, rule: tuple[str, ...]) -> Pairs64:
        """Return the pairs that agree on the pieces of a rule, packed; some may come twice."""
        keyed = _sorted(keys_of(self._pieces, rule))
        pairs, missed = self._within(keyed, rule)
        if self._most is not None:
            # They come in the order of a number made of their keys: any are as good as others.
            missed = evolve(missed, pairs=missed.pairs + max(len(pairs) - self._most, 0))
            pairs = pairs[: self._most]
            self._most -= len(pairs)
        if missed.pairs:
            self.left_out.append(missed)
        return pairs

    @property
    def spent(self) -> bool:
        """Whether as many pairs were brought together as are allowed."""
        return self._most == 0

    def sample(self, rule: tuple[str, ...], wanted: int) -> tuple[Pairs64, int]:
        """Return some of the pairs of a rule, and about how many there are in all."""
        keyed = _sorted(keys_of(self._pieces, rule))
        members, starts, sizes = _blocks_of(keyed)
        # Blocks are as many times smaller as there are fewer rows, their pairs the square of it.
        limit = max(_limit(sizes, int(self._budget / self._scale**2)), 2)
        held = np.flatnonzero((sizes > 1) & (sizes <= limit))
        pairs = sizes[held] * (sizes[held] - 1) // 2
        total = int(pairs.sum())
        step = max(total // max(wanted, 1), 1)
        # Blocks come in the order of a number made of their keys: any stretch is as good.
        chosen = held[::step]
        found = _small(members, starts, sizes, chosen)
        windows = _WINDOW * int(sizes[sizes > limit].sum())
        return self._crossing(np.concatenate(found) if found else np.zeros(0, np.int64)), int(
            total * self._scale**2 + windows * self._scale
        )

    def _within(self, keyed: Keys, rule: tuple[str, ...]) -> tuple[Pairs64, LeftOut]:
        members, starts, sizes = _blocks_of(keyed)
        limit = _limit(sizes, self._budget)
        large = sizes > limit
        found = _small(members, starts, sizes, np.flatnonzero(~large & (sizes > 1)))
        if large.any():
            found += _large(members, starts, sizes, np.flatnonzero(large), self._place)
        alike = members[self._several[members]]
        found.append(alike << 32 | alike)
        held = sizes[large]  # each is above the window
        missed = int((held * (held - 1) // 2 - _WINDOW * held + _WINDOW * (_WINDOW + 1) // 2).sum())
        left_out = LeftOut(rule=" + ".join(rule), limit=limit, blocks=len(held), pairs=missed)
        return self._crossing(np.concatenate(found)), left_out

    def _crossing(self, pairs: Pairs64) -> Pairs64:
        """Return the pairs of two sources, where sources are told apart."""
        sources = self._units.sources
        if sources is None:
            return pairs
        left, right = unpacked(pairs)
        crossing: Pairs64 = pairs[sources[left] != sources[right]]
        return crossing


def _together(parts: Sequence[Pairs64]) -> Blocks:
    """Return each pair once, with the rules that found it."""
    packed = np.concatenate(parts) if parts else np.zeros(0, np.int64)
    packed.sort()
    both = packed >> _RULE
    new = np.flatnonzero(np.r_[True, both[1:] != both[:-1]]) if len(both) else both
    bits = np.left_shift(np.int64(1), packed & ((1 << _RULE) - 1))
    found = np.bitwise_or.reduceat(bits, new) if len(new) else bits
    both = both[new]
    return Blocks(pairs=(both >> ROW) << 32 | both & int(ROWS), found=found)


def _sorted(keyed: Keys) -> Keys:
    keyed.sort()
    return keyed[np.r_[True, keyed[1:] != keyed[:-1]]] if len(keyed) else keyed


def _blocks_of(keyed: Keys) -> tuple[Pairs64, Pairs64, Pairs64]:
    """Return the rows in the order of their keys, where each block starts, and its size."""
    keys = keyed >> np.uint64(ROW)
    members = (keyed & ROWS).astype(np.int64)
    if not len(keys):
        return members, members, members
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    return members, starts, np.diff(np.r_[starts, len(keys)])


def _limit(sizes: Pairs64, budget: int) -> int:
    """Return the largest size of block whose pairs, with those of the smaller ones, fit."""
    for limit in _SIZES:
        held = sizes[sizes <= limit].astype(np.float64)
        if (held * (held - 1) / 2).sum() <= budget:
            return limit
    return _SIZES[-1]


def _small(members: Pairs64, starts: Pairs64, sizes: Pairs64, kept: Pairs64) -> list[Pairs64]:
    """Return all pairs of blocks, one array for each size."""
    found = []
    for size in np.unique(sizes[kept]).tolist():
        one, two = np.triu_indices(size, 1)
        at = starts[kept[sizes[kept] == size]][:, None]
        found.append((members[at + one] << 32 | members[at + two]).ravel())
    return found


def _large(  # noqa: PLR0917 - five columns
    members: Pairs64, starts: Pairs64, sizes: Pairs64, large: Pairs64, place: Pairs64
) -> list[Pairs64]:
    """Return each row of a large block with its next neighbours in the order of ``place``."""
    found = []
    for start, size in zip(starts[large].tolist(), sizes[large].tolist(), strict=True):
        rows = members[start : start + size]
        rows = rows[np.argsort(place[rows])]
        for step in range(1, _WINDOW + 1):
            one, two = rows[:-step], rows[step:]
            found.append(np.minimum(one, two) << 32 | np.maximum(one, two))
    return found


def _places(features: Sequence[Feature]) -> Pairs64:
    """Return the place of each row in the order of names, as a telephone book has them."""
    roles = {feature.role: feature for feature in reversed(features)}
    first, *rest = [_ranks(roles[role]) for role in _BOOK if role in roles][:2] or [
        np.zeros(len(features[0].codes) if features else 0, np.int64)
    ]
    order = np.argsort((first << 32) + (rest[0] if rest else 0), kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return places


def _ranks(feature: Feature) -> Pairs64:
    """Return the rank of each row's value by text; missing values come first."""
    values = feature.values
    ranks = np.empty(len(values) + 1, np.int64)
    ranks[sorted(range(len(values)), key=values.__getitem__)] = np.arange(len(values))
    ranks[-1] = -1
    found: Pairs64 = ranks[feature.first]
    return found
