"""Made of: e-mail addresses that repeat the name of who has them, so that they say it twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np

from ecrm_core.customers.data import load_data
from ecrm_core.matching.arrays import Flags, Keys, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.outline import Outline
from ecrm_core.matching.texts import Texts, local_sizes

__all__ = ["MadeOfNames"]

_NUMBER = 2  # digits from which people of one name rarely choose the same
_OTHERS = np.bitwise_or.reduce(
    np.uint64(1) << (np.frombuffer(b"._-0123456789", np.uint8) % 61).astype(np.uint64)
)


@cache
def free_mail_hosts() -> frozenset[str]:
    """Return the hosts where anybody gets a mailbox, and names run out."""
    return frozenset(load_data("free_mail_domains"))


def _is_digit(texts: Texts) -> Pairs64:
    signs = texts.characters
    return ((signs >= ord("0")) & (signs <= ord("9"))).astype(np.int64)


class MadeOfNames:
    """The addresses of rows beside their names."""

    def __init__(self, mail: Feature, names: Sequence[Feature]) -> None:
        self._mail = mail
        self._names = names

    def of_names(self, left: Pairs64, right: Pairs64) -> Flags:
        """Tell of pairs whether an address of either has no letter but of their names, no number.

        All addresses and the names of both count, so that it does not matter who stands left.
        """
        letters, digits = self._local
        named = np.zeros(len(left), np.uint64)
        for feature, found in zip(self._names, self._letters, strict=True):
            named |= found[feature.first[left]] | found[feature.first[right]]
        made = np.zeros(len(left), np.bool_)
        for slot in self._mail.codes.T:
            for code in (slot[left], slot[right]):
                made |= (code >= 0) & ((letters[code] & ~named) == 0) & (digits[code] < _NUMBER)
        return made

    @cached_property
    def _local(self) -> tuple[Keys, Pairs64]:
        texts = self._mail.texts
        sizes = local_sizes(texts)
        free = free_mail_hosts()
        asked = [text.rpartition("@")[2] in free for text in texts.values]
        signs = Outline(texts.cut(texts.starts, sizes)).letters & ~_OTHERS
        digits = np.add.reduceat(_is_digit(texts), texts.starts) if len(sizes) else sizes
        # Elsewhere people of one name are few, and an address of theirs is their own.
        digits[~np.array(asked, np.bool_)] = _NUMBER
        return signs, digits

    @cached_property
    def _letters(self) -> list[Keys]:
        return [np.r_[Outline(f.texts).letters, np.uint64(0)] for f in self._names]
