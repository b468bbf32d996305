"""Unit: what matching compares: the homes that people, not runs, made one, and their profile."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from ecrm_core.customers import Group, Home, Profile, SurvivorshipPolicy, unify
from ecrm_core.kernel import CustomerId
from ecrm_core.merging.edge import Cause, MergeEdge, roots_of

__all__ = ["Unit", "automatic", "units_of"]


@frozen(kw_only=True)
class Unit:
    """One unit: its root among the merges of people, the root it goes by now, and its homes.

    ``sources`` are those of its records. A run may put units together and take them apart again;
    within one it changes nothing.
    """

    id: CustomerId
    root: CustomerId
    homes: tuple[CustomerId, ...]
    sources: frozenset[str]
    profile: Profile


def automatic(edges: Iterable[MergeEdge]) -> tuple[MergeEdge, ...]:
    """Return the standing merges that runs made."""
    return tuple(edge for edge in edges if edge.active and edge.cause is Cause.AUTO)


def units_of(
    group: Group, edges: Sequence[MergeEdge], policy: SurvivorshipPolicy
) -> tuple[Unit, ...]:
    """Return the units of a group, by id; ``edges`` are all that touch its homes."""
    by_people = [edge for edge in edges if edge.cause is not Cause.AUTO]
    roots = roots_of((home.id for home in group.homes), by_people)
    return tuple(
        _unit(group, [home for home in group.homes if roots[home.id] == id_], id_, policy)
        for id_ in sorted(set(roots.values()))
    )


def _unit(group: Group, homes: Sequence[Home], id_: CustomerId, policy: SurvivorshipPolicy) -> Unit:
    ids = {home.id for home in homes}
    records = [group.records[home.key] for home in homes if home.key in group.records]
    corrections = [ruling for ruling in group.corrections if ruling.customer in ids]
    return Unit(
        id=id_, root=group.root.id, homes=tuple(sorted(ids)),
        sources=frozenset(home.key.source for home in homes),
        profile=unify(records, corrections, policy, id=id_),
    )  # fmt: skip
