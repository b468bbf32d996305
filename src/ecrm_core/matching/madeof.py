"""Made of: e-mail addresses that repeat the name of who has them, so that they say it twice."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np

from ecrm_core.customers.data import load_data
from ecrm_core.matching.arrays import Flags, Keys, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.outline import Outline
from ecrm_core.matching.texts import Texts

__all__ = ["MadeOfNames"]

_NUMBER = 2  # digits from which people of one name rarely choose the same
# An outline has one bit for several characters: those that are no letters get one that no letter of
# ASCII has.
_TO_SIGN = str.maketrans(dict.fromkeys(".-0123456789", "_"))
_SIGN = np.uint64(1 << ord("_") % 61)
_BREAK = "\0"  # no form holds it


@cache
def free_mail_hosts() -> frozenset[str]:
    """Return the hosts where anybody gets a mailbox, and names run out."""
    return frozenset(load_data("free_mail_domains"))


def _spelt(local: Texts) -> Texts:
    """Return texts with one sign for all that is no letter."""
    joined = _BREAK.join(local.values).translate(_TO_SIGN)
    return Texts(joined.split(_BREAK)) if local.values else local


def _digits(local: Texts) -> Pairs64:
    """Return how many digits each text has."""
    signs = local.characters
    before = np.zeros(len(signs) + 1, np.int32)
    np.cumsum((signs >= ord("0")) & (signs <= ord("9")), dtype=np.int32, out=before[1:])
    held: Pairs64 = (before[local.starts + local.sizes] - before[local.starts]).astype(np.int64)
    return held


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
        texts, free = self._mail.texts, free_mail_hosts()
        asked = [text[text.rfind("@") + 1 :] in free for text in texts.values]
        signs = Outline(_spelt(texts.local)).letters & ~_SIGN
        digits = _digits(texts.local)
        # Elsewhere people of one name are few, and an address of theirs is their own.
        digits[~np.array(asked, np.bool_)] = _NUMBER
        return signs, digits

    @cached_property
    def _letters(self) -> list[Keys]:
        return [np.r_[Outline(f.texts).letters, np.uint64(0)] for f in self._names]
