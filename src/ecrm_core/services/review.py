"""Review: the queue of cards in the order of their value, taken under a lease and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from attrs import field, frozen

from ecrm_core.customers import HOMES
from ecrm_core.errors import DefinitionError, MissingError
from ecrm_core.kernel import ChangeSet, CustomerId, Stored, gate_text
from ecrm_core.merging import (
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    Proposal,
    ReviewLease,
    Standing,
    Void,
    Zone,
    decide_lease,
    decide_return,
    standing,
    zone_of,
)
from ecrm_core.ports import Cursor, Store, read_judgements
from ecrm_core.services.matching import judged_of

__all__ = [
    "Queued",
    "ReviewCounts",
    "Walk",
    "card_of",
    "count_review",
    "prepare_release_review",
    "prepare_review",
    "read_standings",
]

_PAGE = 100


@frozen(kw_only=True)
class Queued:
    """A card in the queue: its proposals as they stand, and who holds it, if anybody does."""

    card: CustomerId
    standings: tuple[Standing, ...]
    lease: ReviewLease | None = None
    postponed: bool = False

    @property
    def open(self) -> tuple[Standing, ...]:
        """The proposals that still ask."""
        return tuple(each for each in self.standings if each.void is None)

    @property
    def zone(self) -> Zone:
        """The zone of the least sure of them."""
        return zone_of(self.open)

    @property
    def best(self) -> Standing:
        """The proposal the card is placed by: of those of its zone, the first of the queue."""
        zone = self.zone
        own = [each for each in self.open if each.proposal.zone is zone]
        return min(own, key=lambda each: (each.proposal.rank, each.proposal.id))
