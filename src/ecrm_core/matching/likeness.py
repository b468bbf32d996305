"""Likeness: the levels of two values of a feature, each two distinct values compared once."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import Protocol

import numpy as np
from rapidfuzz.distance import OSA

from ecrm_core.matching.arrays import Codes, Flags, Levels
from ecrm_core.matching.comparison import Comparison
from ecrm_core.matching.comparisons import levels_of
from ecrm_core.matching.dressed import Dressed
from ecrm_core.matching.features import Feature
from ecrm_core.matching.outline import Outline
from ecrm_core.matching.roles import SORTS
from ecrm_core.matching.signs import DateSigns, Signs
from ecrm_core.matching.texts import Texts

__all__ = ["Crossed", "Likeness", "likeness_of"]

_FEW = 32
Ask = Callable[[Codes, Codes], Levels]
"""Levels of different codes, both stated."""


class Likeness(Protocol):
    """How the different values of a feature are compared."""

    def levels(self, one: Codes, two: Codes, /) -> Levels:
        """Return the levels of different codes, both stated."""

    @property
    def ceiling(self) -> Ask | None:
        """What tells cheaply the best level codes may come to; None: nothing does."""


def likeness_of(feature: Feature) -> Likeness:
    """Return how the different values of a feature are compared."""
    if feature.own is not None:
        return _OwnWords(feature.texts, feature.own)
    written = _MADE[feature.compared.sort](feature.texts)
    if "alias" not in feature.sort.levels:
        return written
    alias = feature.sort.levels.index("alias")
    return Dressed(feature.role, feature.texts, written.levels, alias)


def each_once(one: Codes, two: Codes, ask: Ask) -> Levels:
    """Return the levels of pairs of codes, asking about each two of them once, lower first."""
    if len(one) < _FEW:  # to find the same among few costs more than to ask twice
        return ask(np.minimum(one, two), np.maximum(one, two))
    low = np.minimum(one, two).astype(np.int64)
    packed = low << 32 | np.maximum(one, two)
    pairs, place = np.unique(packed, return_inverse=True)
    found: Levels = ask((pairs >> 32).astype(np.int32), pairs.astype(np.int32))[place]
    return found


class _Words:
    """Words, compared by rapidfuzz where their letters allow that they are alike."""

    ceiling = None

    def __init__(self, texts: Texts, sort: str, *, winkler: float, part: float) -> None:
        self._texts, self._sort = texts, sort
        self._winkler, self._part = winkler, part
        self.outline = Outline(texts)

    def levels(self, one: Codes, two: Codes) -> Levels:
        level = np.zeros(len(one), np.int8)
        maybe = self.outline.alike(one, two, winkler=self._winkler, part=self._part)
        at = np.flatnonzero(maybe)
        level[at] = each_once(one[at], two[at], self._asked)
        return level

    def _asked(self, one: Codes, two: Codes) -> Levels:
        values = self._texts.values
        sides = [[values[code] for code in side.tolist()] for side in (one, two)]
        return levels_of(self._sort, *sides)


class _OwnWords:
    """A custom field, compared by the plugin's own function."""

    ceiling = None

    def __init__(self, texts: Texts, own: Comparison) -> None:
        self._texts, self._own = texts, own

    def levels(self, one: Codes, two: Codes) -> Levels:
        return each_once(one, two, self._asked)

    def _asked(self, one: Codes, two: Codes) -> Levels:
        values = self._texts.values
        sides = [
            map(values.__getitem__, sorted(pair))
            for pair in zip(one.tolist(), two.tolist(), strict=True)
        ]
        return np.fromiter((self._own.level(*side) for side in sides), np.int8, len(one))


class Crossed:
    """Values of two columns compared with one another: names in each other's place."""

    def __init__(self, first: Texts, second: Texts) -> None:
        self._first, self._second = first, second

    @cached_property
    def _initials(self) -> tuple[Codes, Codes]:
        return _initials(self._first), _initials(self._second)

    def may_be(self, one: Codes, two: Codes) -> Flags:
        """Tell which begin alike."""
        held: Flags = self._initials[0][one] == self._initials[1][two]
        return held

    def alike(self, one: Codes, two: Codes) -> Flags:
        """Tell which are equal, or close as names are close."""
        same: Flags = self._first.whole[one] == self._second.whole[two]
        at = np.flatnonzero(~same)
        left = [self._first.values[code] for code in one[at].tolist()]
        right = [self._second.values[code] for code in two[at].tolist()]
        same[at] = levels_of("name", left, right) >= 2
        return same


