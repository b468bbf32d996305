"""Review: which proposals still stand, and leases, so that two reviewers do not collide."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Final

from attrs import frozen

from ecrm_core.errors import RefusedError
from ecrm_core.kernel import (
    ABSENT,
    ChangeSet,
    CustomerId,
    Drop,
    Expect,
    Index,
    Kind,
    Put,
    Stored,
    gate_text,
    instant_text,
)
from ecrm_core.matching import Judgement, JudgementVerdict
from ecrm_core.merging.decision import last_said
from ecrm_core.merging.proposal import Proposal

__all__ = [
    "REVIEW_LEASES",
    "ReviewLease",
    "Standing",
    "Void",
    "decide_lease",
    "decide_return",
    "expect_lease",
    "standings",
]


@frozen(kw_only=True)
class ReviewLease:
    """A card that one reviewer holds until an instant; afterwards anybody may take it.

    ``card`` is the ``group`` of the card's proposals.
    """

    card: str
    reviewer: str
    until: datetime


REVIEW_LEASES: Final = Kind(
    name="review_lease",
    of=ReviewLease,
    key=("card",),
    indexes=(Index("by_reviewer", ("reviewer", "until")),),
    owner="merging",
)
"""The rows of leases, one a card, found by reviewer."""


class Void(Enum):
    """Why a proposal asks nobody any more, although the run that drops it is still to come."""

    GONE = "gone"
    MERGED = "merged"
    DIFFERENT = "different"


@frozen(kw_only=True)
class Standing:
    """A proposal as it stands now: about two roots, and void if a decision was made meanwhile.

    ``judged`` is what somebody said of the two last, if it is not unsure.
    """

    proposal: Proposal
    left: CustomerId
    right: CustomerId
    judged: JudgementVerdict | None = None
    void: Void | None = None

    @property
    def pair(self) -> tuple[CustomerId, CustomerId]:
        """The two roots, the lower first."""
        return (self.left, self.right) if self.left < self.right else (self.right, self.left)


def standings(
    proposals: Iterable[Proposal],
    roots: Mapping[CustomerId, CustomerId],
    judgements: Iterable[Judgement],
) -> tuple[Standing, ...]:
    """Return how proposals stand: ``roots`` of all homes of their customers, what was said of them.

    Customers that ``roots`` does not know are gone.
    """
    last = last_said(judgements, roots)
    return tuple(_standing(held, roots, last) for held in proposals)


def _standing(
    held: Proposal,
    roots: Mapping[CustomerId, CustomerId],
    last: Mapping[tuple[str, str], Judgement],
) -> Standing:
    left, right = roots.get(held.left), roots.get(held.right)
    if left is None or right is None:
        return Standing(proposal=held, left=held.left, right=held.right, void=Void.GONE)
    if left == right:
        return Standing(proposal=held, left=left, right=right, void=Void.MERGED)
    said = last.get((min(left, right), max(left, right)))
    verdict = said.verdict if said and said.verdict is not JudgementVerdict.UNSURE else None
    void = Void.DIFFERENT if verdict is JudgementVerdict.DIFFERENT else None
    return Standing(proposal=held, left=left, right=right, judged=verdict, void=void)


def decide_lease(
    cards: Sequence[str],
    leases: Mapping[str, Stored[ReviewLease]],
    *,
    by: str,
    until: datetime,
    now: datetime,
) -> ChangeSet:
    """Return what taking these cards writes: a lease on each, ``leases`` being those there are.

    The result names the cards. Raises RefusedError (code "card_held") for a card of another.
    """
    puts = [
        Put(REVIEW_LEASES, ReviewLease(card=card, reviewer=gate_text(by), until=until))
        for card in cards
    ]
    expects = [expect_lease(card, leases.get(card), by=by, now=now) for card in cards]
    return ChangeSet(puts=tuple(puts), expects=tuple(expects), result={"cards": list(cards)})


def expect_lease(card: str, lease: Stored[ReviewLease] | None, *, by: str, now: datetime) -> Expect:
    """Return the condition under which somebody may work on a card: no other holds it.

    Raises RefusedError (code "card_held") when another does, or took it after the lease ran out.
    """
    if lease is not None and lease.value.reviewer != by and now < lease.value.until:
        until = instant_text(lease.value.until)
        message = f"somebody else holds this card until {until}: take another, or wait"
        raise RefusedError(message, code="card_held", card=card, until=until)
    return Expect(REVIEW_LEASES, (card,), lease.version if lease else ABSENT)


def decide_return(leases: Iterable[Stored[ReviewLease]]) -> ChangeSet:
    """Return what giving cards back writes; the result names them."""
    rows = tuple(leases)
    cards = [row.value.card for row in rows]
    return ChangeSet(
        drops=tuple(Drop(REVIEW_LEASES, (card,)) for card in cards),
        expects=tuple(Expect(REVIEW_LEASES, (row.value.card,), row.version) for row in rows),
        result={"cards": cards},
    )
