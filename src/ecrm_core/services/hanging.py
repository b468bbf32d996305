"""Hanging: what hangs on a customer, counted and read by name; nothing of it moves in a merge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecrm_core.customers import Group, SourceKey, ids_of, person_subject
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import (
    Store,
    read_claims_by,
    read_claims_on,
    read_consents,
    read_edges,
    read_holds,
    read_interactions,
    read_judgements,
    read_linked,
    read_memberships,
    read_subscriptions_of,
)
from ecrm_core.services.contact import subjects_of
from ecrm_core.services.identity import group_of

__all__ = ["hanging_on", "linked_rows"]


def hanging_on(store: Store, group: Group, kinds: Iterable[LinkedKind] = ()) -> Mapping[str, int]:
    """Return how many rows hang on a customer, by what they are; linked Kinds by their names."""
    ids = ids_of(group)
    people, addresses = set(map(person_subject, ids)), set(subjects_of(group))
    claims = (*read_claims_by(store, ids), *read_claims_on(store, people | addresses))
    return {
        "records": len(group.records),
        "corrections": len(group.corrections),
        "merges": len(read_edges(store, ids)),
        "judgements": len(read_judgements(store, ids)),
        "legal holds": sum(hold.stands for hold in read_holds(store, ids)),
        "claims": len({claim.id for claim in claims}),
        "consents about the person": len(read_consents(store, people)),
        "consents about the addresses": len(read_consents(store, addresses)),
        "interactions": sum(map(len, read_interactions(store, ids).values())),
        "memberships": sum(
            row.value.current is not None
            for rows in read_memberships(store, ids).values()
            for row in rows
        ),
        "subscriptions": sum(map(len, read_subscriptions_of(store, ids).values())),
        **{kind.name: len(read_linked(store, kind, group)) for kind in kinds},
    }


def linked_rows(store: Store, customer: str | SourceKey, linked: LinkedKind) -> tuple[object, ...]:
    """Return the rows of a linked Kind under any id of a customer, in the order of keys."""
    return tuple(row.value for row in read_linked(store, linked, group_of(store, customer)))
