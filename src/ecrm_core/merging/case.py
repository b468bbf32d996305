"""Case: a card of the review queue with all that a decision on it needs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from attrs import field, frozen

from ecrm_core.customers import Group, SurvivorshipPolicy, ids_of
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Bond, Judgement
from ecrm_core.merging.blockers import Blocker, find_blockers
from ecrm_core.merging.blocks import Two, two
from ecrm_core.merging.decision import last_said
from ecrm_core.merging.edge import MergeEdge
from ecrm_core.merging.hold import LegalHold
from ecrm_core.merging.queued import QueuedCard
from ecrm_core.merging.value import Holdings

__all__ = ["Case", "winner_of"]


@frozen(kw_only=True)
class Case:
    """A card, its customers by root, and what is known of them; the groups are read first.

    ``edges`` are those in which one of them lost, ``judgements`` and ``holds`` all about their
    homes; ``apart`` are two of them that were judged different, by way of others too. ``around``,
    ``merged`` and ``roots`` are what stands around them, as for ``contradictions``.
    """

    queued: QueuedCard
    groups: Mapping[CustomerId, Group]
    holdings: Mapping[CustomerId, Holdings] = field(factory=dict)
    edges: Sequence[MergeEdge] = ()
    judgements: Sequence[Judgement] = ()
    holds: Sequence[LegalHold] = ()
    apart: Collection[Two] = ()
    around: Sequence[Judgement] = ()
    merged: Sequence[Bond] = ()
    roots: Mapping[str, str] = field(factory=dict)

    @property
    def last(self) -> Mapping[tuple[str, str], Judgement]:
        """What was said last of each two roots."""
        homes = {home.id: root for root, group in self.groups.items() for home in group.homes}
        return last_said(self.judgements, homes)

    def holds_on(self, ids: Collection[CustomerId]) -> tuple[LegalHold, ...]:
        """Return the legal holds on customers of these roots."""
        homes = {home for id_ in ids for home in ids_of(self.groups[id_])}
        return tuple(hold for hold in self.holds if hold.customer in homes)

    def held_apart(self, ids: Collection[CustomerId], other: CustomerId) -> bool:
        """Tell whether one of these was judged different from another."""
        return any(two(id_, other) in self.apart for id_ in ids)

    def blockers(
        self, one: CustomerId, other: CustomerId, *, policy: SurvivorshipPolicy
    ) -> tuple[Blocker, ...]:
        """Return what speaks against merging two of its customers."""
        return find_blockers(
            self.groups[one], self.groups[other], policy=policy,
            protected=self.held_apart([one], other), holds=self.holds_on([one, other]),
        )  # fmt: skip


def winner_of(customers: Collection[CustomerId], case: Case) -> CustomerId:
    """Return under whose id these customers go on when nobody says: whoever has the most history.

    Compared are orders, running subscriptions, interactions and records, then who was known first;
    ties by id.
    """

    def rank(id_: CustomerId) -> tuple[object, ...]:
        held, group = case.holdings.get(id_, Holdings()), case.groups[id_]
        known = [cell.received_at for r in group.records.values() for cell in r.cells.values()]
        counts = (held.orders, held.subscriptions, held.interactions, len(group.records))
        return (*(-count for count in counts), not known, min(known, default=None), id_)

    return min(customers, key=rank)
