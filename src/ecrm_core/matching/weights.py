"""Weights: what the levels of fields say, in bits, and what all fields say together.

Evidence is summed, but for what is known to hang together: of the parts of a place the strongest
counts alone, and what a household explains as well makes no one person of two.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np

from ecrm_core.matching.agreement import SETTLED
from ecrm_core.matching.arrays import Numbers
from ecrm_core.matching.features import Feature
from ecrm_core.matching.model import FieldWeights, Model
from ecrm_core.matching.roles import COMPARED, SORTS, Compared
from ecrm_core.matching.texts import Texts

__all__ = [
    "Table",
    "Tables",
    "classes",
    "combined",
    "household_weights",
    "level_weights",
    "probability",
]

_OWN = Compared(sort="", strangers=1.0)  # a custom field: its evidence stands alone


def probability(weight: Numbers) -> Numbers:
    """Return the probability (0 to 1) of a weight in bits; 0 bits are even odds."""
    held: Numbers = 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))
    return held


def combined(roles: Sequence[str], evidence: Numbers, household: Numbers, model: Model) -> Numbers:
    """Return the weight of pairs in bits, the prior included.

    ``evidence`` compares one person with strangers, ``household`` two people living together with
    strangers: what is as likely for those two says little for one person.
    """
    one, two = classes(roles, evidence, household, model)
    weight: Numbers = one - np.logaddexp2(0.0, two)
    return weight


def classes(
    roles: Sequence[str], evidence: Numbers, household: Numbers, model: Model
) -> tuple[Numbers, Numbers]:
    """Return the odds against strangers, in bits, of one person and of one household."""
    one = _summed(roles, evidence) + model.prior
    two = _summed(roles, household) + model.household
    return one, two


def _summed(roles: Sequence[str], evidence: Numbers) -> Numbers:
    """Return the sum over fields; of the parts of a place the strongest counts alone.

    Field by field, so that one pair alone comes to the same last bit as among many.
    """
    total = np.zeros(len(evidence))
    places = [at for at, role in enumerate(roles) if _compared(role).group == "place"]
    for at in range(len(roles)):
        if at not in places:
            total += evidence[:, at]
    if places:
        held = evidence[:, places]
        total += np.maximum(held, 0).max(axis=1) + np.minimum(held, 0).min(axis=1)
    return total


def _compared(role: str) -> Compared:
    return COMPARED.get(role, _OWN)


def level_weights(fields: FieldWeights) -> Numbers:
    """Return the weight of each level of a field, in bits."""
    held: Numbers = np.log2(np.array(fields.m) / np.array(fields.u))
    return held


def household_weights(fields: FieldWeights) -> Numbers:
    """Return by how many bits each level says more of a household than of one person."""
    held: Numbers = np.log2(np.array(fields.h) / np.array(fields.m)) if fields.h else np.zeros(0)
    return held


class Tables:
    """What a model says of its fields as arrays, made once for any number of scorers."""

    def __init__(self, model: Model) -> None:
        made = [(fields, Table(fields)) for fields in model.fields]
        self._held = {(fields.name, fields.role): table for fields, table in made}
        self._by_role = {fields.role: table for fields, table in reversed(made)}

    def of(self, feature: Feature) -> Table | None:
        """Return the table of a feature; of another field of its role if the name is new."""
        return self._held.get((feature.name, feature.role)) or self._by_role.get(feature.role)


class _Bounds:
    """What each level of a field may say at most, in bits, whatever the other fields come to.

    Before values are compared they may be at any level; equal ones say at least ``least``.
    """

    def __init__(self, limits: Numbers, least: float = -np.inf) -> None:
        self.limits, self.least = limits, least
        self.ceilings = np.maximum.accumulate(limits[:-2])
        self.highest = float(self.ceilings[-1])
        self.first = limits.astype(np.float32)
        self.first[0], self.first[-2] = self.highest, 0


def _settled(role: str, level: Numbers) -> _Bounds:
    """Return the bounds of a field that names beside it may settle at another level, or silence."""
    if role == "kana":
        return _Bounds(np.maximum(level, 0), 0.0)
    named = SORTS["email"].levels.index("named")
    limits = level.copy()
    limits[1:named] = np.maximum(level[1:named], 0)
    limits[named + 1 : -1] = np.maximum(level[named + 1 : -1], level[named])
    return _Bounds(limits, float(level[named]))


class Table:
    """One field: the weights of its levels, and the shares of its frequent values by number.

    The last weight is 0 bits for level -1, which says nothing.
    """

    def __init__(self, fields: FieldWeights) -> None:
        self.level = np.append(level_weights(fields), 0.0)
        self.household = household_weights(fields)
        if len(self.household):
            self.household = np.append(self.household, 0.0)
        self.alone = self.beside_names = _Bounds(self.level)
        if _compared(fields.role).group == "place":  # another part may speak for it
            self.alone = self.beside_names = _Bounds(np.maximum(self.level, 0), 0.0)
        elif fields.role in SETTLED:
            self.beside_names = _settled(fields.role, self.level)
        self._most, self._rare = fields.m[-1], fields.rare
        numbers = np.array([int(digest, 16) for digest in fields.frequent], np.uint64)
        order = np.argsort(numbers)
        self._numbers = numbers[order]
        self._shares = np.array(list(fields.frequent.values()), np.float64)[order]

    @cached_property
    def _share(self) -> dict[int, float]:
        return dict(zip(self._numbers.tolist(), self._shares.tolist(), strict=True))

    def equal_of(self, numbers: Sequence[int]) -> Numbers:
        """Return what agreeing on a few values says, given by their numbers."""
        shares = np.array([self._share.get(number, self._rare) for number in numbers])
        weights: Numbers = np.log2(self._most / shares)
        return weights

    def equal(self, texts: Texts) -> Numbers:
        """Return for each value what agreeing on it says: the rarer, the more."""
        shares = np.full(len(texts.values), self._rare)
        if len(self._numbers):
            at = np.searchsorted(self._numbers, texts.whole)
            at = np.minimum(at, len(self._numbers) - 1)
            found = self._numbers[at] == texts.whole
            shares[found] = self._shares[at[found]]
        weights: Numbers = np.log2(self._most / shares)
        return weights
