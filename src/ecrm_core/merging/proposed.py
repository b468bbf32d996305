"""Proposed: proposals as they stand now, whatever was decided since the run that made them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Judgement, JudgementVerdict
from ecrm_core.merging.blocks import Two, two
from ecrm_core.merging.decision import last_said
from ecrm_core.merging.proposal import Proposal

__all__ = ["ProposedPair", "Void", "proposed_pairs"]


class Void(Enum):
    """Why a proposal asks nobody any more, although the run that drops it is still to come."""

    GONE = "gone"
    MERGED = "merged"
    DIFFERENT = "different"


@frozen(kw_only=True)
class ProposedPair:
    """A proposal as it stands now: about two roots, and void if a decision was made meanwhile.

    ``judged`` is what somebody said of the two last, if it is not unsure.
    """

    proposal: Proposal
    left: CustomerId
    right: CustomerId
    judged: JudgementVerdict | None = None
    void: Void | None = None

    @property
    def ends(self) -> Two:
        """The two roots, the lower first."""
        return two(self.left, self.right)


def proposed_pairs(
    proposals: Iterable[Proposal],
    roots: Mapping[CustomerId, CustomerId],
    judgements: Iterable[Judgement],
) -> tuple[ProposedPair, ...]:
    """Return how proposals stand: ``roots`` of all homes of their customers, what was said of them.

    Customers that ``roots`` does not know are gone.
    """
    last = last_said(judgements, roots)
    return tuple(_pair_now(held, roots, last) for held in proposals)


def _pair_now(
    held: Proposal,
    roots: Mapping[CustomerId, CustomerId],
    last: Mapping[tuple[str, str], Judgement],
) -> ProposedPair:
    left, right = roots.get(held.left), roots.get(held.right)
    if left is None or right is None:
        return ProposedPair(proposal=held, left=held.left, right=held.right, void=Void.GONE)
    if left == right:
        return ProposedPair(proposal=held, left=left, right=right, void=Void.MERGED)
    said = last.get(two(left, right))
    verdict = said.verdict if said and said.verdict is not JudgementVerdict.UNSURE else None
    void = Void.DIFFERENT if verdict is JudgementVerdict.DIFFERENT else None
    return ProposedPair(proposal=held, left=left, right=right, judged=verdict, void=void)
