"""Made of: e-mail addresses that repeat the name of who has them, so that they say it twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ecrm_core.matching.arrays import Flags, Keys, Numbers, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.outline import Outline
from ecrm_core.matching.texts import Texts

__all__ = ["MadeOfNames"]

_SIGNS = str.maketrans("", "", "._-0123456789")


class MadeOfNames:
    """The addresses of rows beside their names."""

    def __init__(self, mail: Feature, names: Sequence[Feature]) -> None:
        self._mail = mail
        self._names = names

    def of_names(self, rows: Pairs64) -> tuple[Flags, Numbers]:
        """Return whether all letters of a row's first address are in its names, and its digits."""
        letters, digits = self._local
        named = np.zeros(len(rows), np.uint64)
        for feature, found in zip(self._names, self._letters, strict=True):
            named |= found[feature.first[rows]]
        code = self._mail.first[rows]
        made: Flags = (letters[code] & ~named) == 0
        return made, digits[code]

    @cached_property
    def _local(self) -> tuple[Keys, Numbers]:
        locals_ = [text.rpartition("@")[0] for text in self._mail.values]
        letters = Outline(Texts([text.translate(_SIGNS) for text in locals_])).letters
        digits = np.array([sum(map(str.isdigit, text)) for text in locals_], np.float64)
        return letters, digits

    @cached_property
    def _letters(self) -> list[Keys]:
        return [np.r_[Outline(f.texts).letters, np.uint64(0)] for f in self._names]
