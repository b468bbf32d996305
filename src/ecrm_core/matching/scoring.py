"""Scoring: from levels to weights of pairs, the same for a fit, a batch and one record.

Evidence is summed, but for what is known to hang together: of the parts of a place the strongest
counts alone, and where given names differ, what a household shares cannot make one person of two.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ecrm_core.errors import DefinitionError
from ecrm_core.matching.agreement import agreement
from ecrm_core.matching.arrays import Flags, Levels, Numbers, Pairs64
from ecrm_core.matching.features import Feature
from ecrm_core.matching.model import FieldWeights, Model, value_digest
from ecrm_core.matching.roles import COMPARED, SORTS, Compared

__all__ = ["Scorer", "combined", "probability"]

_CHUNK = 500_000
_PERSONAL = frozenset({"given_name", "full_name"})
_NAMES = frozenset({"given_name", "family_name", "full_name"})
_EQUAL_MAIL = len(SORTS["email"].levels) - 1
_OWN = Compared(sort="", strangers=1.0)  # a custom field: its evidence stands alone


def probability(weight: Numbers) -> Numbers:
    """Return the probability (0 to 1) of a weight in bits; 0 bits are even odds."""
    held: Numbers = 1 / (1 + np.exp2(-np.clip(weight, -60, 60)))
    return held


def combined(
    roles: Sequence[str], level: Levels, evidence: Numbers, *, prior: float | None = None
) -> Numbers:
    """Return the evidence of all fields together, in bits; without the prior."""
    evidence = _without_derived(roles, level, evidence)
    total = np.zeros(len(evidence))
    shared = np.zeros(len(evidence))  # what a household has in common
    places = [at for at, role in enumerate(roles) if _compared(role).group == "place"]
    if places:
        held = evidence[:, places]
        shared += np.maximum(held, 0).max(axis=1)
        total += np.minimum(held, 0).min(axis=1)
    for at, role in enumerate(roles):
        if at in places:
            continue
        if _compared(role).household:
            shared += np.maximum(evidence[:, at], 0)
            total += np.minimum(evidence[:, at], 0)
        else:
            total += evidence[:, at]
    if prior is not None:
        strangers = _strangers(roles, level)
        shared[strangers] = np.minimum(shared[strangers], max(-prior, 0.0))
    return total + shared


def _compared(role: str) -> Compared:
    return COMPARED.get(role, _OWN)


def _without_derived(roles: Sequence[str], level: Levels, evidence: Numbers) -> Numbers:
    """Take no likeness of e-mail addresses for evidence where the names are alike: it follows."""
    mails = [at for at, role in enumerate(roles) if role == "email"]
    names = [at for at, role in enumerate(roles) if role in _NAMES]
    if not mails or not names:
        return evidence
    alike = (level[:, names] > 0).any(axis=1)
    evidence = evidence.copy()
    for at in mails:
        derived = alike & (level[:, at] < _EQUAL_MAIL)
        evidence[derived, at] = np.minimum(evidence[derived, at], 0)
    return evidence


def _strangers(roles: Sequence[str], level: Levels) -> Flags:
    """Return the pairs whose given (or whole) names are stated and differ."""
    columns = [level[:, at] == 0 for at, role in enumerate(roles) if role in _PERSONAL]
    return np.logical_or.reduce(columns) if columns else np.zeros(len(level), np.bool_)


class Scorer:
    """A model bound to the features of a table: weights of any of its pairs."""

    def __init__(self, model: Model, features: Sequence[Feature]) -> None:
        """Look up the shares of all values once; fields the model does not know say nothing.

        Raises DefinitionError when the model and the features have no field in common, or a field
        was learnt with other levels.
        """
        held = {(fields.name, fields.role): fields for fields in model.fields}
        by_role = {fields.role: fields for fields in reversed(model.fields)}
        known = [(f, held.get((f.name, f.role)) or by_role.get(f.role)) for f in features]
        pairs = [(feature, fields) for feature, fields in known if fields is not None]
        if features and not pairs:
            message = "the model knows none of the fields of this table"
            raise DefinitionError(message, code="model_fields")
        _check_levels(pairs)
        self.model = model
        self.features = tuple(feature for feature, _ in pairs)
        self.roles = tuple(feature.role for feature in self.features)
        self._tables = [level_weights(fields) for _, fields in pairs]
        self._equal = [_equal_weights(feature, fields) for feature, fields in pairs]

    def weights(self, left: Pairs64, right: Pairs64, level: Levels | None = None) -> Numbers:
        """Return the weight of each pair in bits, the prior included: 0 is even odds.

        ``level`` spares comparing pairs whose levels are known.
        """
        weight = np.empty(len(left))
        for at in range(0, len(left), _CHUNK):  # evidence takes eight bytes a field and pair
            part = slice(at, at + _CHUNK)
            one, two = left[part], right[part]
            known = agreement(self.features, one, two) if level is None else level[part]
            weight[part] = self.score(known, one, two)
        return weight

    def score(self, level: Levels, left: Pairs64, right: Pairs64) -> Numbers:
        """Return the weights of pairs whose levels are known."""
        evidence = self.evidence(level, left, right)
        prior = self.model.prior
        return combined(self.roles, level, evidence, prior=prior) + prior

    def evidence(self, level: Levels, left: Pairs64, right: Pairs64) -> Numbers:
        """Return what each field says about each pair, in bits; 0 where it says nothing."""
        evidence = np.zeros(level.shape)
        for at, feature in enumerate(self.features):
            table = self._tables[at]
            evidence[:, at] = np.append(table, 0.0)[level[:, at]]  # -1 is the last: 0 bits
            same = np.flatnonzero(level[:, at] == len(table) - 1)
            evidence[same, at] = self._agreed(at, feature, left[same], right[same])
        return evidence

    def _agreed(self, at: int, feature: Feature, left: Pairs64, right: Pairs64) -> Numbers:
        best = np.full(len(left), -np.inf)
        for one in feature.codes.T:
            for two in feature.codes.T:
                shared = (one[left] == two[right]) & (one[left] >= 0)
                best = np.where(shared, np.maximum(best, self._equal[at][one[left]]), best)
        return best


def _check_levels(pairs: Sequence[tuple[Feature, FieldWeights]]) -> None:
    for feature, fields in pairs:
        found, wanted = len(fields.m), len(feature.sort.levels)
        if found != wanted:
            message = f"the model has {found} levels for {feature.name[:80]!r}, expected {wanted}"
            raise DefinitionError(message, code="model_fields")


def level_weights(fields: FieldWeights) -> Numbers:
    """Return the weight of each level of a field, in bits."""
    held: Numbers = np.log2(np.array(fields.m) / np.array(fields.u))
    return held


def _equal_weights(feature: Feature, fields: FieldWeights) -> Numbers:
    """Return for each value what agreeing on it says: the rarer, the more."""
    get, rare = fields.frequent.get, fields.rare
    if fields.frequent:
        shares = np.array([get(value_digest(value), rare) for value in feature.values])
    else:
        shares = np.full(len(feature.values), rare)
    held: Numbers = np.log2(fields.m[-1] / shares)
    return held
