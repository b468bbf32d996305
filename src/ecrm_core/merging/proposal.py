"""Proposal: two customers that may be one, as the last run found; it waits for a decision.

Proposals are derived: a run writes and drops them. What people decide is a judgement or a merge.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.kernel import CustomerId, Index, Kind, derive_id, member_of
from ecrm_core.merging.claim import Proof

__all__ = ["PROPOSALS", "Proposal", "Zone", "proposal_id"]

_HIGHEST = 10**15


class Zone(Enum):
    """How sure the model is of two: certain, likely (taken for one), or to be reviewed."""

    CERTAIN = "certain"
    LIKELY = "likely"
    REVIEW = "review"

    @classmethod
    def of(cls, text: str | Zone) -> Zone:
        """Return the zone of that name; UnknownName when there is none."""
        return member_of(cls, text)


def proposal_id(tenant: str, left: CustomerId, right: CustomerId) -> str:
    """Return the id of the proposal on two customers, in whichever order."""
    return derive_id("prp", tenant, *sorted((left, right)))


@frozen(kw_only=True)
class Proposal:
    """Two customers, ``left`` below ``right`` by id, and what a run says of them.

    ``probability`` (0 to 1) and ``weight`` (bits) are the model's; None where only a claim of that
    ``proof`` speaks for them. Rows of one ``group`` belong on one card: it is the least customer of
    the person the run would make of them and others, or the proposal's own id. ``value`` is what a
    decision is worth, in thousandths: the queue begins with the most.
    """

    id: str
    left: CustomerId
    right: CustomerId
    zone: Zone
    group: str
    probability: Decimal | None = None
    weight: Decimal | None = None
    proof: Proof | None = None
    value: int = 0
    model: str | None = None
    found_at: datetime

    @property
    def rank(self) -> str:
        """Text whose order is that of the queue."""
        return f"{_HIGHEST - self.value:016d}"


PROPOSALS: Final = Kind(
    name="merge_proposal",
    of=Proposal,
    key=("id",),
    indexes=(
        Index("by_left", ("left",)),
        Index("by_right", ("right",)),
        Index("by_group", ("group",)),
        Index("by_rank", ("rank",)),
        Index("by_zone", ("zone", "rank")),
    ),
    owner="merging",
)
"""The rows of proposals, found by either customer, by group, and in the order of the queue."""
