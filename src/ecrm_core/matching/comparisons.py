"""Comparisons: how alike two different values of one Sort are, as a level.

Equal values are never compared here: they have one code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from ecrm_core.matching.arrays import Flags, Levels
from ecrm_core.matching.name_levels import full_levels, given_levels, name_levels, title_levels
from ecrm_core.matching.similar import Texts, edits, ranked, shared_words, sorted_words, winkler

__all__ = ["levels_of"]


def levels_of(sort: str, left: Texts, right: Texts) -> Levels:
    """Return for each pair of different values of a Sort the level of their likeness."""
    if not left:
        return np.zeros(0, np.int8)
    return _LEVELS[sort](left, right)


def _way(left: Texts, right: Texts) -> Levels:
    """Compare the names of streets."""
    ratio, score = sorted_words(left, right), winkler(left, right)
    parts = shared_words(left, right, 80)
    return ranked(
        ((ratio >= 75) | (score >= 0.84) | (parts >= 92), 1), ((ratio >= 90) | (score >= 0.93), 2)
    )


def _text(left: Texts, right: Texts) -> Levels:
    score = winkler(left, right)
    return ranked((score >= 0.82, 1), (score >= 0.92, 2))


def _local(left: Texts, right: Texts) -> Levels:
    return ranked((winkler(left, right) >= 0.88, 1))


def _slip(left: Texts, right: Texts) -> Levels:
    """Tell which texts differ by one slip of the hand; of five characters or more, two."""
    apart = edits(left, right)
    long: Flags = np.fromiter(
        (min(len(one), len(two)) > 4 for one, two in zip(left, right, strict=True)),
        np.bool_, len(left),
    )  # fmt: skip
    return ranked((apart <= 1, 1), ((apart <= 2) & long, 1))


def _none(left: Texts, right: Texts) -> Levels:
    return np.zeros(max(len(left), len(right)), np.int8)


_LEVELS: Mapping[str, Callable[[Texts, Texts], Levels]] = MappingProxyType({
    "given": given_levels, "name": name_levels, "full": full_levels, "title": title_levels,
    "way": _way, "text": _text, "local": _local, "slip": _slip, "category": _none,
})  # fmt: skip
