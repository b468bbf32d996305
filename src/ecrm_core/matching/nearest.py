"""Nearest: one record against candidates, scored by the same code as a whole table."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from attrs import frozen

from ecrm_core.customers import Profile, SourceRecord
from ecrm_core.kernel import CustomerId, Reason
from ecrm_core.matching.comparison import Comparison
from ecrm_core.matching.explain import JUDGED
from ecrm_core.matching.judgement import RULED
from ecrm_core.matching.linker import Linker
from ecrm_core.matching.model import Model

__all__ = ["Match", "best_matches", "matches_among"]


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
    return matches_among(Linker(model, comparisons), one, others, limit=limit) if others else ()


def matches_among(
    linker: Linker,
    one: SourceRecord | Profile,
    others: Sequence[Profile],
    *,
    limit: int,
    same: Collection[str] = (),
) -> tuple[Match, ...]:
    """Return what ``best_matches`` does, by a model that is bound already.

    ``same`` are ids of those judged the same as the one: of the others they come first.
    """
    first = [_ruled(linker, other.id) for other in others if other.id in same][:limit]
    others, limit = [other for other in others if other.id not in same], limit - len(first)
    if not limit or not others:
        return tuple(first)
    people = [linker.read(person) for person in (one, *others)]
    weights = linker.weights(people, [(0, at) for at in range(1, len(people))])
    found = sorted(weights, key=lambda pair: (-weights[pair], others[pair[1] - 1].id))[:limit]
    return tuple(first) + tuple(
        Match(
            customer=others[pair[1] - 1].id, weight=weights[pair],
            probability=linker.probability(weights[pair]),
            likely=weights[pair] >= linker.link_bits,
            reasons=linker.reasons(people[0], people[pair[1]]),
        )
        for pair in found
    )  # fmt: skip


def _ruled(linker: Linker, id_: CustomerId) -> Match:
    likely = linker.probability(RULED)
    return Match(customer=id_, weight=RULED, probability=likely, likely=True, reasons=(JUDGED,))
