"""Settle: deciding a whole card at once: who of its customers is whom, in one ChangeSet."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from typing import Final

from attrs import field, frozen

from ecrm_core.customers import (
    CORRECTIONS,
    HOMES,
    Group,
    Ruling,
    SurvivorshipPolicy,
    decide_corrections,
    marked,
)
from ecrm_core.errors import DefinitionError, RefusedError, UnknownName
from ecrm_core.kernel import (
    ABSENT,
    AnyKind,
    ChangeSet,
    CustomerId,
    Drop,
    Expect,
    Put,
    derive_id,
    gate_text,
)
from ecrm_core.matching import JUDGEMENTS, Judgement, JudgementVerdict
from ecrm_core.merging.decision import (
    REVIEW_DECISIONS,
    CardVerdict,
    ReviewDecision,
    Ruled,
    last_said,
    said_after,
    stacked,
)
from ecrm_core.merging.edge import MERGE_EDGES, MergeEdge
from ecrm_core.merging.merge import decide_merge, joined
from ecrm_core.merging.proposal import PROPOSALS
from ecrm_core.merging.question import Question
from ecrm_core.merging.review import REVIEW_LEASES, Standing, expect_lease
from ecrm_core.merging.value import Holdings

__all__ = ["MAX_CARD", "Case", "Settlement", "decide_settle", "partition_of", "winner_of"]

MAX_CARD: Final = 50
"""Customers that one decision is about: it judges each two of them."""
Partition = tuple[tuple[CustomerId, ...], ...]
"""Customers by person: those of one part are one, those of two parts are different people."""


@frozen(kw_only=True)
class Case:
    """A card with all that a decision on it needs, the groups read first.

    ``groups`` and ``holdings`` are those of its customers by root, ``edges`` those in which one of
    them lost, ``judgements`` all about their homes.
    """

    question: Question
    groups: Mapping[CustomerId, Group]
    holdings: Mapping[CustomerId, Holdings] = field(factory=dict)
    edges: Sequence[MergeEdge] = ()
    judgements: Sequence[Judgement] = ()

    @property
    def last(self) -> Mapping[tuple[str, str], Judgement]:
        """What was said last of each two roots."""
        homes = {home.id: root for root, group in self.groups.items() for home in group.homes}
        return last_said(self.judgements, homes)


def winner_of(customers: Collection[CustomerId], case: Case) -> CustomerId:
    """Return under whose id these customers go on when nobody says: whoever has the most history.

    Compared are orders, running subscriptions, interactions and records, then who was known first;
    ties by id.
    """

    def rank(id_: CustomerId) -> tuple[object, ...]:
        held, group = case.holdings.get(id_, Holdings()), case.groups[id_]
        known = [cell.received_at for r in group.records.values() for cell in r.cells.values()]
        counts = (held.orders, held.subscriptions, held.interactions, len(group.records))
        return (*(-count for count in counts), not known, min(known, default=None), id_)

    return min(customers, key=rank)


def partition_of(
    verdict: str | Sequence[Sequence[CustomerId]], customers: Sequence[CustomerId]
) -> Partition:
    """Return the parts that a verdict on these customers makes; none for "unsure".

    A list of lists names the customers of each part; who is in none stays undecided. Raises
    UnknownName for another word, DefinitionError (code "parts") for lists that are no parts.
    """
    if verdict == "same":
        return (tuple(customers),)
    if verdict == "different":
        return tuple((id_,) for id_ in customers)
    if verdict == "unsure":
        return ()
    if isinstance(verdict, str):
        raise UnknownName("verdict", verdict[:80], ("same", "different", "unsure"))
    parts = tuple(map(tuple, verdict))
    named = [id_ for part in parts for id_ in part]
    if len(named) < 2 or len(set(named)) < len(named) or not {*named} <= {*customers}:
        message = "expected lists of two or more customers of the card, each of them once"
        raise DefinitionError(message, code="parts")
    return tuple(part for part in parts if part)


@frozen(kw_only=True)
class Settlement:
    """How a card is decided: by whom, when, why, and who goes on under whose id.

    ``verdict`` is as in ``partition_of``; ``winner`` and ``values`` (by field, written as
    corrections) are about the part the winner is in.
    """

    verdict: str | Sequence[Sequence[CustomerId]]
    by: str
    at: datetime
    reason: str | None = None
    winner: CustomerId | None = None
    values: Mapping[str, object] = field(factory=dict, repr=False)


def decide_settle(
    case: Case,
    said: Settlement,
    *,
    tenant: str,
    policy: SurvivorshipPolicy,
    region: str | None = None,
) -> ChangeSet:
    """Return what deciding a card writes: judgements, merges, the decision, and its lease goes.

    Each two customers of the parts are judged, and those of one part merged. Proposals that are
    answered are dropped. The result holds the ids of the ``decision`` and its ``edges``, and how
    many ``judgements`` there are.

    Raises RefusedError (code "card_held" as ``expect_lease``; "card_decided" when no proposal is
    open any more; "card_too_large"), MergeRefused as ``decide_merge``, and DefinitionError for a
    verdict or a winner that is none.
    """
    asks = case.question
    lease = ChangeSet(
        drops=(Drop(REVIEW_LEASES, (asks.id,)),) if asks.lease else (),
        expects=(expect_lease(asks.id, asks.lease, by=said.by, now=said.at),),
    )
    _refuse(case)
    parts = partition_of(said.verdict, asks.customers)
    ruled, spoken = _judgements(case, parts, said, tenant)
    answered = _answered(case, parts)
    merges = _merges(case, parts, said, tenant=tenant, policy=policy, region=region)
    decision = ReviewDecision(
        id=derive_id("rvd", tenant, asks.id, str(len(asks.decisions))), card=asks.id,
        verdict=_verdict(parts), by=gate_text(said.by), at=said.at,
        reason=None if said.reason is None else gate_text(said.reason, "$.reason"),
        edges=_ids(merges, MERGE_EDGES), corrections=_ids(merges, CORRECTIONS), ruled=ruled,
        proposals=tuple(each.proposal for each in answered),
    )  # fmt: skip
    rows = ChangeSet(
        puts=(Put(REVIEW_DECISIONS, decision), *(Put(JUDGEMENTS, each) for each in spoken)),
        drops=tuple(Drop(PROPOSALS, (held.id,)) for held in decision.proposals),
        expects=(Expect(REVIEW_DECISIONS, (decision.id,), ABSENT),),
    )
    touched = {id_ for each in ruled for id_ in (each.left, each.right)}
    touched_rows = [bumped(case.groups[id_]) for id_ in sorted(touched)]
    result = {"decision": decision.id, "edges": list(decision.edges), "judgements": len(ruled)}
    return stacked([lease, rows, *touched_rows, *merges], result=result)


def _refuse(case: Case) -> None:
    if not case.question.open:
        message = "everything on this card has been decided meanwhile: take another"
        raise RefusedError(message, code="card_decided", card=case.question.id)
    if len(case.question.customers) > MAX_CARD:
        message = (
            f"this card has {len(case.question.customers)} customers, expected at most {MAX_CARD}: "
            "judge or merge them two by two"
        )
        raise RefusedError(message, code="card_too_large", card=case.question.id)


def _verdict(parts: Partition) -> CardVerdict:
    if not parts:
        return CardVerdict.UNSURE
    if len(parts) == 1:
        return CardVerdict.SAME
    alone = all(len(part) == 1 for part in parts)
    return CardVerdict.DIFFERENT if alone else CardVerdict.PARTED


def _pairs(
    case: Case, parts: Partition
) -> Iterator[tuple[tuple[CustomerId, CustomerId], JudgementVerdict]]:
    """Go through the pairs that are judged, in order; unsure: those that were asked about."""
    if not parts:
        yield from ((pair, JudgementVerdict.UNSURE)
                    for pair in sorted({each.pair for each in case.question.open}))  # fmt: skip
        return
    place = {id_: at for at, part in enumerate(parts) for id_ in part}
    for left, right in combinations(sorted(place), 2):
        one = place[left] == place[right]
        yield (left, right), JudgementVerdict.SAME if one else JudgementVerdict.DIFFERENT


def _judgements(
    case: Case, parts: Partition, said: Settlement, tenant: str
) -> tuple[tuple[Ruled, ...], tuple[Judgement, ...]]:
    ruled, spoken, last = [], [], case.last
    for (left, right), verdict in _pairs(case, parts):
        held = last.get((left, right))
        judgement = Judgement.of(
            left, right, verdict, by=said.by, at=said_after(said.at, held), reason=said.reason,
            tenant=tenant,
        )  # fmt: skip
        before = None if held is None or held.verdict is JudgementVerdict.UNSURE else held.verdict
        ruled.append(Ruled(judgement=judgement.id, left=left, right=right, before=before))
        spoken.append(judgement)
    return tuple(ruled), tuple(spoken)


def _answered(case: Case, parts: Partition) -> tuple[Standing, ...]:
    named = {id_ for part in parts for id_ in part}
    return tuple(each for each in case.question.open if {*each.pair} <= named)


def _merges(
    case: Case,
    parts: Partition,
    said: Settlement,
    *,
    tenant: str,
    policy: SurvivorshipPolicy,
    region: str | None,
) -> list[ChangeSet]:
    joining = [part for part in parts if len(part) > 1]
    chosen = [part for part in joining if said.winner in part]
    if said.winner is not None and not chosen:
        message = "expected a winner among the customers of the card that become one"
        raise DefinitionError(message, code="winner")
    if said.values and len(chosen or joining) != 1:
        message = "found values, expected one person they are chosen for: name the winner"
        raise DefinitionError(message, code="winner")
    made: list[ChangeSet] = []
    for part in joining:
        here = part in chosen or (bool(said.values) and not chosen)
        keep = case.groups[said.winner if part in chosen and said.winner else winner_of(part, case)]
        for loser in (id_ for id_ in part if id_ != keep.root.id):
            give = case.groups[loser]
            earlier = [edge for edge in case.edges if edge.loser == loser]
            made.append(decide_merge(keep, give, tenant=tenant, earlier=earlier, by=said.by,
                                     at=said.at, policy=policy))  # fmt: skip
            keep = joined(keep, give)
        if here and said.values:
            rulings = [Ruling(field_name=name, value=value, reason=said.reason)
                       for name, value in sorted(said.values.items())]  # fmt: skip
            made.append(decide_corrections(keep, rulings, tenant=tenant, by=said.by, at=said.at,
                                           policy=policy, region=region))  # fmt: skip
    return made


def bumped(group: Group) -> ChangeSet:
    """Return the root's row anew, so that whoever read the group before decides again."""
    rows = (Put(HOMES, group.root), marked(group.root.id))
    return ChangeSet(puts=rows, expects=(group.expect,))


def _ids(sets: Sequence[ChangeSet], kind: AnyKind) -> tuple[str, ...]:
    return tuple(put.key[0] for part in sets for put in part.puts if put.kind is kind)
