"""Blocking: the pairs worth comparing, each once, in bounded memory, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from attrs import frozen

from ecrm_core.matching.arrays import Codes, Flags, Pairs64, dense
from ecrm_core.matching.features import Feature
from ecrm_core.matching.keys import Pieces, pieces_of, rules_of

__all__ = ["Blocks", "LeftOut", "block"]

_SIZES = (1_000, 500, 200, 100, 50, 20, 10)
_BUDGET, _PER_ROW = 300_000, 3  # pairs of one rule
_WINDOW = 3


@frozen(kw_only=True)
class LeftOut:
    """What one rule did not compare: blocks above ``limit`` rows, and the pairs in them.

    Their rows were still compared with their nearest neighbours in the order of names.
    """

    rule: str
    limit: int
    blocks: int
    pairs: int


@frozen(kw_only=True, eq=False, repr=False)
class Blocks:
    """Pairs of rows, packed and sorted; for each the rules (as bits) that found it."""

    pairs: Pairs64
    found: Pairs64
    rules: tuple[tuple[str, ...], ...]
    left_out: tuple[LeftOut, ...]


def block(features: Sequence[Feature], rows: int, sources: Codes | None = None) -> Blocks:
    """Return the pairs that agree on the pieces of a rule; with ``sources`` of two sources only."""
    pieces = pieces_of(features)
    rules = rules_of(pieces)
    pairs, found = np.zeros(0, np.int64), np.zeros(0, np.int64)
    left_out = []
    for bit, rule in enumerate(rules):
        fresh, missed = _by_rule(pieces, rule, rows)
        left_out += [missed] if missed.pairs else []
        if sources is not None:
            fresh = fresh[sources[fresh >> 32] != sources[fresh & 0xFFFFFFFF]]
        pairs, found = _merged(pairs, found, fresh, 1 << bit)
    return Blocks(pairs=pairs, found=found, rules=rules, left_out=tuple(left_out))


def _merged(pairs: Pairs64, found: Pairs64, fresh: Pairs64, bit: int) -> tuple[Pairs64, Pairs64]:
    """Return sorted pairs with those of one more rule; both are sorted and without repetition."""
    place = np.searchsorted(pairs, fresh)
    known = np.zeros(len(fresh), np.bool_)
    inside = place < len(pairs)
    known[inside] = pairs[place[inside]] == fresh[inside]
    found = found.copy()
    found[place[known]] |= bit
    new = fresh[~known]
    pairs = np.insert(pairs, place[~known], new)
    return pairs, np.insert(found, place[~known], np.full(len(new), bit))


def _by_rule(pieces: Pieces, rule: tuple[str, ...], rows: int) -> tuple[Pairs64, LeftOut]:
    keys, members = _keyed(pieces, rule)
    order = np.lexsort((members, keys))
    keys, members = keys[order], members[order]
    once = np.ones(len(keys), np.bool_)
    once[1:] = (keys[1:] != keys[:-1]) | (members[1:] != members[:-1])
    keys, members = keys[once], members[once]
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(keys) else keys
    sizes = np.diff(np.r_[starts, len(keys)])
    limit = _limit(sizes, max(_BUDGET, _PER_ROW * rows))
    large = sizes > limit
    found = [*_small(members, starts, sizes, ~large), *_large(members, starts, sizes, large)]
    pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
    held = sizes[large]  # each is above the window
    missed = int((held * (held - 1) // 2 - _WINDOW * held + _WINDOW * (_WINDOW + 1) // 2).sum())
    return pairs, LeftOut(rule=" + ".join(rule), limit=limit, blocks=int(large.sum()), pairs=missed)


def _keyed(pieces: Pieces, rule: Sequence[str]) -> tuple[Pairs64, Pairs64]:
    """Return key and row of every way a row fits the rule."""
    chosen: list[list[Codes]] = [[] for _ in rule]
    members = []
    for slots in product(*(pieces[piece].T for piece in rule)):
        held: Flags = np.logical_and.reduce([slot >= 0 for slot in slots])
        members.append(np.flatnonzero(held))
        for at, slot in enumerate(slots):
            chosen[at].append(slot[held])
    if not members:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    columns = [np.concatenate(column).astype(np.int64) for column in chosen]
    if not len(columns[0]):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return dense(columns), np.concatenate(members).astype(np.int64)


def _limit(sizes: Pairs64, budget: int) -> int:
    """Return the largest size of block whose pairs, with those of the smaller ones, fit."""
    for limit in _SIZES:
        held = sizes[sizes <= limit].astype(np.float64)
        if (held * (held - 1) / 2).sum() <= budget:
            return limit
    return _SIZES[-1]


def _small(members: Pairs64, starts: Pairs64, sizes: Pairs64, kept: Flags) -> list[Pairs64]:
    """Return all pairs of the small blocks, one array for each size."""
    found = []
    for size in np.unique(sizes[kept & (sizes > 1)]).tolist():
        one, two = np.triu_indices(size, 1)
        at = starts[kept & (sizes == size)][:, None]
        found.append((members[at + one] << 32 | members[at + two]).ravel())
    return found


def _large(members: Pairs64, starts: Pairs64, sizes: Pairs64, large: Flags) -> list[Pairs64]:
    """Return each row of a large block with its next neighbours."""
    found = []
    for start, size in zip(starts[large].tolist(), sizes[large].tolist(), strict=True):
        rows = members[start : start + size]
        found += [rows[:-step] << 32 | rows[step:] for step in range(1, _WINDOW + 1)]
    return found
