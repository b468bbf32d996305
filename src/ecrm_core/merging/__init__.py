"""Merging: preview, decide, undo; a merge adds an edge and moves nothing."""

from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.merging.merge import decide_merge, joined
from ecrm_core.merging.preview import MergePreview, preview_merge
from ecrm_core.merging.proposal import PROPOSALS, Proposal, Zone, proposal_id
from ecrm_core.merging.unit import Unit, automatic, units_of
from ecrm_core.merging.unmerge import UndoReport, decide_unmerge, parted
from ecrm_core.merging.value import Holdings, ReviewCosts, decision_value, stake_of

__all__ = [
    "MERGE_EDGES",
    "PROPOSALS",
    "Cause",
    "Holdings",
    "MergeEdge",
    "MergePreview",
    "Proof",
    "Proposal",
    "ReviewCosts",
    "UndoReport",
    "Unit",
    "Zone",
    "automatic",
    "decide_merge",
    "decide_unmerge",
    "decision_value",
    "joined",
    "parted",
    "preview_merge",
    "proposal_id",
    "roots_of",
    "stake_of",
    "units_of",
]
