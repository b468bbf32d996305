"""Settle: deciding a whole card at once: who of its customers is whom, in one ChangeSet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from ecrm_core.customers import CORRECTIONS, SurvivorshipPolicy, bumped
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import (
    ABSENT,
    AnyKind,
    ChangeSet,
    Drop,
    Expect,
    Put,
    Reason,
    derive_id,
    gate_text,
)
from ecrm_core.matching import JUDGEMENTS, Judgement, JudgementVerdict, contradictions
from ecrm_core.matching.judgement import said_after
from ecrm_core.merging.case import Case
from ecrm_core.merging.decision import (
    REVIEW_DECISIONS,
    ReviewDecision,
    RuledPair,
    stacked,
)
from ecrm_core.merging.edge import MERGE_EDGES
from ecrm_core.merging.lease import REVIEW_LEASES, expect_lease
from ecrm_core.merging.parts import (
    Parts,
    Settlement,
    judged_pairs,
    merges_of,
    parts_of,
    verdict_of,
)
from ecrm_core.merging.proposal import PROPOSALS, Proposal

__all__ = ["MAX_CARD", "decide_settle"]

MAX_CARD: Final = 50
"""Customers that one decision is about: it judges each two of them."""


def decide_settle(
    case: Case, said: Settlement, *, tenant: str, policy: SurvivorshipPolicy
) -> ChangeSet:
    """Return what deciding a card writes: judgements, merges, the decision, and its lease goes.

    Each two customers of the parts are judged, and those of one part merged. Proposals that are
    answered are dropped. The result holds the ids of the ``decision`` and its ``edges``, how many
    ``judgements`` there are, and as sentences the ``contradictions`` they make, which ``reasons``
    name; no verdict is refused for that.

    Raises RefusedError (code "card_held" as ``expect_lease``; "card_decided" when no proposal is
    open any more; "card_too_large"), MergeRefused as ``decide_merge``, and DefinitionError for a
    verdict or a winner that is none.
    """
    card = case.queued
    lease = ChangeSet(
        drops=(Drop(REVIEW_LEASES, (card.id,)),) if card.lease else (),
        expects=(expect_lease(card.id, card.lease, by=said.by, now=said.at),),
    )
    _refuse(case)
    parts = parts_of(said.verdict, card.customers)
    ruled, spoken = _judgements(case, parts, said, tenant)
    merges = merges_of(case, parts, said, tenant=tenant, policy=policy)
    decision = ReviewDecision(
        id=derive_id("rvd", tenant, card.id, str(len(card.decisions))), card=card.id,
        verdict=verdict_of(parts), by=gate_text(said.by), at=said.at,
        reason=None if said.reason is None else gate_text(said.reason, "$.reason"),
        edges=written_ids(merges, MERGE_EDGES), corrections=written_ids(merges, CORRECTIONS),
        ruled=ruled, proposals=_answered(case, parts),
    )  # fmt: skip
    rows = ChangeSet(
        puts=(Put(REVIEW_DECISIONS, decision), *(Put(JUDGEMENTS, each) for each in spoken)),
        drops=tuple(Drop(PROPOSALS, (held.id,)) for held in decision.proposals),
        expects=(Expect(REVIEW_DECISIONS, (decision.id,), ABSENT),),
    )
    touched = sorted({id_ for each in ruled for id_ in (each.left, each.right)})
    bumps = [bumped(case.groups[id_]) for id_ in touched]
    reasons = _contradicted(case, spoken)
    result = {"decision": decision.id, "edges": list(decision.edges), "judgements": len(ruled),
              "contradictions": list(map(str, reasons))}  # fmt: skip
    return stacked([lease, rows, *bumps, *merges, ChangeSet(reasons=reasons)], result=result)


def _contradicted(case: Case, spoken: Collection[Judgement]) -> tuple[Reason, ...]:
    """Return what the judgements contradict, as ``decide_judgement`` does for one."""
    ids = {said.id for said in spoken}
    found = contradictions([*case.around, *spoken], merged=case.merged, roots=case.roots)
    own = [one for one in found if ids & {one.wall.id, *(bond.id for bond in one.path)}]
    return tuple({str(why): why for one in own for why in one.reasons}.values())


def _refuse(case: Case) -> None:
    card = case.queued
    if not card.open:
        message = "everything on this card has been decided meanwhile: take another"
        raise RefusedError(message, code="card_decided", card=card.id)
    if len(card.customers) > MAX_CARD:
        message = (
            f"this card has {len(card.customers)} customers, expected at most {MAX_CARD}: "
            "judge or merge them two by two"
        )
        raise RefusedError(message, code="card_too_large", card=card.id)


def _judgements(
    case: Case, parts: Parts, said: Settlement, tenant: str
) -> tuple[tuple[RuledPair, ...], tuple[Judgement, ...]]:
    ruled, spoken, last = [], [], case.last
    for (left, right), verdict in judged_pairs(case, parts):
        held = last.get((left, right))
        judgement = Judgement.of(
            left, right, verdict, by=said.by, at=said_after(said.at, held), reason=said.reason,
            tenant=tenant,
        )  # fmt: skip
        stood = held is not None and held.verdict is not JudgementVerdict.UNSURE
        before = held.id if held is not None and stood else None
        ruled.append(RuledPair(judgement=judgement.id, left=left, right=right, before=before))
        spoken.append(judgement)
    return tuple(ruled), tuple(spoken)


def _answered(case: Case, parts: Parts) -> tuple[Proposal, ...]:
    named = {id_ for part in parts for id_ in part}
    return tuple(each.proposal for each in case.queued.open if {*each.ends} <= named)


def written_ids(sets: Sequence[ChangeSet], kind: AnyKind) -> tuple[str, ...]:
    """Return the ids of the rows of a Kind that these sets write."""
    return tuple(put.key[0] for part in sets for put in part.puts if put.kind is kind)
