"""Merge: deciding that two customers are one. No record moves; one edge is added."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import evolve

from ecrm_core.customers import (
    HOMES,
    PROFILES,
    Group,
    SurvivorshipPolicy,
    in_order,
    marked,
    rewritten,
)
from ecrm_core.errors import MergeRefused
from ecrm_core.kernel import ChangeSet, Drop, Put, combine, derive_id, gate_text
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge

__all__ = ["decide_merge", "joined"]


def joined(winner: Group, loser: Group) -> Group:
    """Return the group two groups would make under the winner's root.

    Raises MergeRefused (code "same_customer") when they are one already.
    """
    if winner.root.id == loser.root.id:
        message = "both names lead to one customer: there is nothing to merge"
        raise MergeRefused(message, code="same_customer", customer=winner.root.id)
    moved = tuple(evolve(home, root_id=winner.root.id) for home in loser.homes)
    return Group(
        homes=winner.homes + moved,
        records={**winner.records, **loser.records},
        corrections=in_order((*winner.corrections, *loser.corrections)),
        version=winner.version,
    )


def decide_merge(
    winner: Group,
    loser: Group,
    *,
    tenant: str,
    earlier: Sequence[MergeEdge] = (),
    by: str,
    at: datetime,
    cause: Cause = Cause.HUMAN,
    model: str | None = None,
    policy: SurvivorshipPolicy,
) -> ChangeSet:
    """Return what merging ``loser`` into ``winner`` writes.

    ``earlier`` are the edges, undone ones too, whose loser is the loser's root: they number this
    one. The result holds the ids of the edge, the winner and the loser.
    """
    group = joined(winner, loser)
    pair = (loser.root.id, winner.root.id)
    edge = MergeEdge(
        id=derive_id("mrg", tenant, *pair, str(len(earlier))), loser=pair[0], winner=pair[1],
        at=at, by=gate_text(by), cause=cause, model=model,
    )  # fmt: skip
    moved = tuple(Put(HOMES, home) for home in group.homes[len(winner.homes) :])
    rows = ChangeSet(
        puts=(Put(MERGE_EDGES, edge), *moved, marked(loser.root.id)),
        drops=(Drop(PROFILES, (loser.root.id,)),),
        expects=(loser.expect,),
    )
    result = {"edge": edge.id, "winner": edge.winner, "loser": edge.loser}
    return combine([rows, rewritten(group, policy)], result=result)
