"""Caution: what to look at before two customers are merged; nothing of it refuses a merge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ecrm_core.customers import (
    ContactPoint,
    Group,
    Profile,
    RelationKind,
    Verdict,
    ids_of,
    name_key,
)
from ecrm_core.kernel import Reason
from ecrm_core.merging.edge import MergeEdge
from ecrm_core.subscriptions import Subscription

__all__ = ["Voices", "find_warnings"]

Voices = Mapping[tuple[str, str], tuple[Verdict, Verdict, Verdict]]
"""By channel and purpose what may_contact says of the winner, of the loser, and of both as one."""

_TEXTS: Final[Mapping[str, str]] = {
    "same_source": "{source} knows them as two",
    "birth_dates_differ": "their dates of birth differ",
    "names_differ": "their names have no word in common",
    "relay_only": "all the addresses they share are relays, which identify nobody",
    "related": "one is said to stand in a relation to the other: {relation}",
    "undone_before": "they were merged before, and it was undone on {on}",
    "both_subscribe": "both have a running subscription to {plan}: both go on",
    "consents_differ": "{purpose} by {channel}: {winner} for the winner, {loser} for the loser, "
    "{after} for both as one",
}


def find_warnings(
    winner: tuple[Group, Profile],
    loser: tuple[Group, Profile],
    *,
    edges: Iterable[MergeEdge] = (),
    subscriptions: Iterable[Subscription] = (),
    voices: Voices | None = None,
) -> tuple[Reason, ...]:
    """Return what to look at before merging: each a code, facts and a sentence.

    ``edges``, undone ones too, and ``subscriptions`` are those of both sides.
    """
    (keep, one), (give, two) = winner, loser
    return (
        *_same_source(keep, give),
        *_who(one, two),
        *_relations(one, give),
        *_relations(two, keep),
        *_undone(keep, give, edges),
        *_subscriptions(keep, give, subscriptions),
        *_consents(voices or {}),
    )


def _warning(code: str, **facts: str) -> Reason:
    return Reason(code, _TEXTS[code], facts)


def _same_source(one: Group, two: Group) -> Iterator[Reason]:
    shared = {key.source for key in one.records} & {key.source for key in two.records}
    yield from (_warning("same_source", source=source) for source in sorted(shared))


def _who(one: Profile, two: Profile) -> Iterator[Reason]:
    born = {one.value("birth_on"), two.value("birth_on")} - {None}
    if len(born) > 1:
        yield _warning("birth_dates_differ")
    words = [set(name_key(p.name.full).split()) if p.name else set() for p in (one, two)]
    if all(words) and not words[0] & words[1]:
        yield _warning("names_differ")
    shared = _shared(one, two)
    if shared and all(contact.relay for contact in shared):
        yield _warning("relay_only")


def _shared(one: Profile, two: Profile) -> list[ContactPoint]:
    def held(profile: Profile) -> dict[str, ContactPoint]:
        fields = (*profile.emails, *profile.phones, *profile.values("handles"))
        return {contact.identity: contact for contact in fields}

    other = held(two)
    return [contact for identity, contact in held(one).items() if identity in other]


def _relations(one: Profile, two: Group) -> Iterator[Reason]:
    """Go through the relations between both; parent and child are a blocker."""
    names = {name for home in two.homes for name in (home.id, str(home.key))}
    kinds = {said.kind.value for said in one.values("relations") if said.other in names}
    kinds.discard(RelationKind.PARENT_OF.value)
    yield from (_warning("related", relation=kind) for kind in sorted(kinds))


def _undone(one: Group, two: Group, edges: Iterable[MergeEdge]) -> Iterator[Reason]:
    sides = [set(ids_of(group)) for group in (one, two)]
    days = [
        edge.undone_at.date().isoformat()
        for edge in edges
        if edge.undone_at and all({edge.winner, edge.loser} & side for side in sides)
    ]
    if days:
        yield _warning("undone_before", on=max(days))


def _subscriptions(one: Group, two: Group, rows: Iterable[Subscription]) -> Iterator[Reason]:
    running = [held for held in rows if not held.status.over]
    plans = [{held.plan.id for held in running if held.customer in ids_of(group)}
             for group in (one, two)]  # fmt: skip
    yield from (_warning("both_subscribe", plan=plan) for plan in sorted(plans[0] & plans[1]))


def _consents(voices: Voices) -> Iterator[Reason]:
    for (channel, purpose), said in sorted(voices.items()):
        words = ["yes" if verdict.yes else "no" for verdict in said]
        if words[0] != words[1]:
            told = dict(zip(("winner", "loser", "after"), words, strict=True))
            yield _warning("consents_differ", channel=channel, purpose=purpose, **told)
