"""Keys: the pieces of what is known that two rows of one person may share, as numbers of rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from itertools import combinations
from types import MappingProxyType

import numpy as np

from ecrm_core.matching.arrays import Keys, distinct
from ecrm_core.matching.dressed import forms_beside
from ecrm_core.matching.features import Feature
from ecrm_core.matching.texts import Texts, local_sizes, mixed

__all__ = ["MOST_FORMS", "MOST_NAMES", "PERSON", "Pieces", "numbers_of"]

PERSON = ("given_name", "family_name", "middle_name", "full_name", "kana")
"""The roles that name a person."""

_NAMED = frozenset({"name", "name3", "whole"})
MOST_FORMS = 6
"""Forms of one piece that count in one row."""
MOST_NAMES = 8
"""Words of names that count in one row, and what they are found by beside them."""
_Split = Callable[[Texts], Keys]


def _whole(texts: Texts) -> Keys:
    return texts.whole[:, None]


def _start(size: int, texts: Texts) -> Keys:
    return np.where(texts.sizes >= min(size, 2), texts.beginning(size), 0)[:, None]


def _end(size: int, texts: Texts) -> Keys:
    return texts.ending(size)[:, None]


def _local(size: int, texts: Texts) -> Keys:
    """Return the number of what stands before the @, where it tells something."""
    length = local_sizes(texts)
    length[length == texts.sizes] = 0
    length[length < 5] = 0
    return texts.keys(texts.starts, np.minimum(length, size))[:, None]


def _month_day(texts: Texts) -> Keys:
    """Return one number for a month and a day, in either order."""
    signs = texts.matrix(8).astype(np.uint64)
    shift = np.uint64(8)
    one, two = signs[:, 4] << shift | signs[:, 5], signs[:, 6] << shift | signs[:, 7]
    held = mixed(mixed(one + np.uint64(1)) + mixed(two + np.uint64(1)))
    return np.where(texts.sizes == 8, held, 0)[:, None]


def _words(texts: Texts, shortest: int = 3) -> Keys:
    """Return the numbers of the words of each value, a column for each place."""
    single = np.where(texts.sizes >= shortest, texts.whole, 0)
    return _split(texts, single, lambda word: word if len(word) >= shortest else "")


def _beginnings(texts: Texts, size: int) -> Keys:
    """Return the numbers of the beginnings of the words of each value."""
    least = min(size, 2)
    single = np.where(texts.sizes >= least, texts.beginning(size), 0)
    return _split(texts, single, lambda word: word[:size] if len(word) >= least else "")


def _split(texts: Texts, single: Keys, piece: Callable[[str], str]) -> Keys:
    """Return the pieces of the words of each value: ``single`` where it is one word."""
    spaces = np.flatnonzero(texts.characters == ord(" "))
    several = distinct(np.searchsorted(texts.starts, spaces, side="right") - 1)
    lists = [dict.fromkeys(filter(None, map(piece, texts.values[row].split())))
             for row in several.tolist()]  # fmt: skip
    found = numbers_of(lists)
    keys = np.zeros((len(single), max(found.shape[1], 1)), np.uint64)
    keys[:, 0] = single
    keys[several] = 0
    keys[several, : found.shape[1]] = found
    return keys


def numbers_of(lists: Sequence[Collection[str]]) -> Keys:
    """Return the numbers of the texts of each list, a column for each place."""
    known: dict[str, int] = {}
    width = min(max(map(len, lists), default=0), MOST_FORMS)
    found = np.zeros((len(lists), width), np.int64)
    for row, words in enumerate(lists):
        for at, word in zip(range(width), words, strict=False):
            found[row, at] = known.setdefault(word, len(known) + 1)
    keys: Keys = np.r_[np.zeros(1, np.uint64), Texts(list(known)).whole][found]
    return keys


_PIECES: Mapping[str, tuple[str, _Split]] = MappingProxyType({
    "national_id": ("national_id", _whole),
    "email": ("email", _whole),
    "local": ("email", partial(_local, 64)),
    "local5": ("email", partial(_local, 5)),
    "phone": ("phone", _whole),
    "phone6": ("phone", partial(_end, 6)),
    "birth_date": ("birth_date", _whole),
    "birth_y": ("birth_date", partial(_start, 4)),
    "birth_ym": ("birth_date", partial(_start, 6)),
    "birth_md": ("birth_date", _month_day),
    "postcode": ("postcode", _whole),
    "postcode3": ("postcode", partial(_start, 3)),
    "street": ("street", _whole),
    "street6": ("street", partial(_start, 6)),
    "city": ("city", _whole),
    "organisation": ("organisation", _whole),
    "title4": ("organisation", partial(_start, 4)),
    "category": ("category", _whole),
    "text": ("text", _words),
})  # fmt: skip
# Piece: the role it comes from, and how.


class Pieces:
    """The pieces that the features of a table have: numbers for each row, 0 where there is none.

    With ``more`` to come, a name has all its forms, also those no other name here has.
    """

    def __init__(self, features: Sequence[Feature], *, more: bool = False) -> None:
        self._more = more
        self._roles: dict[str, list[Feature]] = {}
        for feature in features:
            self._roles.setdefault(feature.role, []).append(feature)
        self._own = {f.role: f for f in features if f.own is not None and f.own.keys is not None}
        self._people = [feature for role in PERSON for feature in self._roles.get(role, [])]
        self._held: dict[str, Keys] = {}

    @property
    def names(self) -> frozenset[str]:
        """What pieces there are."""
        held = {piece for piece, (role, _) in _PIECES.items() if role in self._roles}
        if {"organisation", "street"} & self._roles.keys():
            held.add("word")
        if self._people:
            held |= {"whole", "name", "name3", "names3", "initials"}
        return frozenset(held | self._own.keys())

    def __getitem__(self, piece: str) -> Keys:
        """Return the numbers of a piece: a row for each row, a column for each of its forms."""
        if piece in self._held:
            return self._held[piece]
        found = self._made(piece)
        if piece in _NAMED:  # many rules use them; the others cost less than the room they take
            self._held[piece] = found
        return found

    def forget(self) -> None:
        """Let go of what was kept to be used again."""
        self._held.clear()

    def _made(self, piece: str) -> Keys:
        if piece in self._own:
            return _rows_of([(self._own[piece], _plugged(self._own[piece]))])
        if piece == "word":
            titles = [f for role in ("organisation", "street") for f in self._roles.get(role, [])]
            return _rows_of([(feature, _words(feature.texts)) for feature in titles])
        if piece in _PIECES:
            role, split = _PIECES[piece]
            return _rows_of([(feature, split(feature.texts)) for feature in self._roles[role]])
        return self._of_names(piece)

    def _of_names(self, piece: str) -> Keys:
        """Return the pieces of names; the parts of a name count in every order."""
        if piece == "words":
            return _once(_rows_of([(f, _words(f.texts, 1)) for f in self._people]))
        if piece == "name":
            beside = [(f, _beside(f, every=self._more)) for f in self._people]
            return _once(np.c_[self["words"], _rows_of(beside)], MOST_NAMES)
        if piece == "name3":
            return _once(_rows_of([(f, _beginnings(f.texts, 3)) for f in self._people]))
        if piece == "whole":
            names = self["words"]
            return np.where((names > 0).any(axis=1), mixed(_sum(names)), 0)[:, None]
        first = (
            self["name3"]
            if piece == "names3"
            else _rows_of([(f, _beginnings(f.texts, 1)) for f in self._people])
        )
        first = _once(first)[:, :4]
        if piece == "initials":
            several = (first > 0).sum(axis=1) > 1
            return np.where(several, mixed(_sum(first)), 0)[:, None]
        pairs = [np.where((one > 0) & (two > 0), mixed(one + two), 0)
                 for one, two in combinations(first.T, 2)]  # fmt: skip
        return np.stack(pairs, axis=1) if pairs else np.zeros((len(first), 0), np.uint64)


def _beside(feature: Feature, *, every: bool) -> Keys:
    """Return what names are found by beside their words: a nickname by the name it is short for."""
    held = forms_beside(feature.role, feature.texts, every=every)
    found = numbers_of(list(held.values()))
    keys = np.zeros((len(feature.values), found.shape[1]), np.uint64)
    keys[list(held)] = found
    return keys


def _sum(keys: Keys) -> Keys:
    """Return a number for the numbers of each row, whatever their order."""
    found = np.zeros(len(keys), np.uint64)
    for column in keys.T:
        found += column
    return found


def _once(keys: Keys, most: int = MOST_FORMS) -> Keys:
    """Return the numbers of each row without repetition, the first columns filled first.

    What a row has does not depend on the others: a table of one comes to the same.
    """
    kept: list[Keys] = []
    for column in keys.T:
        rows = np.flatnonzero(column)
        values = column[rows]
        for other in kept:
            new = other[rows] != values
            rows, values = rows[new], values[new]
        for other in kept:
            free = other[rows] == 0
            other[rows[free]] = values[free]
            rows, values = rows[~free], values[~free]
        if len(kept) < most and len(rows):
            kept.append(np.zeros(len(keys), np.uint64))
            kept[-1][rows] = values
    return np.stack(kept, axis=1) if kept else np.zeros((len(keys), 0), np.uint64)


def _plugged(feature: Feature) -> Keys:
    own = feature.own
    return numbers_of([own.shared(value) if own else () for value in feature.values])


def _rows_of(parts: Sequence[tuple[Feature, Keys]]) -> Keys:
    """Return the numbers of all parts side by side, for rows."""
    columns = []
    for feature, keys in parts:
        table = np.concatenate([keys, np.zeros((1, keys.shape[1]), np.uint64)])
        columns += [table[slot] for slot in feature.codes.T]  # -1 is the last: no number
    return np.concatenate(columns, axis=1)
