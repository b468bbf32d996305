"""Unsettle: taking a reviewer's decision back whole, at any later time, whatever came after it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from attrs import evolve, field, frozen

from ecrm_core.customers import (
    CORRECTIONS,
    Correction,
    Group,
    SurvivorshipPolicy,
    bumped,
)
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import (
    ChangeSet,
    CustomerId,
    Expect,
    Put,
    Stored,
    decode,
    encode,
    gate_text,
)
from ecrm_core.matching import JUDGEMENTS, Judgement, JudgementVerdict
from ecrm_core.matching.judgement import said_after
from ecrm_core.merging.decision import (
    REVIEW_DECISIONS,
    ReviewDecision,
    last_said,
    stacked,
)
from ecrm_core.merging.edge import MergeEdge
from ecrm_core.merging.hold import LegalHold
from ecrm_core.merging.proposal import PROPOSALS
from ecrm_core.merging.put_back import put_back
from ecrm_core.merging.settle import written_ids
from ecrm_core.merging.unmerge import UndoReport, decide_unmerge, parted

__all__ = ["DecisionUndo", "Taken", "decide_unsettle"]


@frozen(kw_only=True)
class DecisionUndo:
    """What taking a decision back came to.

    ``reports`` has one UndoReport for each merge that was undone now; ``undone_before`` are the
    edges somebody had undone already. ``judgements`` counts verdicts taken back, those that were
    not overruled since, ``proposals`` those that wait again. ``corrections`` are rulings that put
    back what the values chosen in the decision had replaced.
    """

    decision: str
    reports: tuple[UndoReport, ...] = ()
    undone_before: tuple[str, ...] = ()
    judgements: int = 0
    proposals: int = 0
    corrections: tuple[str, ...] = ()


@frozen(kw_only=True)
class Taken:
    """A decision with all that taking it back needs, the groups read first.

    ``groups`` hold every customer it judged, each once; ``edges`` touch their homes;
    ``judgements`` are about them; ``waiting`` are the ids of its proposals that a run has made
    anew. ``meanwhile`` and ``linked`` are by edge, and as in ``decide_unmerge`` with ``refusals``
    and ``holds``.
    """

    decision: Stored[ReviewDecision]
    groups: Sequence[Group]
    edges: Sequence[MergeEdge] = ()
    judgements: Sequence[Judgement] = ()
    waiting: Collection[str] = ()
    meanwhile: Mapping[str, Sequence[Correction]] = field(factory=dict)
    linked: Mapping[str, Mapping[str, Sequence[CustomerId]]] = field(factory=dict)
    refusals: int = 0
    holds: Sequence[LegalHold] = ()


def decide_unsettle(
    taken: Taken, *, tenant: str, by: str, at: datetime, policy: SurvivorshipPolicy
) -> ChangeSet:
    """Return what taking a decision back writes; the result is the DecisionUndo as JSON.

    Its merges are undone, what it judged is judged as before (unsure where nothing was said), what
    its values replaced is shown again, and its proposals wait again. Raises RefusedError (code
    "decision_undone") the second time, MergeRefused as ``decide_unmerge``.
    """
    row = taken.decision
    if not row.value.stands:
        message = "this decision has been taken back already"
        raise RefusedError(message, code="decision_undone", decision=row.value.id)
    groups, unmerged = _unmerged(taken, by=by, at=at, policy=policy)
    rulings = tuple(put_back(row.value, groups, tenant=tenant, by=by, at=at, policy=policy))
    spoken = tuple(_spoken(taken, groups, tenant=tenant, by=by, at=at))
    waiting = [held for held in row.value.proposals if held.id not in taken.waiting]
    undone = evolve(row.value, undone_at=at, undone_by=gate_text(by))
    rows = ChangeSet(
        puts=(
            Put(REVIEW_DECISIONS, undone),
            *(Put(JUDGEMENTS, each) for rows in spoken for each in rows),
            *(Put(PROPOSALS, held) for held in waiting),
        ),
        expects=(Expect(REVIEW_DECISIONS, (undone.id,), row.version),),
    )
    reports = tuple(decode(UndoReport, dict(each.result)) for each in unmerged)
    now_undone = {report.edge for report in reports}
    came_to = DecisionUndo(
        decision=undone.id,
        reports=reports,
        undone_before=tuple(id_ for id_ in undone.edges if id_ not in now_undone),
        judgements=len(spoken),
        proposals=len(waiting),
        corrections=written_ids(rulings, CORRECTIONS),
    )
    # What the groups are expected to be is said once: a part that was cut off has no row of a root.
    cut = [evolve(each, expects=()) for each in (*unmerged, *rulings)]
    touched = [bumped(group) for group in taken.groups]
    return stacked([rows, *touched, *cut], result=encode(came_to))


def _unmerged(
    taken: Taken, *, by: str, at: datetime, policy: SurvivorshipPolicy
) -> tuple[list[Group], list[ChangeSet]]:
    """Undo the merges that still stand, each upon the one before; return the groups after it."""
    groups, edges, made = list(taken.groups), {e.id: e for e in taken.edges}, []
    for id_ in reversed(taken.decision.value.edges):
        edge = edges.get(id_)
        if edge is None or not edge.active:
            continue
        at_hand = next(g for g in groups if any(home.id == edge.loser for home in g.homes))
        made.append(decide_unmerge(
            at_hand, tuple(edges.values()), edge, meanwhile=taken.meanwhile.get(id_, ()),
            linked=taken.linked.get(id_), refusals=taken.refusals, holds=taken.holds,
            by=by, at=at, policy=policy,
        ))  # fmt: skip
        groups.remove(at_hand)
        groups += parted(at_hand, tuple(edges.values()), edge)
        edges[id_] = evolve(edge, undone_at=at)
    return groups, made


def _spoken(
    taken: Taken, groups: Sequence[Group], *, tenant: str, by: str, at: datetime
) -> Iterator[tuple[Judgement, ...]]:
    """Go through what stands in place of the judgements of the decision that are the last word.

    Each becomes unsure, and what stood before is said again of the very ids it was said of.
    """
    roots = {home.id: group.root.id for group in groups for home in group.homes}
    last = {**last_said(taken.judgements, {}), **last_said(taken.judgements, roots)}
    told = {said.id: said for said in taken.judgements}
    why = f"decision {taken.decision.value.id} taken back"
    for each in taken.decision.value.ruled:
        ends = sorted({roots[each.left], roots[each.right]})
        # Somebody else may have made the two one: then what was said last of these very ids.
        held = last.get((ends[0], ends[1]) if len(ends) > 1 else (each.left, each.right))
        before = told.get(each.before or "")
        if held is None or held.id != each.judgement or _repeats(before, held):
            continue
        said = [(held, JudgementVerdict.UNSURE), *([(before, before.verdict)] if before else [])]
        after, rows = held, list[Judgement]()
        for pair, verdict in said:
            after = Judgement.of(pair.left, pair.right, verdict, by=by, at=said_after(at, after),
                                 reason=why, tenant=tenant)  # fmt: skip
            rows.append(after)
        yield tuple(rows)


def _repeats(before: Judgement | None, held: Judgement) -> bool:
    """Tell whether taking a judgement back would change nothing."""
    if before is None:
        return held.verdict is JudgementVerdict.UNSURE
    return evolve(before, id=held.id, by=held.by, at=held.at, reason=held.reason) == held
