"""Nearest: one record against candidates, scored by the same code as a whole table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from attrs import frozen

from ecrm_core.customers import Profile, SourceRecord
from ecrm_core.kernel import CustomerId, Reason
from ecrm_core.matching.comparison import Comparison, by_role
from ecrm_core.matching.explain import reasons_of
from ecrm_core.matching.features import features_of
from ecrm_core.matching.model import Model, default_model
from ecrm_core.matching.people import people_columns
from ecrm_core.matching.scoring import Scorer
from ecrm_core.matching.weights import probability

__all__ = ["Match", "best_matches"]


@frozen(kw_only=True)
class Match:
    """A customer that may be the one asked about: weight in bits, probability (0 to 1), reasons.

    ``likely`` tells that the model takes the two for one. It proposes; nothing is joined by it.
    """

    customer: CustomerId
    weight: float
    probability: float
    likely: bool
    reasons: tuple[Reason, ...] = ()

    def __str__(self) -> str:
        """Show the id, the probability and the reasons."""
        return f"{self.customer}  {self.probability:.3f}  {'; '.join(map(str, self.reasons))}"


def best_matches(
    one: SourceRecord | Profile,
    others: Sequence[Profile],
    *,
    model: Model | None = None,
    limit: int = 10,
    comparisons: Iterable[Comparison] = (),
) -> tuple[Match, ...]:
    """Return the profiles likeliest to be this one, from the model's ``review`` cut on.

    Without a model the weights of the table of roles are used. Ties are broken by id.
    ``comparisons`` are those of custom fields; PluginError for one that fails.
    """
    if not others:
        return ()
    own = by_role(comparisons)
    columns, fields, _ = people_columns([one, *others], own)
    features = features_of(columns, fields, own)
    named = [(feature.name, feature.role) for feature in features]
    model = model or default_model(named, comparisons=own.values())
    scorer = Scorer(model, features)
    right = np.arange(1, len(others) + 1, dtype=np.int64)
    left = np.zeros_like(right)
    level = scorer.agreement.levels(left, right)
    bits = scorer.evidence(level, left, right)
    weight = scorer.score(level, left, right)
    likely = probability(weight).tolist()
    found = [
        Match(
            customer=other.id, weight=float(weight[at]), probability=likely[at],
            likely=likely[at] >= model.link,
            reasons=reasons_of(scorer.features, level[at].tolist(), bits[at].tolist()),
        )
        for at, other in enumerate(others)
        if likely[at] >= model.review
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda match: (-match.weight, match.customer))[:limit])
