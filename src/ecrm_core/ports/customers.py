"""Customers: thin typed readers over the store, for whole groups and what hangs on them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    HOMES,
    PROFILES,
    RECORDS,
    ConsentStatement,
    Correction,
    Group,
    Home,
    Profile,
    SourceKey,
    SourceRecord,
    Superseded,
    in_order,
)
from ecrm_core.errors import ConflictError, StorageError
from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.merging import MERGE_EDGES, MergeEdge
from ecrm_core.ports.store import Store

__all__ = [
    "read_consents",
    "read_corrections",
    "read_edges",
    "read_groups",
    "read_history",
    "read_profiles",
    "read_records",
]

_ATTEMPTS = 5


def read_groups(store: Store, ids: Collection[CustomerId]) -> Mapping[CustomerId, Group]:
    """Return for each id (old ones too) the group it belongs to now; unknown ids are absent.

    Each group carries the version of its root's row from before anything else of it was read, so
    a decision on it conflicts with whatever is written meanwhile.
    """
    for _ in range(_ATTEMPTS):
        homes = store.get_many(HOMES, [(id_,) for id_ in ids])
        members = _members(store, {home.value.root_id for home in homes.values()})
        roots = {row.value.id: root for root, rows in members.items() for row in rows}
        if all(id_ in roots for (id_,) in homes):  # else one has been merged or undone since
            groups = _whole(store, members)
            return {home.value.id: groups[roots[home.value.id]] for home in homes.values()}
    message = "the customers are being merged by others again and again; try later"
    raise ConflictError(message, retry="operation")


def _members(
    store: Store, roots: Collection[CustomerId]
) -> Mapping[CustomerId, tuple[Stored[Home], ...]]:
    """Return the homes under each root; a root that is one no more is absent."""
    found = store.find_many(HOMES, "by_root", [(root,) for root in roots])
    return {CustomerId(root): homes for (root,), homes in found.items()}


def _whole(
    store: Store, members: Mapping[CustomerId, tuple[Stored[Home], ...]]
) -> Mapping[CustomerId, Group]:
    homes = {root: tuple(home.value for home in rows) for root, rows in members.items()}
    everyone = [home for group in homes.values() for home in group]
    records = read_records(store, [home.key for home in everyone])
    corrections = read_corrections(store, [home.id for home in everyone])
    return {
        root: Group(
            homes=group,
            records={h.key: records[h.key] for h in group if h.key in records},
            corrections=in_order(
                row.value for home in group for row in corrections.get(home.id, ())
            ),
            version=_version(root, members[root]),
        )
        for root, group in homes.items()
    }


def _version(root: CustomerId, members: Iterable[Stored[Home]]) -> int:
    for row in members:
        if row.value.id == root:
            return row.version
    message = "found customers under an id that has no row: restore a backup"
    raise StorageError(message, code="damaged_row", customer=root)


def read_records(store: Store, keys: Collection[SourceKey]) -> Mapping[SourceKey, SourceRecord]:
    """Return the records of these source keys; missing ones are absent."""
    found = store.get_many(RECORDS, [(key.source, key.external_id) for key in keys])
    return {row.value.key: row.value for row in found.values()}


def read_corrections(
    store: Store, ids: Collection[CustomerId]
) -> Mapping[CustomerId, tuple[Stored[Correction], ...]]:
    """Return the corrections written under these very ids."""
    found = store.find_many(CORRECTIONS, "by_customer", [(id_,) for id_ in ids])
    return {CustomerId(id_): rows for (id_,), rows in found.items()}


def read_profiles(store: Store, roots: Collection[CustomerId]) -> Mapping[CustomerId, Profile]:
    """Return the stored profiles of these roots."""
    found = store.get_many(PROFILES, [(root,) for root in roots])
    return {CustomerId(root): row.value for (root,), row in found.items()}


def read_history(store: Store, keys: Collection[SourceKey]) -> tuple[Superseded, ...]:
    """Return what these records once stated and state no more, oldest first for each."""
    values = [(key.source, key.external_id) for key in keys]
    found = store.find_many(HISTORY, "by_record", values)
    rows = [row.value for value in sorted(found) for row in found[value]]
    return tuple(sorted(rows, key=lambda r: (r.source, r.external_id, r.observed_at, r.field_name)))


def read_edges(store: Store, ids: Collection[CustomerId]) -> tuple[Stored[MergeEdge], ...]:
    """Return every merge, undone ones too, that any of these ids has a part in, by id."""
    values = [(id_,) for id_ in ids]
    found = [store.find_many(MERGE_EDGES, index, values) for index in ("by_loser", "by_winner")]
    rows = {row.value.id: row for side in found for group in side.values() for row in group}
    return tuple(rows[id_] for id_ in sorted(rows))


def read_consents(store: Store, subjects: Iterable[str]) -> tuple[ConsentStatement, ...]:
    """Return every statement about these subjects, oldest first."""
    found = store.find_many(CONSENTS, "by_subject", [(subject,) for subject in subjects])
    rows = [row.value for group in found.values() for row in group]
    return tuple(sorted(rows, key=lambda s: (s.at, CONSENTS.key_of(s))))
