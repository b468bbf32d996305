"""Agreement: the levels of every field for given pairs of rows, each two values compared once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecrm_core.matching.arrays import Codes, Levels, Pairs64
from ecrm_core.matching.comparison import Comparison
from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.features import Feature
from ecrm_core.matching.roles import SORTS

__all__ = ["agreement", "compared_codes"]


def agreement(features: Sequence[Feature], left: Pairs64, right: Pairs64) -> Levels:
    """Return the levels of pairs of rows, a column for each feature; -1: nothing is said.

    Symmetric: the order within a pair changes nothing.
    """
    level = np.empty((len(left), len(features)), np.int8)
    for at, feature in enumerate(features):
        level[:, at] = _best(feature, left, right)
    _swapped(features, level, left, right)
    _whole_names(features, level)
    return level


def _best(feature: Feature, left: Pairs64, right: Pairs64) -> Levels:
    """Return the best level over the places of a list."""
    best = np.full(len(left), -1, np.int8)
    for one in feature.codes.T:
        for two in feature.codes.T:
            best = np.maximum(best, compared_codes(feature, one[left], two[right]))
    return best


def compared_codes(feature: Feature, one: Codes, two: Codes) -> Levels:
    """Return the level of each two codes of one feature."""
    if feature.own is None:
        return _levels(feature.compared.sort, feature.values, one, two)
    return _levels(feature.own, feature.values, one, two)


def _levels(sort: str | Comparison, values: Sequence[str], one: Codes, two: Codes) -> Levels:
    level = np.full(len(one), -1, np.int8)
    both = (one >= 0) & (two >= 0)
    level[both & (one == two)] = _equal(sort)
    at = np.flatnonzero(both & (one != two))
    low = np.minimum(one[at], two[at]).astype(np.int64)
    pairs, place = np.unique(low << 32 | np.maximum(one[at], two[at]), return_inverse=True)
    texts = [[values[code] for code in side.tolist()] for side in (pairs >> 32, pairs & 0xFFFFFFFF)]
    found = levels_of(sort, *texts) if isinstance(sort, str) else _own_levels(sort, *texts)
    level[at] = found[place]
    return level


def _own_levels(own: Comparison, left: Sequence[str], right: Sequence[str]) -> Levels:
    return np.fromiter(map(own.level, left, right), np.int8, len(left))


def _equal(sort: str | Comparison) -> int:
    return len((SORTS[sort] if isinstance(sort, str) else sort).levels) - 1


def _swapped(features: Sequence[Feature], level: Levels, left: Pairs64, right: Pairs64) -> None:
    """See given and family name in each other's place: one level, and the family says no more."""
    place = {feature.role: at for at, feature in enumerate(features)}
    if not {"given_name", "family_name"} <= place.keys():
        return
    given, family = place["given_name"], place["family_name"]
    apart = np.flatnonzero((level[:, given] == 0) & (level[:, family] == 0))
    values, shared = _shared(features[given], features[family])
    one, two = left[apart], right[apart]
    first = _levels("given", values, shared[0][one], shared[1][two])
    second = _levels("given", values, shared[1][one], shared[0][two])
    found = apart[(np.minimum(first, second) >= 2)]
    level[found, given] = 3
    level[found, family] = -1


def _shared(one: Feature, two: Feature) -> tuple[tuple[str, ...], tuple[Codes, Codes]]:
    """Return both features in codes of one dictionary."""
    values = tuple(sorted({*one.values, *two.values}))
    place = {value: at for at, value in enumerate(values)}
    codes = []
    for feature in (one, two):
        table = np.array([*(place[value] for value in feature.values), -1], np.int32)
        codes.append(table[feature.first])
    return values, (codes[0], codes[1])


def _whole_names(features: Sequence[Feature], level: Levels) -> None:
    """Let the whole name say nothing where both of its parts have spoken."""
    place = {feature.role: at for at, feature in enumerate(features)}
    if {"given_name", "family_name", "full_name"} <= place.keys():
        given, family = level[:, place["given_name"]], level[:, place["family_name"]]
        spoken = (given >= 0) & ((family >= 0) | (given == 3))
        level[spoken, place["full_name"]] = -1
