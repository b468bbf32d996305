"""Settle: what deciding a card, and taking a decision back, changes: load, then decide."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain

from attrs import evolve

from ecrm_core.customers import Group, SourceKey, ids_of, person_subject
from ecrm_core.errors import MissingError, RefusedError
from ecrm_core.kernel import ChangeSet, CustomerId, Key, Stored, gate_text
from ecrm_core.matching import Judgement, JudgementVerdict
from ecrm_core.merging import (
    PROPOSALS,
    REVIEW_DECISIONS,
    Case,
    LinkedKind,
    MergeEdge,
    ReviewDecision,
    Settlement,
    Taken,
    Two,
    decide_settle,
    decide_unsettle,
    proposed_pairs,
    two,
)
from ecrm_core.merging.parts import spelled
from ecrm_core.ports import (
    Store,
    read_consents,
    read_corrections,
    read_edges,
    read_groups,
    read_holds,
    read_judgements,
    scan_pages,
)
from ecrm_core.services.holdings import holdings_of
from ecrm_core.services.identity import Act, groups_of, identity_of
from ecrm_core.services.judgements import held_apart, told_around
from ecrm_core.services.merges import Review, ruled_since, written_since
from ecrm_core.services.review import card_named, queued_cards
from ecrm_core.services.tombstones import read_erasures, refuse_erased

__all__ = [
    "CardSaid",
    "prepare_settle",
    "prepare_unsettle",
    "prepare_unsettle_last",
    "read_cases",
]

Lists = Sequence[Sequence[str | SourceKey]]
CardSaid = str | JudgementVerdict | Lists
"""The same, different, unsure, or lists of the customers that are one person each."""


def prepare_settle(
    store: Store,
    card: str,
    verdict: CardSaid,
    *,
    act: Act,
    reason: str | None = None,
    winner: str | SourceKey | None = None,
    review: Review | None = None,
) -> ChangeSet:
    """Return what deciding a card writes; a card is named by its id or that of a proposal on it."""
    name = card_named(store, card)
    case = read_cases(store, [name])[name]
    told = told_around(store, case.queued.customers)
    spoken = spelled(verdict)
    case = evolve(case, around=told.judgements, merged=told.merged, roots=told.roots)
    chosen = review or Review()
    said = Settlement(
        verdict=spoken if isinstance(spoken, str)
        else [[_root(case, identity_of(store, each)) for each in part] for part in spoken],
        by=act.by, at=act.at, reason=reason,
        winner=None if winner is None else _root(case, identity_of(store, winner)),
        values=chosen.values, despite=chosen.despite, region=chosen.region,
    )  # fmt: skip
    return decide_settle(case, said, tenant=store.tenant, policy=act.policy)


def read_cases(store: Store, cards: Collection[str]) -> Mapping[str, Case]:
    """Return cards with all that deciding them needs; those without a proposal are there too."""
    rows = store.find_many(PROPOSALS, "by_group", [(card,) for card in cards])
    asked = {card: [row.value for row in rows.get((card,), ())] for card in cards}
    ends = {id_ for held in asked.values() for each in held for id_ in (each.left, each.right)}
    # The groups come before all that is decided on: what is written meanwhile bumps one of them.
    groups = {group.root.id: group for group in read_groups(store, sorted(ends)).values()}
    homes = {home.id: root for root, group in groups.items() for home in group.homes}
    told = read_judgements(store, sorted(homes))
    edges = [row.value for row in read_edges(store, sorted(groups))]
    holdings = holdings_of(store, sorted(groups))
    holds = read_holds(store, sorted(homes))
    apart = _apart(store, groups, told)
    # Said meanwhile, it is why the card is decided, and not why it is blocked.
    told = read_judgements(store, sorted(homes)) if apart else told
    pairs = {card: proposed_pairs(held, homes, told) for card, held in asked.items()}
    return {
        card: Case(
            queued=queued,
            groups=groups,
            holdings=holdings,
            edges=edges,
            judgements=told,
            holds=holds,
            apart=apart,
        )
        for card, queued in queued_cards(store, pairs).items()
    }


def _apart(
    store: Store, groups: Mapping[CustomerId, Group], told: Iterable[Judgement]
) -> frozenset[Two]:
    """Return which of these customers were judged different, by way of others too."""
    named = {id_ for said in told for id_ in (said.left, said.right)}
    return frozenset(
        two(root, other)
        for root, group in groups.items()
        if named & set(ids_of(group))  # whoever is held apart is named by a judgement
        for other in held_apart(store, frozenset(ids_of(group)))
    )


def _root(case: Case, home: CustomerId) -> CustomerId:
    """Return the root of one of the card's customers; any other id as it is, to be refused."""
    return next((root for root, group in case.groups.items() if home in ids_of(group)), home)


