"""Cards: reading the cards of the review queue whole, several at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from attrs import field, frozen

from ecrm_core.customers import Profile
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Comparison, Explanation, Model
from ecrm_core.merging import Case, LinkedKind, MergePreview, winner_of
from ecrm_core.ports import Store, read_profiles
from ecrm_core.services.card import CardCustomer, ReviewCard
from ecrm_core.services.identity import Act
from ecrm_core.services.merges import prepare_preview
from ecrm_core.services.review import card_named
from ecrm_core.services.settle import read_cases

__all__ = ["Desk", "read_card", "read_cards"]


@frozen(kw_only=True)
class Desk:
    """How cards are shown: to whom and when, by which model they are explained, masked or not.

    ``model`` is asked only when somebody wants an explanation. ``kinds`` are those whose rows a
    preview counts.
    """

    act: Act
    model: Callable[[], Model | None]
    comparisons: Sequence[Comparison] = ()
    kinds: Sequence[LinkedKind] = field(default=())
    masked: bool = True


def read_card(store: Store, card: str, *, desk: Desk) -> ReviewCard:
    """Return one card, whoever holds it; RefusedError ("card_decided") when nothing is open."""
    name = card_named(store, card)
    found = read_cards(store, [name], desk=desk)
    if not found:
        message = "everything on this card has been decided meanwhile: take another"
        raise RefusedError(message, code="card_decided", card=name)
    return found[0]


def read_cards(store: Store, ids: Iterable[str], *, desk: Desk) -> tuple[ReviewCard, ...]:
    """Return the cards of these ids in their order, without those on which nothing is open."""
    names = tuple(ids)
    cases = read_cases(store, names)
    asking = [cases[id_] for id_ in names if cases[id_].queued.open]
    roots = sorted({root for case in asking for root in case.queued.customers})
    profiles = read_profiles(store, roots)
    return tuple(_card(store, case, profiles, desk) for case in asking)


def _card(
    store: Store, case: Case, profiles: Mapping[CustomerId, Profile], desk: Desk
) -> ReviewCard:
    card, last, act = case.queued, case.last, desk.act
    pairs = tuple(combinations(card.customers, 2))

    def explain(one: Profile, other: Profile) -> Explanation:
        from ecrm_core.matching import explain_two  # noqa: PLC0415 - numpy only when it is needed

        return explain_two(one, other, model=desk.model(), comparisons=desk.comparisons)

    def preview(winner: CustomerId, loser: CustomerId) -> MergePreview:
        return prepare_preview(store, winner, loser, act=act, kinds=desk.kinds)

    return ReviewCard(
        id=card.id, zone=card.zone, value=card.best.value,
        customers=tuple(_customer(case, id_, profiles) for id_ in card.customers),
        proposals=card.open,
        void=tuple(each for each in card.pairs if each.void),
        judgements=tuple(last[pair] for pair in pairs if pair in last),
        blockers={pair: found for pair in pairs
                  if (found := case.blockers(*pair, policy=act.policy))},
        decisions=card.decisions,
        winner=winner_of(card.customers, case),
        held_until=card.lease.value.until
        if card.lease and act.at < card.lease.value.until else None,
        masked=desk.masked, explain=explain, preview=preview,
    )  # fmt: skip


def _customer(case: Case, id_: CustomerId, profiles: Mapping[CustomerId, Profile]) -> CardCustomer:
    profile = profiles.get(id_) or Profile(id=id_)
    return CardCustomer(
        id=id_, profile=profile, group=case.groups[id_], holdings=case.holdings[id_]
    )
