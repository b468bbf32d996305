"""Queued: a card of the review queue: proposals that belong together, as they stand now."""

from __future__ import annotations

from datetime import datetime

from attrs import frozen

from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.merging.decision import ReviewDecision
from ecrm_core.merging.lease import ReviewLease
from ecrm_core.merging.proposal import Proposal, Zone
from ecrm_core.merging.proposed import ProposedPair

__all__ = ["QueuedCard"]


@frozen(kw_only=True)
class QueuedCard:
    """A card: its proposals as they stand, who holds it, and what was decided about it before.

    ``id`` is the ``group`` of the proposals.
    """

    id: str
    pairs: tuple[ProposedPair, ...]
    lease: Stored[ReviewLease] | None = None
    decisions: tuple[ReviewDecision, ...] = ()

    @property
    def open(self) -> tuple[ProposedPair, ...]:
        """The proposals that still ask, the first of the queue first."""
        found = [each for each in self.pairs if each.void is None]
        return tuple(sorted(found, key=lambda each: (each.proposal.rank, each.proposal.id)))

    @property
    def zone(self) -> Zone:
        """The zone of the least sure of them."""
        return max((each.proposal.zone for each in self.open), key=list(Zone).index)

    @property
    def best(self) -> Proposal:
        """The proposal the card is placed by: of those in its zone, the first of the queue."""
        zone = self.zone
        return next(each.proposal for each in self.open if each.proposal.zone is zone)

    @property
    def customers(self) -> tuple[CustomerId, ...]:
        """The roots that open proposals are about, in order."""
        return tuple(sorted({id_ for each in self.open for id_ in each.ends}))

    def held_by_other(self, by: str | None, now: datetime) -> bool:
        """Tell whether somebody else holds it now."""
        if self.lease is None:
            return False
        return self.lease.value.reviewer != by and now < self.lease.value.until

    def postponed(self, now: datetime) -> bool:
        """Tell whether it stands behind all others, for somebody was unsure of it lately."""
        return any(decision.postpones(now) for decision in self.decisions)
