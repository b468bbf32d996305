"""Merging: preview, decide, undo; a merge adds an edge and moves nothing."""

from ecrm_core.merging.blockers import BLOCKERS, Blocker, find_blockers
from ecrm_core.merging.caution import find_warnings
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.merging.hold import LEGAL_HOLDS, LegalHold, decide_hold, decide_release_hold
from ecrm_core.merging.linked import LinkedKind
from ecrm_core.merging.merge import decide_merge, joined, reviewed
from ecrm_core.merging.preview import MergePreview, preview_merge
from ecrm_core.merging.proposal import PROPOSALS, Proposal, Zone, proposal_id
from ecrm_core.merging.unmerge import UndoReport, decide_unmerge, parted

__all__ = [
    "BLOCKERS",
    "LEGAL_HOLDS",
    "MERGE_EDGES",
    "PROPOSALS",
    "Blocker",
    "Cause",
    "LegalHold",
    "LinkedKind",
    "MergeEdge",
    "MergePreview",
    "Proof",
    "Proposal",
    "UndoReport",
    "Zone",
    "decide_hold",
    "decide_merge",
    "decide_release_hold",
    "decide_unmerge",
    "find_blockers",
    "find_warnings",
    "joined",
    "parted",
    "preview_merge",
    "proposal_id",
    "reviewed",
    "roots_of",
]
