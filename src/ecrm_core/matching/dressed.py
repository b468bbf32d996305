"""Dressed: values of a column that are one name in another dress, by the aliases they share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from ecrm_core.kernel import script_of
from ecrm_core.matching.arrays import Codes, Flags, Keys, Levels, distinct
from ecrm_core.matching.names import aliases_of, family_names, long_names, nicknames
from ecrm_core.matching.texts import Texts

__all__ = ["Dressed", "forms_beside"]

_MOST = 6  # aliases of one value
_BESIDE = 4  # forms of one value beside its words
_WHOLE = "full_name"


class Dressed:
    """Likeness of names: as they are written, and at least "alias" where they share one."""

    ceiling = None

    def __init__(
        self, role: str, texts: Texts, written: Callable[[Codes, Codes], Levels], alias: int
    ) -> None:
        """``written`` compares what is written; ``alias`` is the number of that level."""
        self._written, self._alias = written, alias
        self._numbers = _numbered(_shared(_aliases(role, texts)), len(texts.values))

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
    aliases = _aliases(role, texts, every=every)
    found = {at: _beside(role, texts.values[at], held) for at, held in aliases.items()}
    if every:
        return {at: held for at, held in found.items() if held}
    names = sorted({form for held in found.values() for form in held if ":" not in form})
    known = {names[at] for at in _met(Texts(names).whole, np.concatenate(_ends(texts)))}
    return {at: held[:_BESIDE] for at, held in _shared(found, known).items()}


def _beside(role: str, value: str, aliases: Sequence[str]) -> list[str]:
    if role != _WHOLE:
        return [alias for alias in aliases if alias != value]
    longs = long_names()
    words = [word for word in value.split() if word in longs]
    names = [long for word in words for long in longs[word] if long != word]
    return names + [alias for alias in aliases if ":" in alias]


def _aliases(role: str, texts: Texts, *, every: bool = False) -> dict[int, Sequence[str]]:
    """Return the aliases of values that have any, by their place."""
    kana = not _ascii(texts) and any(script_of(value) == "kana" for value in texts.values)
    kana = kana or every
    asked = range(len(texts.values)) if every else _asked(role, texts)
    told = {at: aliases_of(role, texts.values[at], kana=kana) for at in asked}
    found: dict[int, Sequence[str]] = {at: held for at, held in told.items() if held}
    if len(asked) < len(texts.values):
        names = {alias for held in found.values() for alias in held}
        for at in np.flatnonzero(np.isin(texts.whole, Texts(sorted(names)).whole)).tolist():
            found[at] = list(dict.fromkeys([texts.values[at], *found.get(at, ())]))
    return found


def _met(few: Keys, many: Keys) -> list[int]:
    """Return the places of the few numbers that are among the many."""
    order = np.argsort(few)
    held = few[order]
    at = np.minimum(np.searchsorted(held, many), max(len(few) - 1, 0))
    found: list[int] = order[distinct(at[held[at] == many])].tolist() if len(few) else []
    return found


def _asked(role: str, texts: Texts) -> Sequence[int]:
    """Return the places of values to ask: of whole names those with a nickname or a known family.

    Whole names are many; the long ones among them are found by what the short ones say.
    """
    if role != _WHOLE or not _ascii(texts):
        return range(len(texts.values))
    first, last = _ends(texts)
    held = np.isin(first, Texts([*nicknames(), *family_names()]).whole)
    held |= np.isin(last, Texts([*long_names(), *family_names()]).whole)
    found: list[int] = np.flatnonzero(held).tolist()
    return found


def _ascii(texts: Texts) -> bool:
    return texts.characters.dtype == np.uint8


def _ends(texts: Texts) -> tuple[Keys, Keys]:
    """Return the numbers of the first and the last word of each value."""
    ends = texts.starts + texts.sizes
    spaces = np.flatnonzero(texts.characters == ord(" "))
    owner = np.searchsorted(texts.starts, spaces, side="right") - 1
    first, last = ends.copy(), texts.starts.copy()
    last[owner] = spaces + 1
    first[owner[::-1]] = spaces[::-1]
    return texts.keys(texts.starts, first - texts.starts), texts.keys(last, ends - last)


def _shared(
    found: Mapping[int, Sequence[str]], known: Collection[str] = ()
) -> dict[int, list[str]]:
    """Return the aliases that two values have, or that are ``known`` texts themselves."""
    counts = Counter(alias for held in found.values() for alias in held)
    kept = {at: [alias for alias in held if counts[alias] > 1 or alias in known]
            for at, held in found.items()}  # fmt: skip
    return {at: held for at, held in kept.items() if held}


def _numbered(found: Mapping[int, list[str]], total: int) -> Codes | None:
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
