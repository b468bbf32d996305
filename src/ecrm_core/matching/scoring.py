"""Scoring: from levels to weights of pairs, the same for a fit, a batch and one record."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.matching.agreement import NAMES, Agreement
from ecrm_core.matching.arrays import Codes, Flags, Levels, Numbers, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.model import Model
from ecrm_core.matching.texts import number_of
from ecrm_core.matching.weights import Table, Tables, combined

__all__ = ["Scored", "Scorer", "joined"]

_SLACK = 0.01  # bits: bounds are kept in single precision
_FEW = 1_000  # pairs up to which telling their ceilings costs more than it spares
_SOME = 64  # values up to which each is looked up for itself
_CHUNK = 1 << 17  # pairs scored at once
# What costs little to compare is compared first: it spares the rest for most pairs.
_CHEAP = ("category", "date", "code", "given", "name", "street", "full", "text", "title", "email")


@frozen(eq=False, kw_only=True, repr=False)
class Scored:
    """Pairs of rows with their weights in bits and the levels of their fields."""

    left: Pairs64
    right: Pairs64
    weight: Numbers
    level: Levels

    def kept(self, which: Flags | Pairs64) -> Scored:
        """Return those of the pairs."""
        return Scored(left=self.left[which], right=self.right[which], weight=self.weight[which],
                      level=self.level[which])  # fmt: skip


def joined(parts: Sequence[Scored]) -> Scored:
    """Return the pairs of all parts, one after the other."""
    return Scored(
        left=np.concatenate([part.left for part in parts]),
        right=np.concatenate([part.right for part in parts]),
        weight=np.concatenate([part.weight for part in parts]),
        level=np.concatenate([part.level for part in parts]),
    )


class Scorer:
    """A model bound to the features of a table: weights of any of its pairs."""

    def __init__(
        self,
        model: Model,
        features: Sequence[Feature],
        agreement: Agreement | None = None,
        tables: Tables | None = None,
    ) -> None:
        """Look up the shares of all values once; fields the model does not know say nothing.

        ``tables`` are those of the model, where they are at hand. Raises DefinitionError when the
        model and the features have no field in common, or a field was learnt with other levels.
        """
        tables = tables or Tables(model)
        known = [(feature, tables.of(feature)) for feature in features]
        pairs = [(feature, table) for feature, table in known if table is not None]
        if features and not pairs:
            message = "the model knows none of the fields of this table"
            raise DefinitionError(message, code="model_fields")
        _check_levels(pairs)
        self.model = model
        self.features = tuple(feature for feature, _ in pairs)
        whole = agreement is not None and len(pairs) == len(features)
        self.agreement = agreement if agreement and whole else Agreement(self.features)
        self.roles = tuple(feature.role for feature in self.features)
        self._tables = [table.level for _, table in pairs]
        self._households = [table.household for _, table in pairs]
        self._of_values = [(table, feature.texts) for feature, table in pairs]
        self._equal: dict[int, Numbers] = {}  # made when first asked for
        self._some: dict[int, dict[int, float]] = {}
        order = sorted(range(len(pairs)), key=lambda at: _CHEAP.index(self._sort(at)))
        self._order = order
        named = any(role in NAMES for role in self.roles)
        self._bounds = [table.beside_names if named else table.alone for _, table in pairs]

    def _sort(self, at: int) -> str:
        sort = self.features[at].compared.sort
        return sort if sort in _CHEAP else _CHEAP[-2]

    def weights(self, left: Pairs64, right: Pairs64) -> Numbers:
        """Return the weight of each pair in bits, the prior included: 0 is even odds."""
        parts = [slice(at, at + _CHUNK) for at in range(0, len(left), _CHUNK)]
        found = [self.score(self.agreement.levels(left[p], right[p]), left[p], right[p])
                 for p in parts]  # fmt: skip
        return np.concatenate(found) if found else np.zeros(0)

    def scored(self, left: Pairs64, right: Pairs64, *, floor: float) -> Scored:
        """Return the pairs whose weight reaches ``floor`` (bits), with weights and levels.

        A pair is given up as soon as what is left to compare cannot lift it there.
        """
        parts = [slice(at, at + _CHUNK) for at in range(0, len(left), _CHUNK)]
        found = [self._part(left[part], right[part], floor) for part in parts]
        none = Scored(left=left[:0], right=right[:0], weight=np.zeros(0),
                      level=np.zeros((0, len(self.features)), np.int8))  # fmt: skip
        return joined(found or [none])

    def _part(self, left: Pairs64, right: Pairs64, floor: float) -> Scored:
        level = self.agreement.equals(left, right)
        ask = len(left) > _FEW
        total = self._most_of(level, left, right, ask=ask)
        for at in (None, *self._order):
            if at is not None:
                asked = (level[:, at] == 0).nonzero()[0]
                if not len(asked):
                    continue
                found = self.agreement.unlike(at, left[asked], right[asked])
                level[asked, at] = found
                total[asked] += self._bounds[at].limits[found]
                total[asked] -= self._unlike(at, left[asked], right[asked], ask=ask)
            alive = (total >= floor - _SLACK).nonzero()[0]
            if len(alive) < 0.9 * len(left):
                left, right, total = left[alive], right[alive], total[alive]
                level = np.asfortranarray(level[alive])
        self.agreement.settle(level, left, right)
        weight = self.score(level, left, right)
        held = Scored(left=left, right=right, weight=weight, level=level)
        return held.kept(weight >= floor)

    def _equals(self, at: int) -> Numbers:
        """Return for each value of a feature what agreeing on it says."""
        if at not in self._equal:
            table, texts = self._of_values[at]
            self._equal[at] = table.equal(texts)
        return self._equal[at]

    def _equal_of(self, at: int, codes: Codes) -> Numbers:
        """Return what agreeing on these values says; of few, the others are not looked up."""
        if at in self._equal or len(codes) > _SOME:
            return self._equals(at)[codes]
        known = self._some.setdefault(at, {})
        wanted = codes.tolist()
        if new := [code for code in dict.fromkeys(wanted) if code not in known]:
            table, texts = self._of_values[at]
            found = table.equal_of([number_of(texts.values[code]) for code in new])
            known.update(zip(new, found.tolist(), strict=True))
        return np.array([known[code] for code in wanted])

    def _unlike(self, at: int, left: Pairs64, right: Pairs64, *, ask: bool) -> Numbers | float:
        """Return what values that differ may say at most, before they are compared."""
        best = self.agreement.ceiling(at, left, right) if ask else None
        return self._bounds[at].highest if best is None else self._bounds[at].ceilings[best]

    def _most_of(self, level: Levels, left: Pairs64, right: Pairs64, *, ask: bool) -> Numbers:
        """Return what pairs may weigh at most, where values still have to be compared."""
        total: Numbers = np.full(len(left), self.model.prior, np.float32)
        for at, feature in enumerate(self.features):
            top, bounds = len(self._tables[at]) - 2, self._bounds[at]
            total += bounds.first[level[:, at]]
            if ask:
                unlike = np.flatnonzero(level[:, at] == 0)
                best = self._unlike(at, left[unlike], right[unlike], ask=ask)
                total[unlike] += best - bounds.highest
            same = (level[:, at] == top).nonzero()[0]
            if not len(same):
                continue
            if feature.codes.shape[1] > 1:
                total[same] += np.float32(self._equals(at).max(initial=bounds.least))
            else:
                equal = self._equal_of(at, feature.first[left[same]])
                total[same] += np.maximum(equal, bounds.least).astype(np.float32)
        return total

    def score(self, level: Levels, left: Pairs64, right: Pairs64) -> Numbers:
        """Return the weights of pairs whose levels are known."""
        evidence = self.evidence(level, left, right)
        household = self.household(level, evidence)
        return combined(self.roles, evidence, household, self.model)

    def evidence(self, level: Levels, left: Pairs64, right: Pairs64) -> Numbers:
        """Return what each field says about each pair, in bits; 0 where it says nothing."""
        evidence = np.zeros(level.shape)
        for at, feature in enumerate(self.features):
            table = self._tables[at]
            evidence[:, at] = table[level[:, at]]  # -1 is the last: 0 bits
            same = np.flatnonzero(level[:, at] == len(table) - 2)
            if len(same):
                evidence[same, at] = self._agreed(at, feature, left[same], right[same])
        return evidence

    def told(self, at: int, level: int) -> float:
        """Return what a level of a field says, in bits; equal values being as rare as any here."""
        table = self._tables[at]
        if level < len(table) - 2:
            return float(table[level])
        equal = self._equals(at)
        return float(equal.max()) if len(equal) else float(table[level])

    def household(self, level: Levels, evidence: Numbers) -> Numbers:
        """Return what each field says for two people of one household, in bits."""
        found = np.zeros(level.shape)
        for at, shift in enumerate(self._households):
            if len(shift):
                found[:, at] = evidence[:, at] + shift[level[:, at]]
        return found

    def _agreed(self, at: int, feature: Feature, left: Pairs64, right: Pairs64) -> Numbers:
        if feature.codes.shape[1] == 1:
            return self._equal_of(at, feature.first[left])
        equal = self._equals(at)
        best = np.full(len(left), -np.inf)
        for one in feature.codes.T:
            for two in feature.codes.T:
                shared = (one[left] == two[right]) & (one[left] >= 0)
                best = np.where(shared, np.maximum(best, equal[one[left]]), best)
        return best


def _check_levels(pairs: Sequence[tuple[Feature, Table]]) -> None:
    for feature, table in pairs:
        found, wanted = len(table.level) - 1, len(feature.sort.levels)
        if found != wanted:
            message = f"the model has {found} levels for {feature.name[:80]!r}, expected {wanted}"
            raise DefinitionError(message, code="model_fields")