def _last_decision(store: Store, by: str) -> str:
    """Return the id of the last decision of a reviewer that stands; MissingError if there is none.

    Of several made at one instant it is the one written last.
    """
    found: Stored[ReviewDecision] | None = None
    pages = scan_pages(store, REVIEW_DECISIONS, index="by_reviewer", within=(by,))
    for row in chain.from_iterable(pages):
        if found and row.value.at < found.value.at:
            break
        if row.value.stands and (found is None or row.version > found.version):
            found = row
    if found is None:
        message = "no decision of this reviewer stands: there is nothing to take back"
        raise MissingError(message, code="no_decision")
    return found.value.id


def prepare_unsettle(
    store: Store, decision_id: str, *, act: Act, kinds: Sequence[LinkedKind] = ()
) -> ChangeSet:
    """Return what taking a decision back changes; MissingError for one that is unknown.

    ``kinds`` are those of plugins and of the shop itself whose rows the reports count. Raises
    RefusedError (code "erased") when somebody it was about was erased since.
    """
    ruled = _decision(store, decision_id, act).value.ruled
    ids = sorted({id_ for each in ruled for id_ in (each.left, each.right)})
    groups = {group.root.id: group for group in groups_of(store, ids)}
    homes = sorted(id_ for group in groups.values() for id_ in ids_of(group))
    edges = read_edges(store, homes)
    written = read_corrections(store, homes)
    decision = _decision(store, decision_id, act)  # once more, behind the versions of the groups
    taken = Taken(
        decision=decision,
        groups=tuple(groups.values()),
        edges=[row.value for row in edges],
        judgements=read_judgements(store, homes),
        waiting=[id_ for (id_,) in store.get_many(PROPOSALS, _keys(decision.value))],
        meanwhile={row.value.id: ruled_since(written, row.version) for row in edges},
        linked={row.value.id: written_since(store, _holding(groups, row.value), kinds, row.version)
                for row in edges if row.value.id in decision.value.edges},
        refusals=len(read_consents(store, map(person_subject, homes))),
        holds=read_holds(store, homes),
    )  # fmt: skip
    return decide_unsettle(taken, tenant=store.tenant, by=act.by, at=act.at, policy=act.policy)


def _decision(store: Store, id_: str, act: Act) -> Stored[ReviewDecision]:
    """Return a decision; MissingError, or RefusedError (code "erased") where it went with one."""
    key = (gate_text(id_, "$.decision"),)
    found = store.get_many(REVIEW_DECISIONS, [key]).get(key)
    if found is None:
        refuse_erased(read_erasures(store, key, secret=act.secret), "somebody it was about")
        raise MissingError("no decision has this id", code="no_decision")
    return found


def prepare_unsettle_last(store: Store, *, act: Act, kinds: Sequence[LinkedKind] = ()) -> ChangeSet:
    """Return what taking back the last decision of whoever acts changes; MissingError for none."""
    while True:
        last = _last_decision(store, act.by)
        try:
            return prepare_unsettle(store, last, act=act, kinds=kinds)
        except RefusedError as error:
            if error.code != "decision_undone":
                raise  # else somebody has just taken it back: the one before is the last now


def _keys(decision: ReviewDecision) -> list[Key]:
    return [(held.id,) for held in decision.proposals]


def _holding(groups: Mapping[CustomerId, Group], edge: MergeEdge) -> Group:
    """Return the group that an edge is in."""
    return next(group for group in groups.values() if edge.loser in ids_of(group))
