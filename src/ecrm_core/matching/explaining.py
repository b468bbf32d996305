"""Explaining: how the evidence on two rows came about, and what would turn the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ecrm_core.customers import Profile
from ecrm_core.matching.arrays import Levels, Numbers, Pairs64
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.explain import Explanation, FieldEvidence
from ecrm_core.matching.features import Feature, features_of
from ecrm_core.matching.model import Model, default_model
from ecrm_core.matching.people import people_columns
from ecrm_core.matching.rules import rules_between
from ecrm_core.matching.scoring import Scorer
from ecrm_core.matching.weights import combined, probability

__all__ = ["between_groups", "explain_two", "explained"]

_PAIR = np.zeros(1, np.int64), np.ones(1, np.int64)
_MOST = 30  # rows of a group whose pairs are weighed


def of_rows(features: Sequence[Feature], rows: Sequence[int]) -> tuple[Feature, ...]:
    """Return the features of a few rows, as small as they are."""
    at = np.array(rows, np.int64)
    return tuple(feature.taken(at).compact() for feature in features)


def explained(model: Model, features: Sequence[Feature], one: int, two: int) -> Explanation:
    """Return what each field says about two rows of a table."""
    pair = of_rows(features, (one, two))
    scorer = Scorer(model, pair)
    level = scorer.agreement.levels(*_PAIR)
    evidence = scorer.evidence(level, *_PAIR)
    weight = scorer.score(level, *_PAIR)
    said = zip(scorer.features, level[0].tolist(), evidence[0].tolist(), strict=True)
    return Explanation(
        weight=float(weight[0]), probability=float(probability(weight)[0]), prior=model.prior,
        fields=tuple(_evidence(feature, held, bits) for feature, held, bits in said),
        rules=tuple(" + ".join(rule) for rule in rules_between(pair)),
        turning=_turning(scorer, level, evidence, float(weight[0])),
    )  # fmt: skip


def explain_two(
    one: Profile,
    other: Profile,
    *,
    model: Model | None = None,
    comparisons: Iterable[Comparison] = (),
) -> Explanation:
    """Return what each field says about two customers, by a model (default: the table of roles).

    Raises PluginError for a comparison that fails.
    """
    own = by_role(comparisons)
    columns, fields, _ = people_columns([one, other], own)
    features = features_of(columns, fields, own)
    named = [(feature.name, feature.role) for feature in features]
    return explained(model or default_model(named, comparisons=own.values()), features, 0, 1)


def _turning(scorer: Scorer, level: Levels, evidence: Numbers, weight: float) -> tuple[str, ...]:
    """Return the fields that would turn the verdict alone: equal, or stated and other."""
    link = scorer.model.link
    cut = float(np.log2(link / (1 - link))) if link < 1 else np.inf
    one = weight >= cut
    found = []
    for at, feature in enumerate(scorer.features):
        top = len(feature.sort.levels) - 1
        changed, bits = level.copy(), evidence.copy()
        changed[0, at] = 0 if one else top
        bits[0, at] = scorer.told(at, int(changed[0, at]))
        household = scorer.household(changed, bits)
        turned = float(combined(scorer.roles, bits, household, scorer.model)[0])
        if (turned >= cut) is not one:
            found.append(f"{feature.name}: {feature.sort.levels[int(changed[0, at])]}")
    return tuple(found)


def between_groups(
    model: Model, features: Sequence[Feature], left: Sequence[int], right: Sequence[int]
) -> float:
    """Return the mean weight of the pairs between two groups of rows, in bits.

    Below the cut they are kept apart. Of each group the first 30 rows are asked.
    """
    left, right = left[:_MOST], right[:_MOST]
    scorer = Scorer(model, of_rows(features, [*left, *right]))
    one: Pairs64 = np.repeat(np.arange(len(left)), len(right))
    two: Pairs64 = np.tile(np.arange(len(right)) + len(left), len(left))
    return float(np.clip(scorer.weights(one, two), -15, 15).mean())


def _evidence(feature: Feature, level: int, weight: float) -> FieldEvidence:
    left, right = (
        tuple(feature.values[code] for code in feature.codes[row].tolist() if code >= 0)
        for row in (0, 1)
    )
    return FieldEvidence(
        name=feature.name, role=feature.role, weight=weight, left=left, right=right,
        level=feature.sort.levels[level] if level >= 0 else None,
    )  # fmt: skip
