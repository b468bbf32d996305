"""Unmerge: taking one edge back, at any later time, whatever came after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve, field, frozen

from ecrm_core.customers import (
    HOMES,
    Correction,
    Group,
    SurvivorshipPolicy,
    rewritten,
)
from ecrm_core.errors import MergeRefused
from ecrm_core.kernel import ABSENT, ChangeSet, CustomerId, Put, combine, gate_text
from ecrm_core.merging.blockers import BLOCKERS, refuse_blocked
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge, roots_of
from ecrm_core.merging.hold import LegalHold

__all__ = ["UndoReport", "decide_unmerge", "parted"]


@frozen(kw_only=True)
class UndoReport:
    """What an undo came to.

    ``kept`` goes on under the old root, ``restored`` is the customer that is on its own again.
    ``stayed`` are the ids of corrections written under the old root in the merge or while both were
    one: they stay with it, and so do the rows of other Kinds that ``linked`` counts by name.
    ``refusals`` counts refusals of contact about the whole person that stay on both sides.
    """

    edge: str
    kept: CustomerId
    restored: CustomerId
    stayed: tuple[str, ...] = ()
    refusals: int = 0
    linked: Mapping[str, int] = field(factory=dict)


def parted(group: Group, edges: Sequence[MergeEdge], edge: MergeEdge) -> tuple[Group, Group]:
    """Return the group without this edge as two: what stays with the root, what goes.

    ``edges`` are all that touch a home of the group. Raises MergeRefused (code "already_undone").
    """
    if not edge.active:
        message = "this merge has been undone already"
        raise MergeRefused(message, code="already_undone", edge=edge.id)
    roots = roots_of((h.id for h in group.homes), [e for e in edges if e.id != edge.id])
    restored = roots[edge.loser]
    gone = {id_ for id_, root in roots.items() if root == restored}
    stay = {home.id for home in group.homes} - gone
    kept = _part(group, stay, group.root.id, group.version)
    return kept, _part(group, gone, restored, ABSENT)


def _part(group: Group, ids: Collection[CustomerId], root: CustomerId, version: int) -> Group:
    homes = tuple(evolve(home, root_id=root) for home in group.homes if home.id in ids)
    keys = {home.key for home in homes}
    return Group(
        homes=homes,
        records={key: record for key, record in group.records.items() if key in keys},
        corrections=tuple(c for c in group.corrections if c.customer in ids),
        version=version,
    )


def decide_unmerge(
    group: Group,
    edges: Sequence[MergeEdge],
    edge: MergeEdge,
    *,
    meanwhile: Sequence[Correction] = (),
    refusals: int = 0,
    linked: Mapping[str, Sequence[CustomerId]] | None = None,
    holds: Iterable[LegalHold] = (),
    by: str,
    at: datetime,
    cause: Cause = Cause.HUMAN,
    policy: SurvivorshipPolicy,
) -> ChangeSet:
    """Return what undoing the edge writes; the result is the UndoReport as JSON.

    ``group`` is the one both sides are in, ``edges`` all that touch its homes; ``meanwhile`` are
    the corrections written in the merge and since, ``refusals`` the number of refusals about the
    person; ``linked`` are, by the name of a Kind, the customers of the rows written since. A legal
    hold that stands (``holds`` are those of the group) is MergeRefused (code "blocked").
    """
    kept, restored = parted(group, edges, edge)
    held = [BLOCKERS["legal_hold"]] if any(hold.stands for hold in holds) else []
    refuse_blocked(held, act="the merge is not undone")
    undone = evolve(edge, undone_at=at, undone_by=gate_text(by), undone_cause=cause)
    homes = tuple(Put(HOMES, home) for home in restored.homes if not home.is_root)
    fresh = rewritten(restored, policy)
    rows = ChangeSet(puts=(Put(MERGE_EDGES, undone), *homes, *fresh.puts))
    ids = {home.id for home in kept.homes}
    result: dict[str, Any] = {
        "edge": edge.id,
        "kept": kept.root.id,
        "restored": restored.root.id,
        "stayed": sorted(c.id for c in meanwhile if c.customer in ids),
        "refusals": refusals,
    }
    counts = {name: sum(of in ids for of in rows) for name, rows in (linked or {}).items()}
    if any(counts.values()):
        result["linked"] = {name: count for name, count in sorted(counts.items()) if count}
    return combine([rows, rewritten(kept, policy)], result=result)
