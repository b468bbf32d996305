"""Texts: the distinct values of a column as one array of characters, to work on all at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from operator import mul

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from ecrm_core.matching.arrays import Keys, Pairs64

__all__ = ["Texts", "mixed", "mixed_one", "number_of"]

_CHUNK = 1 << 12  # values hashed at once: what they take stays in the cache
_ODD, _MIX = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)
_ALL = (1 << 64) - 1
_LONGEST = 128
_FEW = 4  # values hashed sooner by Python than by numpy


def mixed(keys: Keys) -> Keys:
    """Return keys with their bits spread, so that sums of them rarely meet (splitmix64)."""
    keys = keys ^ (keys >> np.uint64(30))
    keys = keys * _MIX
    held: Keys = keys ^ (keys >> np.uint64(27))
    return held


def mixed_one(key: int) -> int:
    """Return one key with its bits spread: what ``mixed`` says of many."""
    key &= _ALL
    key = (key ^ key >> 30) * int(_MIX) & _ALL
    return key ^ key >> 27


def _powers() -> Keys:
    held = np.full(_LONGEST + 1, _ODD, np.uint64)
    held[0] = 1
    return np.cumprod(held, dtype=np.uint64)


_POWERS = _powers()
_WHOLE_POWERS = tuple(_POWERS.tolist())


def number_of(text: str) -> int:
    """Return the number of one text: what ``Texts.whole`` says of many; 0 for an empty one."""
    return mixed_one(sum(map(mul, map(ord, text), _WHOLE_POWERS)) + len(text)) if text else 0


@frozen(eq=False, repr=False, slots=False)
class Texts:
    """Values of at most 128 characters, and their characters side by side."""

    values: Sequence[str] = field()

    def cut(self, begin: Pairs64, size: Pairs64) -> Texts:
        """Return stretches of the values as texts of their own, over the same characters."""
        first = (begin - self.starts).tolist()
        stretches = zip(self.values, first, size.tolist(), strict=True)
        part = Texts([value[at : at + long] for value, at, long in stretches])
        held = part.__dict__
        held["sizes"], held["starts"], held["characters"] = size, begin, self.characters
        return part

    @cached_property
    def sizes(self) -> Pairs64:
        """How many characters each value has."""
        return np.fromiter(map(len, self.values), np.int64, len(self.values))

    @cached_property
    def starts(self) -> Pairs64:
        """Where each value begins."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def characters(self) -> NDArray[np.uint8] | NDArray[np.uint32]:
        """All characters, as bytes where they are ASCII."""
        whole = "".join(self.values)
        if whole.isascii():
            return np.frombuffer(whole.encode("ascii"), np.uint8)
        return np.frombuffer(whole.encode("utf-32-le", errors="surrogatepass"), np.uint32)

    def keys(self, begin: Pairs64, size: Pairs64) -> Keys:
        """Return a number for each stretch of characters: equal stretches, equal numbers."""
        if len(begin) <= _FEW:
            return self._hashed_singly(begin.tolist(), size.tolist())
        found = np.zeros(len(begin), np.uint64)
        for at in range(0, len(begin), _CHUNK):
            part = slice(at, at + _CHUNK)
            found[part] = self._hashed(begin[part], size[part])
        return found

    def _hashed_singly(self, begin: Sequence[int], size: Sequence[int]) -> Keys:
        # The characters may be those of longer values, of which these are stretches.
        parts = (self.characters[at : at + held] for at, held in zip(begin, size, strict=True))
        return np.array([number_of(_text(part)) for part in parts], np.uint64)

    def _hashed(self, begin: Pairs64, size: Pairs64) -> Keys:
        held = np.flatnonzero(size > 0)
        found = np.zeros(len(begin), np.uint64)
        if not len(held):
            return found
        ends = np.cumsum(size[held])
        within = np.arange(ends[-1]) - np.repeat(ends - size[held], size[held])
        at = np.repeat(begin[held], size[held]) + within
        said = self.characters[at].astype(np.uint64) * _POWERS[within]
        found[held] = np.add.reduceat(said, ends - size[held]) + size[held].astype(np.uint64)
        return mixed(found)

    @cached_property
    def local(self) -> Texts:
        """What stands before the last @ of each value; all of it where there is none."""
        return self.cut(self.starts, local_sizes(self))

    @cached_property
    def whole(self) -> Keys:
        """A number for each value."""
        return self.keys(self.starts, self.sizes)

    def beginning(self, size: int) -> Keys:
        """Return a number for the first characters of each value."""
        return self.keys(self.starts, np.minimum(self.sizes, size))

    def ending(self, size: int) -> Keys:
        """Return a number for the last characters of each value."""
        held = np.minimum(self.sizes, size)
        return self.keys(self.starts + self.sizes - held, held)

    def matrix(self, width: int) -> NDArray[np.uint8] | NDArray[np.uint32]:
        """Return the first characters of each value as a row; zeros after its end."""
        places = np.arange(width)
        inside = places < self.sizes[:, None]
        at = np.where(inside, self.starts[:, None] + places, 0)
        if not len(self.characters):
            return np.zeros((len(self.values), width), np.uint8)
        signs: NDArray[np.uint8] | NDArray[np.uint32] = self.characters[at]
        signs[~inside] = 0
        return signs


def _text(signs: NDArray[np.uint8] | NDArray[np.uint32]) -> str:
    if signs.dtype == np.uint8:
        return signs.tobytes().decode("ascii")
    return signs.tobytes().decode("utf-32-le", errors="surrogatepass")


def local_sizes(texts: Texts) -> Pairs64:
    """Return how many characters stand before the last @ of each value; all where there is none."""
    signs = np.flatnonzero(texts.characters == ord("@"))
    owner = np.searchsorted(texts.starts, signs, side="right") - 1
    size = texts.sizes.copy()
    size[owner] = signs - texts.starts[owner]
    return size
