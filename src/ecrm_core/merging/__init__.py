"""Merging: preview, decide, undo; a merge adds an edge and moves nothing."""

from ecrm_core.merging.auto_merge import AutoMerge
from ecrm_core.merging.blocks import Blocks, Two, two, walls_of
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.merging.merge import decide_merge, joined
from ecrm_core.merging.preview import MergePreview, preview_merge
from ecrm_core.merging.proposal import PROPOSALS, Proposal, Zone, proposal_id
from ecrm_core.merging.propose import Told, proposals_of
from ecrm_core.merging.run import Join, Plan, plan_of_run
from ecrm_core.merging.scene import Scene, Weighed, surest
from ecrm_core.merging.unit import Unit, automatic, units_of
from ecrm_core.merging.unmerge import UndoReport, decide_unmerge, parted
from ecrm_core.merging.value import Holdings, ReviewCosts, decision_value, stake_of

__all__ = [
    "MERGE_EDGES",
    "PROPOSALS",
    "AutoMerge",
    "Blocks",
    "Cause",
    "Holdings",
    "Join",
    "MergeEdge",
    "MergePreview",
    "Plan",
    "Proof",
    "Proposal",
    "ReviewCosts",
    "Scene",
    "Told",
    "Two",
    "UndoReport",
    "Unit",
    "Weighed",
    "Zone",
    "automatic",
    "decide_merge",
    "decide_unmerge",
    "decision_value",
    "joined",
    "parted",
    "plan_of_run",
    "preview_merge",
    "proposal_id",
    "proposals_of",
    "roots_of",
    "stake_of",
    "surest",
    "two",
    "units_of",
    "walls_of",
]
