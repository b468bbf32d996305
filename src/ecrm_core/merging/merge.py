"""Merge: deciding that two customers are one. No record moves; one edge is added."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from ecrm_core.customers import (
    CORRECTIONS,
    HOMES,
    PROFILES,
    Correction,
    Group,
    Ruling,
    SurvivorshipPolicy,
    accept_value,
    in_order,
    marked,
    rewritten,
    unify,
)
from ecrm_core.customers.correct import corrections_of, shows
from ecrm_core.customers.intake import reindexed
from ecrm_core.errors import MergeRefused
from ecrm_core.kernel import ChangeSet, CustomerId, Drop, Put, combine, derive_id, gate_text
from ecrm_core.merging.blockers import find_blockers, refuse_blocked
from ecrm_core.merging.claim import Proof
from ecrm_core.merging.edge import MERGE_EDGES, Cause, MergeEdge
from ecrm_core.merging.hold import LegalHold

__all__ = ["decide_merge", "joined", "reviewed"]


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


def reviewed(
    group: Group,
    values: Mapping[str, object],
    *,
    tenant: str,
    by: str,
    at: datetime,
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> Group:
    """Return the group with the values a reviewer chose, by field, as corrections under its root.

    A value the group shows anyway is no correction. In a list field it is added, and None empties a
    field that is no list. Raises as ``decide_correct``.
    """
    rulings = _rulings(group, values, policy, region)
    fresh = corrections_of(group, rulings, tenant=tenant, by=by, at=at, policy=policy,
                           region=region)  # fmt: skip
    known = {held.id for held in group.corrections}
    added = [held for held in fresh if held.id not in known]
    return evolve(group, corrections=in_order((*group.corrections, *added)))


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
    proof: Proof | None = None,
    under: CustomerId | None = None,
    values: Mapping[str, object] | None = None,
    despite: Collection[str] = (),
    protected: bool = False,
    holds: Iterable[LegalHold] = (),
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> ChangeSet:
    """Return what merging ``loser`` into ``winner`` writes.

    ``earlier`` are the edges, undone ones too, whose loser is the loser's root: they number this
    one. ``values`` are what a reviewer chose, by field: corrections of the joined customer.
    ``protected`` and ``holds`` are as in ``find_blockers``, ``despite`` the codes of blockers to be
    looked past; MergeRefused (code "blocked") for others. ``under`` is the id of the winner's that
    the edge is to name, by default her root. The result holds the ids of the edge, the
    winner, the loser, and of the corrections if there are any.
    """
    group = joined(winner, loser)
    passed = refuse_blocked(
        find_blockers(winner, loser, policy=policy, protected=protected, holds=holds),
        despite=despite,
    )
    after = reviewed(group, values or {}, tenant=tenant, by=by, at=at, policy=policy,
                     region=region)  # fmt: skip
    pair = (loser.root.id, under or winner.root.id)
    edge = MergeEdge(
        id=derive_id("mrg", tenant, *pair, str(len(earlier))), loser=pair[0], winner=pair[1],
        at=at, by=gate_text(by), cause=cause, model=model, despite=passed,
        proof=proof and proof.value,
    )  # fmt: skip
    chosen = _added(group, after)
    moved = tuple(Put(HOMES, home) for home in group.homes[len(winner.homes) :])
    rows = ChangeSet(
        puts=(
            Put(MERGE_EDGES, edge),
            *moved,
            *(Put(CORRECTIONS, held) for held in chosen),
            marked(loser.root.id),
        ),
        drops=(Drop(PROFILES, (loser.root.id,)),),
        expects=(loser.expect,),
    )
    result: dict[str, Any] = {"edge": edge.id, "winner": winner.root.id, "loser": edge.loser}
    if chosen:
        result["corrections"] = [held.id for held in chosen]
    found = reindexed(group, after, group.root)
    return combine([rows, found, rewritten(after, policy)], result=result)


def _rulings(
    group: Group, values: Mapping[str, object], policy: SurvivorshipPolicy, region: str | None
) -> Iterator[Ruling]:
    """Go through the values that are not shown anyway, in the order of fields."""
    if not values:
        return
    profile = unify(group.records.values(), group.corrections, policy, id=group.root.id)
    for name, value in sorted(values.items()):
        if not shows(profile, name, accept_value(name, value, region=region)):
            yield Ruling(field_name=name, value=value)


def _added(before: Group, after: Group) -> tuple[Correction, ...]:
    known = {held.id for held in before.corrections}
    return tuple(held for held in after.corrections if held.id not in known)
