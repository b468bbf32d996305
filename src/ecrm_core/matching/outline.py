"""Outline: what letters a value has, to tell in nanoseconds that two values cannot be alike."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from attrs import frozen

from ecrm_core.matching.arrays import Codes, Flags, Keys, Numbers, Pairs64
from ecrm_core.matching.texts import Texts

__all__ = ["Outline"]

_BITS = np.uint64(61)
_CHUNK = 1 << 12
_BYTE = np.uint64(0xFF)
_FEW = 32  # values looked at sooner by Python than by numpy
_HEAD = 4  # Winkler's prefix


def _letters_of(text: str) -> int:
    bits = 0
    for char in set(text):
        bits |= 1 << ord(char) % int(_BITS)
    return bits


def _head_of(text: str) -> int:
    return sum((ord(char) & 0xFF) << 8 * at for at, char in enumerate(text[:_HEAD]))


@frozen(eq=False, repr=False, slots=False)
class Outline:
    """The outlines of the distinct values of a column."""

    texts: Texts

    @cached_property
    def letters(self) -> Keys:
        """Return a bit for each letter a value has; several letters may share one."""
        if len(self.texts.values) <= _FEW:
            return np.array([_letters_of(text) for text in self.texts.values], np.uint64)
        if not len(self.texts.characters):
            return np.zeros(len(self.texts.values), np.uint64)
        held = np.flatnonzero(self.texts.sizes > 0)
        found = np.zeros(len(self.texts.values), np.uint64)
        for at in range(0, len(held), _CHUNK):
            part = held[at : at + _CHUNK]
            found[part] = self._bits(self.texts.starts[part], self.texts.sizes[part])
        return found

    def _bits(self, begin: Pairs64, size: Pairs64) -> Keys:
        ends = np.cumsum(size)
        within = np.arange(ends[-1]) + np.repeat(begin - ends + size, size)
        signs = self.texts.characters[within].astype(np.uint64)
        bits: Keys = np.bitwise_or.reduceat(np.left_shift(np.uint64(1), signs % _BITS), ends - size)
        return bits

    @cached_property
    def heads(self) -> Keys:
        """Return the first four characters of each value, a byte for each."""
        if len(self.texts.values) <= _FEW:
            return np.array([_head_of(text) for text in self.texts.values], np.uint64)
        signs = self.texts.matrix(_HEAD).astype(np.uint64)
        found: Keys = (
            (signs[:, 0] & _BYTE)
            | (signs[:, 1] & _BYTE) << np.uint64(8)
            | (signs[:, 2] & _BYTE) << np.uint64(16)
            | (signs[:, 3] & _BYTE) << np.uint64(24)
        )
        return found

    @cached_property
    def sizes(self) -> Numbers:
        """How many characters each value has."""
        return self.texts.sizes.astype(np.float32)

    def shared(self, one: Codes, two: Codes) -> tuple[Numbers, Numbers, Numbers]:
        """Return at most how many letters two values share, and the sizes of both."""
        first, second = self.letters[one], self.letters[two]
        a, b = self.sizes[one], self.sizes[two]
        common = np.minimum(
            a - np.bitwise_count(first & ~second), b - np.bitwise_count(second & ~first)
        )
        return common, a, b

    def alike(self, one: Codes, two: Codes, *, winkler: float, part: float) -> Flags:
        """Tell which pairs may reach a Jaro-Winkler likeness, or share so much of the shorter.

        Never wrong about a pair it leaves out: both are upper bounds.
        """
        common, a, b = self.shared(one, two)
        small = np.minimum(a, b)
        jaro = (common / np.maximum(a, 1) + common / np.maximum(b, 1) + 1) / 3
        apart = self.heads[one] ^ self.heads[two]
        head = np.zeros(len(one), np.float32)
        for size in range(1, _HEAD + 1):
            head += (apart & np.uint64((1 << 8 * size) - 1)) == 0
        head = np.minimum(head, small)
        bound = jaro + head * 0.1 * (1 - jaro)
        held: Flags = ((bound >= winkler) | (common >= part * small)) & (common > 0)
        return held

    def near(self, one: Codes, two: Codes, edits: int) -> Flags:
        """Tell which pairs may differ by so many edits; never wrong about one it leaves out."""
        first, second = self.letters[one], self.letters[two]
        held: Flags = np.abs(self.sizes[one] - self.sizes[two]) <= edits
        held &= np.bitwise_count(first & ~second) <= edits
        held &= np.bitwise_count(second & ~first) <= edits
        return held