def _initials(texts: Texts) -> Codes:
    signs = texts.matrix(1)
    held: Codes = signs[:, 0].astype(np.int32) if len(signs) else np.zeros(0, np.int32)
    return held


class _Mail:
    """E-mail addresses: one with a slip in it, the same local part elsewhere, or one like it."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        local = texts.local
        self._sizes = local.sizes
        self._local = local.whole
        self._words = _Words(local, "local", winkler=0.88, part=2.0)

    def levels(self, one: Codes, two: Codes) -> Levels:
        same = self._local[one] == self._local[two]
        level = np.zeros(len(one), np.int8)
        level[same] = np.where(self._sizes[one[same]] > 3, 2, 1)
        other = np.flatnonzero(~same)
        level[other] = self._words.levels(one[other], two[other])
        maybe = np.flatnonzero((level > 0) & self._words.outline.near(one, two, 2))
        level[maybe] = np.maximum(level[maybe], each_once(one[maybe], two[maybe], self._slips))
        return level

    def ceiling(self, one: Codes, two: Codes) -> Levels:
        """Return the best level: a slip leaves letters and length nearly as they were."""
        near = self._words.outline.near(one, two, 2)
        return np.where(near, np.int8(_SLIP), np.int8(_LOCAL))

    def _slips(self, one: Codes, two: Codes) -> Levels:
        """Return the level of addresses that differ by a slip before or after the @, or both."""
        sides = [[self._texts.values[code].rpartition("@") for code in side.tolist()]
                 for side in (one, two)]  # fmt: skip
        locals_ = [[local for local, _, _ in side] for side in sides]
        edits = levels_of("slip", *locals_)
        found = np.zeros(len(one), np.int8)
        for row in np.flatnonzero(edits).tolist():
            found[row] = _SLIP if _one_mailbox(sides[0][row], sides[1][row]) else 0
        return found


_SLIP, _LOCAL = (SORTS["email"].levels.index(name) for name in ("typo", "local"))


def _one_mailbox(one: tuple[str, str, str], two: tuple[str, str, str]) -> bool:
    digits = [list(filter(str.isdigit, local)) for local, _, _ in (one, two)]
    if digits[0] != digits[1]:
        return False  # jo1 and jo2 are two people
    return one[2] == two[2] or OSA.distance(one[2], two[2], score_cutoff=2) <= 2


class _Street:
    """Streets: the name of the way and the numbers on it are compared apart."""

    ceiling = None

    def __init__(self, texts: Texts) -> None:
        ways = _NUMBER.sub("", "\n".join(texts.values)).split("\n") if texts.values else []
        found = map(_NUMBER.search, texts.values)
        self._name, names = _coded([way.strip() for way in ways])
        self._number, _ = _coded([number[0] if number else "" for number in found])
        self._words = _Words(Texts(names), "way", winkler=0.84, part=0.9)

    def levels(self, one: Codes, two: Codes) -> Levels:
        a, b = self._name[one], self._name[two]
        like = np.full(len(one), 2, np.int8)
        at = np.flatnonzero(a != b)
        like[at] = self._words.levels(a[at], b[at])
        same = self._number[one] == self._number[two]
        level = np.where(same, like, np.minimum(like - 1, 1)).astype(np.int8)
        return np.maximum(level, 0)


_NUMBER = re.compile(r"[^\s]*\d[^\s]*")


def _coded(texts: Sequence[str]) -> tuple[Codes, list[str]]:
    known: dict[str, int] = {}
    codes = np.fromiter((known.setdefault(t, len(known)) for t in texts), np.int32, len(texts))
    return codes, list(known)


def _words(sort: str, *, winkler: float, part: float) -> Callable[[Texts], Likeness]:
    return lambda texts: _Words(texts, sort, winkler=winkler, part=part)


class _Nothing:
    """Values that are equal or not."""

    ceiling = None

    def __init__(self, texts: Texts) -> None:
        """Know nothing of the values."""

    def levels(self, one: Codes, two: Codes) -> Levels:  # noqa: ARG002 - said by the protocol
        return np.zeros(len(one), np.int8)


_MADE: Mapping[str, Callable[[Texts], Likeness]] = MappingProxyType({
    "given": _words("given", winkler=0.8, part=1.0),
    "name": _words("name", winkler=0.8, part=1.0),
    "full": _words("full", winkler=0.8, part=0.8),
    "title": _words("title", winkler=0.84, part=0.9),
    "street": _Street,
    "text": _words("text", winkler=0.82, part=2.0),
    "date": DateSigns,
    "code": Signs,
    "email": _Mail,
    "category": _Nothing,
})  # fmt: skip
