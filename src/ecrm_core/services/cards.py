"""Cards: reading the cards of the review queue whole, several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from ecrm_core.customers import Profile, SurvivorshipPolicy
from ecrm_core.errors import RefusedError
from ecrm_core.kernel import CustomerId
from ecrm_core.matching import Comparison, Explanation, Model
from ecrm_core.merging import Case, MergePreview, winner_of
from ecrm_core.ports import Store, read_profiles
from ecrm_core.services.card import CardCustomer, Explain, Preview, ReviewCard
from ecrm_core.services.identity import prepare_preview
from ecrm_core.services.review import card_named
from ecrm_core.services.settle import read_cases

__all__ = ["read_card", "read_cards"]


def read_card(
    store: Store,
    card: str,
    *,
    policy: SurvivorshipPolicy,
    model: Model | None = None,
    comparisons: Iterable[Comparison] = (),
    masked: bool = True,
    now: datetime,
) -> ReviewCard:
    """Return one card, whoever holds it; RefusedError ("card_decided") when nothing is open."""
    name = card_named(store, card)
    found = read_cards(store, [name], policy=policy, model=model, comparisons=comparisons,
                       masked=masked, now=now)  # fmt: skip
    if not found:
        message = "everything on this card has been decided meanwhile: take another"
        raise RefusedError(message, code="card_decided", card=name)
    return found[0]


def read_cards(
    store: Store,
    ids: Sequence[str],
    *,
    policy: SurvivorshipPolicy,
    model: Model | None = None,
    comparisons: Iterable[Comparison] = (),
    masked: bool = True,
    now: datetime,
) -> tuple[ReviewCard, ...]:
    """Return the cards of these ids in their order, without those on which nothing is open."""
    cases = read_cases(store, ids)
    asking = [cases[id_] for id_ in ids if cases[id_].question.open]
    roots = sorted({root for case in asking for root in case.question.customers})
    profiles = read_profiles(store, roots)
    own = tuple(comparisons)

    def explain(one: Profile, other: Profile) -> Explanation:
        from ecrm_core.matching import explain_two  # noqa: PLC0415 - numpy only when it is needed

        return explain_two(one, other, model=model, comparisons=own)

    def preview(winner: CustomerId, loser: CustomerId) -> MergePreview:
        return prepare_preview(store, winner, loser, policy=policy)

    return tuple(
        _card(case, profiles, explain=explain, preview=preview, masked=masked, now=now)
        for case in asking
    )


def _card(
    case: Case,
    profiles: Mapping[CustomerId, Profile],
    *,
    explain: Explain,
    preview: Preview,
    masked: bool,
    now: datetime,
) -> ReviewCard:
    asks, lease, last = case.question, case.question.lease, case.last
    pairs = combinations(asks.customers, 2)
    return ReviewCard(
        id=asks.id, zone=asks.zone, value=asks.best.value,
        customers=tuple(_customer(case, id_, profiles) for id_ in asks.customers),
        proposals=asks.open,
        void=tuple(each for each in asks.standings if each.void),
        judgements=tuple(last[pair] for pair in pairs if pair in last),
        decisions=asks.decisions,
        winner=winner_of(asks.customers, case),
        held_until=lease.value.until if lease and now < lease.value.until else None,
        masked=masked, explain=explain, preview=preview,
    )  # fmt: skip


def _customer(case: Case, id_: CustomerId, profiles: Mapping[CustomerId, Profile]) -> CardCustomer:
    profile = profiles.get(id_) or Profile(id=id_)
    return CardCustomer(
        id=id_, profile=profile, group=case.groups[id_], holdings=case.holdings[id_]
    )
