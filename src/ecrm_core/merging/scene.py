"""Scene: units that hang together, what the model says of them, and what people said and did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Model
from ecrm_core.merging.blocks import Two
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import MergeEdge
from ecrm_core.merging.proposal import Zone
from ecrm_core.merging.unit import Unit

__all__ = ["Scene", "Weighed", "surest"]


@frozen(kw_only=True)
class Weighed:
    """Two units and what speaks for them: weight in bits and probability, or the proof of a claim.

    ``cluster`` is the least unit of the cluster both are in, if they are; ``same`` tells that a
    person judged them the same, ``ambiguous`` that the claim fits others as well.
    """

    pair: Two
    weight: float | None = None
    probability: float | None = None
    cluster: CustomerId | None = None
    same: bool = False
    proof: Proof | None = None
    ambiguous: bool = False

    def zone(self, model: Model) -> Zone:
        """Return how sure the model is; whom a person judged the same is certain."""
        if self.same:
            return Zone.CERTAIN
        if self.cluster is None:
            return Zone.REVIEW
        sure = self.probability is not None and self.probability >= model.certain
        return Zone.CERTAIN if sure else Zone.LIKELY


def surest(weighed: Weighed) -> tuple[bool, float, int, Two]:
    """Return what weighed pairs are sorted by, so that the surest come first."""
    bits = float("-inf") if weighed.weight is None else weighed.weight
    proof = -1 if weighed.proof is None else weighed.proof.strength
    return (not weighed.same, -bits, -proof, weighed.pair)


@frozen(kw_only=True)
class Scene:
    """All that a run looks at when it decides on some units.

    ``clusters`` are the units of each cluster, by its least; ``walls`` all pairs of units that
    judgements hold apart (``walls_of``); ``edges`` all merges that touch their homes.
    """

    units: Mapping[CustomerId, Unit]
    weighed: Sequence[Weighed] = ()
    clusters: Mapping[CustomerId, Sequence[CustomerId]] = field(factory=dict)
    walls: frozenset[Two] = frozenset()
    edges: Sequence[MergeEdge] = ()

    @property
    def unit_of(self) -> Mapping[CustomerId, CustomerId]:
        """The unit of every home."""
        return {home: unit.id for unit in self.units.values() for home in unit.homes}
