"""Review: the queue of cards in the order of their value, taken under a lease and given back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from attrs import frozen

from ecrm_core.customers import HOMES
from ecrm_core.errors import DefinitionError, InputError, MissingError
from ecrm_core.kernel import ChangeSet, combine, gate_limit, gate_text
from ecrm_core.merging import (
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    Proposal,
    ProposedPair,
    QueuedCard,
    Zone,
    decide_lease,
    decide_return,
    proposed_pairs,
)
from ecrm_core.ports import Store, read_judgements, scan_pages
from ecrm_core.services.tombstones import nobody_erased

__all__ = [
    "Selection",
    "card_named",
    "choose_cards",
    "prepare_release_review",
    "prepare_review",
    "queued_cards",
    "read_queued",
    "walk_queue",
]

_PAGE = 200


def read_queued(store: Store, ids: Collection[str]) -> Mapping[str, QueuedCard]:
    """Return the cards of these ids; those without a proposal are absent."""
    rows = store.find_many(PROPOSALS, "by_group", [(id_,) for id_ in ids])
    stand = _pairs(store, [row.value for held in rows.values() for row in held])
    pairs = {id_: tuple(stand[row.value.id] for row in held)
             for (id_,), held in sorted(rows.items())}  # fmt: skip
    return queued_cards(store, pairs)


def queued_cards(
    store: Store, pairs: Mapping[str, tuple[ProposedPair, ...]]
) -> Mapping[str, QueuedCard]:
    """Return the cards of these pairs, by id, with who holds them and what was decided before."""
    keys = [(id_,) for id_ in pairs]
    leases = store.get_many(REVIEW_LEASES, keys)
    decided = store.find_many(REVIEW_DECISIONS, "by_card", keys)
    return {
        id_: QueuedCard(
            id=id_,
            pairs=held,
            lease=leases.get((id_,)),
            decisions=tuple(row.value for row in decided.get((id_,), ())),
        )
        for id_, held in pairs.items()
    }


def _pairs(store: Store, proposals: Collection[Proposal]) -> Mapping[str, ProposedPair]:
    ends = {id_ for held in proposals for id_ in (held.left, held.right)}
    found = store.get_many(HOMES, [(id_,) for id_ in sorted(ends)])
    roots = sorted({row.value.root_id for row in found.values()})
    members = store.find_many(HOMES, "by_root", [(root,) for root in roots])
    homes = {row.value.id: row.value.root_id for rows in members.values() for row in rows}
    told = read_judgements(store, sorted(homes))
    return {each.proposal.id: each for each in proposed_pairs(proposals, homes, told)}


def card_named(store: Store, name: str) -> str:
    """Return the id of the card that has or had this id, or that the proposal of this id is on.

    Raises MissingError (code "no_card").
    """
    asked = gate_text(name, "$.card")
    waits = store.scan(PROPOSALS, index="by_group", within=(asked,), limit=1).rows
    if waits or store.scan(REVIEW_DECISIONS, index="by_card", within=(asked,), limit=1).rows:
        return asked
    found = store.get_many(PROPOSALS, [(asked,)]).get((asked,))
    if found is None:
        message = "no card waits under this id: it has been decided, or a run found otherwise"
        raise MissingError(message, code="no_card")
    return found.value.group


def walk_queue(store: Store, zone: Zone | None = None) -> Iterator[QueuedCard]:
    """Go through the cards, the most valuable first (ties by the id of the proposal).

    A card none of whose proposals is open comes where the first of them stands.
    """
    index, within = ("by_rank", ()) if zone is None else ("by_zone", (zone.value,))
    known: dict[str, QueuedCard] = {}
    done: set[str] = set()
    for page in scan_pages(store, PROPOSALS, index=index, within=within, limit=_PAGE):
        rows = [row.value for row in page]
        known |= read_queued(store, sorted({held.group for held in rows} - known.keys()))
        for held in rows:
            card = known.get(held.group)
            if card and card.id not in done and _placed(card, held, zone):
                done.add(card.id)
                yield card


def _placed(card: QueuedCard, held: Proposal, zone: Zone | None) -> bool:
    """Tell whether a card stands in the queue where this proposal of its stands."""
    if not card.open:
        return True
    return held.id == card.best.id and zone in {None, card.zone}


@frozen(kw_only=True)
class Selection:
    """What a walk over the queue came to: the cards for a reviewer, and what was passed by."""

    cards: tuple[QueuedCard, ...]
    held: int
    void: Mapping[str, int]


def choose_cards(
    store: Store,
    *,
    by: str | None,
    limit: int,
    zone: Zone | None,
    now: datetime,
    held_too: bool = False,
    without: Collection[str] = (),
) -> Selection:
    """Return the most valuable cards that nobody else holds; those somebody was unsure of last.

    ``held_too`` counts those that others hold among them; ``without`` are ids to be passed by.
    """
    gate_limit(limit)
    chosen: list[QueuedCard] = []
    later: list[QueuedCard] = []
    void: Counter[str] = Counter()
    held = 0
    for card in walk_queue(store, zone):
        void.update(each.void.value for each in card.pairs if each.void)
        if not card.open or card.id in without:
            continue
        if card.held_by_other(by, now) and not held_too:
            held += 1
        elif card.postponed(now):
            later.append(card)
        else:
            chosen.append(card)
            if len(chosen) == limit:
                break
    cards = (*chosen, *later)[:limit]
    return Selection(cards=cards, held=held, void=dict(sorted(void.items())))


def prepare_review(
    store: Store,
    *,
    by: str,
    limit: int,
    lease: timedelta,
    zone: Zone | None,
    now: datetime,
    without: Collection[str] = (),
) -> ChangeSet:
    """Return what taking the most valuable cards writes: a lease on each; her old ones go.

    The result names the ``cards``, how many others hold, and why proposals on the way are void.
    """
    until, guard = _end_of(lease, now), nobody_erased(store)
    found = choose_cards(store, by=by, limit=limit, zone=zone, now=now, without=without)
    leases = {card.id: card.lease for card in found.cards if card.lease}
    changes = decide_lease([card.id for card in found.cards], leases, by=by, until=until, now=now)
    own = store.scan(REVIEW_LEASES, index="by_reviewer", within=(by,), limit=_PAGE).rows
    over = [row for row in own if row.value.until <= now and row.value.card not in leases]
    result = {**changes.result, "held": found.held, "void": found.void}
    return combine([changes, decide_return(over), guard], result=result)


def _end_of(lease: object, now: datetime) -> datetime:
    if not isinstance(lease, timedelta):
        message = f"the lease is of type {type(lease).__name__}, expected a timedelta"
        raise DefinitionError(message, code="lease")
    if not timedelta() < lease <= datetime.max.replace(tzinfo=UTC) - now:
        message = f"the lease is {lease}, expected some time, to an end before the year 10000"
        raise DefinitionError(message, code="lease")
    return now + lease


def prepare_release_review(store: Store, cards: Collection[str] | None, *, by: str) -> ChangeSet:
    """Return what giving back cards writes (None: all that this reviewer holds)."""
    if not isinstance(cards, Iterable | None):
        message = f"found {type(cards).__name__}, expected cards"
        raise InputError(message, path="$.cards", code="not_many")
    if cards is None:
        page = store.scan(REVIEW_LEASES, index="by_reviewer", within=(by,), limit=10_000)
        return decide_return(page.rows)
    asked = sorted({gate_text(card, "$.card") for card in cards})
    held = store.get_many(REVIEW_LEASES, [(card,) for card in asked])
    # A card that is held may have left the queue: a run found otherwise.
    others = sorted({card_named(store, card) for card in asked if (card,) not in held})
    found = {**held, **store.get_many(REVIEW_LEASES, [(name,) for name in others])}
    return decide_return(row for row in found.values() if row.value.reviewer == by)
