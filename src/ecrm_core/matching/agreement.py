"""Agreement: the levels of every field for given pairs of rows; -1 says nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecrm_core.matching.arrays import Levels, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.likeness import Crossed, Likeness, likeness_of
from ecrm_core.matching.madeof import MadeOfNames
from ecrm_core.matching.roles import SORTS

__all__ = ["NAMES", "SETTLED", "Agreement"]

SETTLED = frozenset({"email", "kana"})
"""Roles whose level names that are alike may change after all."""
NAMES = ("given_name", "family_name", "full_name")


class Agreement:
    """What the rows of a table have in common, field by field; symmetric in the rows of a pair."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self.features = tuple(features)
        self._likeness: dict[int, Likeness] = {}  # made when first asked for
        self._tops = [len(feature.sort.levels) - 1 for feature in self.features]
        self._place = {feature.role: at for at, feature in enumerate(self.features)}
        if "email" in self._place:
            named = [feature for feature in self.features if feature.role in NAMES]
            self._made = MadeOfNames(self.features[self._place["email"]], named)
        if {"given_name", "family_name"} <= self._place.keys():
            given, family = (
                self.features[self._place[role]].texts for role in ("given_name", "family_name")
            )
            self._names = Crossed(given, family)

    def levels(self, left: Pairs64, right: Pairs64) -> Levels:
        """Return the levels of pairs of rows, a column for each feature."""
        level = self.equals(left, right)
        for at in range(len(self.features)):
            asked = (level[:, at] == 0).nonzero()[0]
            level[asked, at] = self.unlike(at, left[asked], right[asked])
        self.settle(level, left, right)
        return level

    def settle(self, level: Levels, left: Pairs64, right: Pairs64) -> None:
        """Let what follows from names that are alike say less: their reading, and e-mail addresses.

        An address made of the name is chosen by namesakes too; mere likeness says nothing then.
        """
        names = [self._place[role] for role in NAMES if role in self._place]
        if names and "kana" in self._place:  # the reading of a name that agrees agrees with it
            level[(level[:, names] > 0).any(axis=1), self._place["kana"]] = -1
        at = self._place.get("email")
        if at is None or not names:
            return
        sort = SORTS["email"].levels
        alike = ((level[:, names] > 0).any(axis=1) & (level[:, at] > 0)).nonzero()[0]
        found = level[alike, at]
        made = (found >= sort.index("typo")) & self._made.of_names(left[alike], right[alike])
        found[found < sort.index("named")] = -1
        found[made] = sort.index("named")
        level[alike, at] = found

    def equals(self, left: Pairs64, right: Pairs64) -> Levels:
        """Return levels where no value has to be compared: equal, nothing said; 0 elsewhere."""
        level = np.empty((len(left), len(self.features)), np.int8, order="F")
        for at, feature in enumerate(self.features):
            found: Levels | None = None
            for one in feature.codes.T:
                for two in feature.codes.T:
                    a, b = one[left], two[right]
                    same = np.where(a == b, np.int8(self._tops[at]), np.int8(0))
                    same[(a | b) < 0] = -1
                    found = same if found is None else np.maximum(found, same)
            level[:, at] = -1 if found is None else found
        self._together(level, left, right)
        return level

    def unlike(self, at: int, left: Pairs64, right: Pairs64) -> Levels:
        """Return the best level of one feature, of pairs that state it and share no value."""
        codes = self.features[at].codes
        likeness = self._likeness_of(at)
        if codes.shape[1] == 1:
            return likeness.levels(codes[left, 0], codes[right, 0])
        best = np.zeros(len(left), np.int8)
        for one in codes.T:
            for two in codes.T:
                a, b = one[left], two[right]
                both = ((a | b) >= 0).nonzero()[0]
                best[both] = np.maximum(best[both], likeness.levels(a[both], b[both]))
        return best

    def ceiling(self, at: int, left: Pairs64, right: Pairs64) -> Levels | None:
        """Return the best level values may come to, where that costs little to tell."""
        codes = self.features[at].codes
        quick = self._likeness_of(at).ceiling
        if quick is None or codes.shape[1] > 1:
            return None
        return quick(codes[left, 0], codes[right, 0])

    def _likeness_of(self, at: int) -> Likeness:
        found = self._likeness.get(at)
        if found is None:
            found = self._likeness[at] = likeness_of(self.features[at])
        return found

    def _together(self, level: Levels, left: Pairs64, right: Pairs64) -> None:
        """Let fields that name one thing speak once: swapped names, whole names."""
        place = self._place
        if {"given_name", "family_name"} <= place.keys():
            self._swapped(level, left, right)
        parts = [place[role] for role in ("given_name", "family_name") if role in place]
        if parts and "full_name" in place:
            level[(level[:, parts] >= 0).any(axis=1), place["full_name"]] = -1

    def _swapped(self, level: Levels, left: Pairs64, right: Pairs64) -> None:
        """See given and family name in each other's place: one level, and the family says no more.

        Alike is enough, for a slip may come on top; of initials that differ nothing is asked.
        """
        given, family = self._place["given_name"], self._place["family_name"]
        apart = ((level[:, given] == 0) & (level[:, family] == 0)).nonzero()[0]
        if not len(apart):
            return
        first, second = self.features[given].first, self.features[family].first
        a, b = first[left[apart]], second[right[apart]]
        c, d = second[left[apart]], first[right[apart]]
        names = self._names
        maybe = (names.may_be(a, b) & names.may_be(d, c)).nonzero()[0]
        maybe = maybe[names.alike(a[maybe], b[maybe])]
        maybe = maybe[names.alike(d[maybe], c[maybe])]
        found = apart[maybe]
        level[found, given] = SORTS["given"].levels.index("swapped")
        level[found, family] = -1
