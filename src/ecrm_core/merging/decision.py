"""Decision: what a reviewer decided about a card, kept so that it can be taken back whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

from attrs import field, frozen

from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Drop,
    Index,
    Json,
    Key,
    Kind,
    Put,
    recency_text,
)
from ecrm_core.matching import Judgement
from ecrm_core.merging.proposal import Proposal

__all__ = [
    "REVIEW_DECISIONS",
    "REVIEW_PAUSE",
    "CardVerdict",
    "ReviewDecision",
    "RuledPair",
]

REVIEW_PAUSE: Final = timedelta(days=7)
"""How long a card stands behind all others after somebody was unsure of it."""


class CardVerdict(Enum):
    """What was decided about a card: one person, several, some of each, or not to be told."""

    SAME = "same"
    DIFFERENT = "different"
    PARTED = "parted"
    UNSURE = "unsure"


@frozen(kw_only=True)
class RuledPair:
    """One judgement of a decision, and the one that stood in its place before, if any did."""

    judgement: str
    left: CustomerId
    right: CustomerId
    before: str | None = None


@frozen(kw_only=True)
class ReviewDecision:
    """One decision: who, when, which card, and all that it wrote or dropped.

    ``edges`` and ``corrections`` are ids; ``proposals`` the rows that it answered. It changes only
    when it is undone.
    """

    id: str
    card: str
    verdict: CardVerdict
    by: str
    at: datetime
    reason: str | None = field(default=None, repr=False)
    edges: tuple[str, ...] = ()
    corrections: tuple[str, ...] = ()
    ruled: tuple[RuledPair, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    undone_at: datetime | None = None
    undone_by: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it has not been undone."""
        return self.undone_at is None

    @property
    def recency(self) -> str:
        """Text that sorts the newest first."""
        return recency_text(self.at)

    def postpones(self, now: datetime) -> bool:
        """Tell whether its card stands behind all others, for somebody was unsure of it lately."""
        return self.stands and self.verdict is CardVerdict.UNSURE and now - self.at < REVIEW_PAUSE


REVIEW_DECISIONS: Final = Kind(
    name="review_decision",
    of=ReviewDecision,
    key=("id",),
    indexes=(
        Index("by_card", ("card",)),
        Index("by_reviewer", ("by", "recency")),
        Index("by_time", ("recency",)),
    ),
    owner="merging",
)
"""The rows of decisions, found by card, and by reviewer or for all, newest first."""


def last_said(
    judgements: Iterable[Judgement], roots: Mapping[CustomerId, CustomerId]
) -> Mapping[tuple[str, str], Judgement]:
    """Return the last judgement, unsure or not, on each two roots, the lower one first."""
    last: dict[tuple[str, str], Judgement] = {}
    for said in sorted(judgements, key=lambda said: (said.at, said.id)):
        ends = {roots.get(CustomerId(id_), CustomerId(id_)) for id_ in (said.left, said.right)}
        if len(ends) == 2:
            left, right = sorted(ends)
            last[left, right] = said
    return last


def stacked(sets: Iterable[ChangeSet], *, result: Mapping[str, Json]) -> ChangeSet:
    """Return decisions made one upon the other as one: of a row, the last that was done counts."""
    rows: dict[tuple[str, Key], Put | Drop] = {}
    parts = tuple(sets)
    for part in parts:
        done: tuple[Put | Drop, ...] = (*part.drops, *part.puts)
        rows |= {(row.kind.name, row.key): row for row in done}
    return ChangeSet(
        puts=tuple(row for row in rows.values() if isinstance(row, Put)),
        drops=tuple(row for row in rows.values() if isinstance(row, Drop)),
        expects=tuple(dict.fromkeys(e for part in parts for e in part.expects)),
        emits=tuple(emit for part in parts for emit in part.emits),
        result=result,
        reasons=tuple(reason for part in parts for reason in part.reasons),
        fields=frozenset().union(*(part.fields for part in parts)),
    )
