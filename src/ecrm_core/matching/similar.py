"""Similar: how alike pairs of texts are, as arrays, by rapidfuzz."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA, JaroWinkler

from ecrm_core.matching.arrays import Flags, Levels

__all__ = ["Scores", "Texts", "edits", "ranked", "shared_words", "sorted_words", "winkler"]

Texts = Sequence[str]
"""One side of pairs of texts."""

Scores = NDArray[np.float32]
"""A likeness for each pair."""


def winkler(left: Texts, right: Texts) -> Scores:
    """Return the Jaro-Winkler likeness (Winkler 1990), 0 to 1; 0 where it is below 0.7."""
    found: Scores = process.cpdist(
        left, right, scorer=JaroWinkler.similarity, score_cutoff=0.7, dtype=np.float32
    )
    return found


def edits(left: Texts, right: Texts) -> NDArray[np.int32]:
    """Return how many edits or transpositions apart texts are; 3 stands for more than two."""
    found: NDArray[np.int32] = process.cpdist(
        left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.int32
    )
    return found


def sorted_words(left: Texts, right: Texts) -> Scores:
    """Return how alike texts are with their words in order, 0 to 100; 0 where it is below 70."""
    found: Scores = process.cpdist(
        left, right, scorer=fuzz.token_sort_ratio, score_cutoff=70, dtype=np.float32
    )
    return found


def shared_words(left: Texts, right: Texts, least: int) -> Scores:
    """Return how alike texts are by the words they share, 0 to 100; 0 where it is below least."""
    found: Scores = process.cpdist(
        left, right, scorer=fuzz.token_set_ratio, score_cutoff=least, dtype=np.float32
    )
    return found


def ranked(*rules: tuple[Flags, int]) -> Levels:
    """Return the level of the last rule that holds; 0 where none does."""
    level = np.zeros(len(rules[0][0]), np.int8)
    for holds, value in rules:
        level[holds] = value
    return level
