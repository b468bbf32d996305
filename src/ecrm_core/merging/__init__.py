"""Merging: preview, decide, undo; a merge adds an edge and moves nothing."""

from ecrm_core.merging.auto_merge import AutoMerge
from ecrm_core.merging.blockers import BLOCKERS, Blocker, find_blockers
from ecrm_core.merging.blocks import Blocks, Two, two, walls_of
from ecrm_core.merging.case import Case, winner_of
from ecrm_core.merging.caution import find_warnings
from ecrm_core.merging.claim import CUSTOMER_CLAIMS, Claim, Proof, decide_claims, guest_claims
from ecrm_core.merging.claimed import (
    ClaimAnswer,
    ClaimConflict,
    ClaimedPair,
    ClaimKnowledge,
    answer_claims,
    claimed_pairs,
    conflicts_of,
)
from ecrm_core.merging.decision import (
    REVIEW_DECISIONS,
    REVIEW_PAUSE,
    CardVerdict,
    ReviewDecision,
    RuledPair,
)
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.merging.erase import Erasing, decide_erase
from ecrm_core.merging.hold import LEGAL_HOLDS, LegalHold, decide_hold, decide_release_hold
from ecrm_core.merging.lease import REVIEW_LEASES, ReviewLease, decide_lease, decide_return
from ecrm_core.merging.linked import LinkedKind
from ecrm_core.merging.merge import decide_merge, joined, reviewed
from ecrm_core.merging.parts import Settlement
from ecrm_core.merging.preview import MergePreview, preview_merge
from ecrm_core.merging.proposal import PROPOSALS, Proposal, Zone, proposal_id
from ecrm_core.merging.propose import Told, proposals_of
from ecrm_core.merging.proposed import ProposedPair, Void, proposed_pairs
from ecrm_core.merging.queued import QueuedCard
from ecrm_core.merging.run import Join, Plan, plan_of_run
from ecrm_core.merging.scene import Scene, Weighed, surest
from ecrm_core.merging.settle import MAX_CARD, decide_settle
from ecrm_core.merging.unit import Unit, automatic, units_of
from ecrm_core.merging.unmerge import UndoReport, decide_unmerge, parted
from ecrm_core.merging.unsettle import DecisionUndo, Taken, decide_unsettle
from ecrm_core.merging.value import Holdings, ReviewCosts, decision_value, stake_of

__all__ = [
    "BLOCKERS",
    "CUSTOMER_CLAIMS",
    "LEGAL_HOLDS",
    "MAX_CARD",
    "MERGE_EDGES",
    "PROPOSALS",
    "REVIEW_DECISIONS",
    "REVIEW_LEASES",
    "REVIEW_PAUSE",
    "AutoMerge",
    "Blocker",
    "Blocks",
    "CardVerdict",
    "Case",
    "Cause",
    "Claim",
    "ClaimAnswer",
    "ClaimConflict",
    "ClaimKnowledge",
    "ClaimedPair",
    "DecisionUndo",
    "Erasing",
    "Holdings",
    "Join",
    "LegalHold",
    "LinkedKind",
    "MergeEdge",
    "MergePreview",
    "Plan",
    "Proof",
    "Proposal",
    "ProposedPair",
    "QueuedCard",
    "ReviewCosts",
    "ReviewDecision",
    "ReviewLease",
    "RuledPair",
    "Scene",
    "Settlement",
    "Taken",
    "Told",
    "Two",
    "UndoReport",
    "Unit",
    "Void",
    "Weighed",
    "Zone",
    "answer_claims",
    "automatic",
    "claimed_pairs",
    "conflicts_of",
    "decide_claims",
    "decide_erase",
    "decide_hold",
    "decide_lease",
    "decide_merge",
    "decide_release_hold",
    "decide_return",
    "decide_settle",
    "decide_unmerge",
    "decide_unsettle",
    "decision_value",
    "find_blockers",
    "find_warnings",
    "guest_claims",
    "joined",
    "parted",
    "plan_of_run",
    "preview_merge",
    "proposal_id",
    "proposals_of",
    "proposed_pairs",
    "reviewed",
    "roots_of",
    "stake_of",
    "surest",
    "two",
    "units_of",
    "walls_of",
    "winner_of",
]
