"""Dressed: values of a column that are one name in another dress, by the aliases they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain

import numpy as np

from ecrm_core.kernel import script_of
from ecrm_core.matching.arrays import Codes, Flags, Levels
from ecrm_core.matching.names import aliases_of, long_names
from ecrm_core.matching.texts import Texts

__all__ = ["Dressed", "forms_beside"]

_MOST = 6  # aliases of one value
_BESIDE = 4  # forms of one value beside its words


class Dressed:
    """Likeness of names: as they are written, and at least "alias" where they share one."""

    ceiling = None

    def __init__(
        self, role: str, texts: Texts, written: Callable[[Codes, Codes], Levels], alias: int
    ) -> None:
        """``written`` compares what is written; ``alias`` is the number of that level."""
        self._written, self._alias = written, alias
        found = {at: held for at, held in enumerate(_aliases(role, texts.values)) if held}
        self._numbers = _numbered(_shared(found), len(texts.values))

    def levels(self, one: Codes, two: Codes) -> Levels:
        """Return the levels of different codes."""
        level = self._written(one, two)
        if self._numbers is not None:
            level[self._meet(one, two, self._numbers) & (level < self._alias)] = self._alias
        return level

    def _meet(self, one: Codes, two: Codes, numbers: Codes) -> Flags:
        found = np.zeros(len(one), np.bool_)
        at = np.flatnonzero((numbers[one, 0] >= 0) & (numbers[two, 0] >= 0))
        left, right = numbers[one[at]], numbers[two[at]]
        same = (left[:, :, None] == right[:, None, :]) & (left >= 0)[:, :, None]
        found[at] = same.any(axis=(1, 2))
        return found


def forms_beside(role: str, texts: Texts, *, every: bool = False) -> dict[int, list[str]]:
    """Return what values may be found by beside their words, four texts at most, by their place.

    Nicknames by the long name, other scripts by their aliases; only what another value has too,
    unless ``every`` one is wanted, for values that are still to come.
    """
    found = {at: held for at, held in enumerate(_beside(role, texts.values, every)) if held}
    if not found or every:
        return found
    words = set(chain.from_iterable(map(str.split, texts.values)))
    return {at: held[:_BESIDE] for at, held in _shared(found, words).items()}


def _beside(role: str, values: Sequence[str], every: bool) -> Iterator[list[str]]:  # noqa: FBT001
    aliases = _aliases(role, values, every)
    if role != "full_name":
        for value, held in zip(values, aliases, strict=True):
            yield [alias for alias in held if alias != value]
        return
    longs = long_names()
    for value, held in zip(values, aliases, strict=True):
        words = [word for word in value.split() if word in longs]
        yield [long for word in words for long in longs[word] if long != word] + [
            alias for alias in held if ":" in alias
        ]


def _aliases(
    role: str, values: Sequence[str], every: bool = False  # noqa: FBT001, FBT002
) -> list[tuple[str, ...]]:
    kana = every or any(script_of(value) == "kana" for value in values if not value.isascii())
    return [aliases_of(role, value, kana=kana) for value in values]


def _shared(
    found: Mapping[int, Sequence[str]], known: Collection[str] = ()
) -> dict[int, list[str]]:
    """Return the aliases that two values have, or that are ``known`` texts themselves."""
    counts = Counter(alias for held in found.values() for alias in held)
    kept = {at: [alias for alias in held if counts[alias] > 1 or alias in known]
            for at, held in found.items()}  # fmt: skip
    return {at: held for at, held in kept.items() if held}


def _numbered(found: dict[int, list[str]], total: int) -> Codes | None:
    """Return the aliases of each value as numbers, -1 for none; None: no value has one."""
    if not found:
        return None
    known: dict[str, int] = {}
    width = min(max(map(len, found.values())), _MOST)
    numbers = np.full((total, width), -1, np.int32)
    for at, held in found.items():
        told = [known.setdefault(alias, len(known)) for alias in held[:_MOST]]
        numbers[at, : len(told)] = told
    return numbers
