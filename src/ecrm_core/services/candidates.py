"""Candidates: who in the store shares a key with somebody, and what matching compares of them.

Keys that too many share say little and are passed by, in either direction.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from ecrm_core.customers import (
    HOMES,
    SEARCH_KEYS,
    TYPED_KEYSET,
    Correction,
    Home,
    MatchKey,
    Profile,
    SourceRecord,
    SurvivorshipPolicy,
    in_order,
    search_keys,
)
from ecrm_core.kernel import CustomerId, Key
from ecrm_core.merging import MergeEdge, Unit, automatic, units_of
from ecrm_core.ports import (
    Store,
    read_corrections,
    read_edges,
    read_groups,
    read_profiles,
    read_records,
)

__all__ = ["HOLDERS", "Holders", "keys_of_record", "keys_of_units", "read_units"]

HOLDERS: Final = 100
"""The homes under one key up to which it is followed."""
_ADDRESSES = ("emails", "phones", "handles")


class Holders:
    """The homes found under keys; each key is looked up once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[Key, tuple[CustomerId, ...]] = {}
        self.passed = 0
        """Keys passed by, for more homes than HOLDERS share them."""

    def of(self, keys: Collection[Key]) -> Mapping[Key, tuple[CustomerId, ...]]:
        """Return for each key (key set and form) the homes under it; none where they are many."""
        self._look_up([key for key in keys if key not in self._known])
        return {key: self._known[key] for key in keys}

    def forget(self) -> None:
        """Forget what was found: the store has been written to."""
        self._known.clear()

    def _look_up(self, keys: Collection[Key]) -> None:
        found = self._store.find_many(SEARCH_KEYS, "by_key", keys, limit=HOLDERS + 1)
        for key in keys:
            rows = found.get(key, ())
            self._known[key] = () if len(rows) > HOLDERS else tuple(r.value.home_id for r in rows)
            self.passed += len(rows) > HOLDERS


def keys_of_record(
    home: CustomerId, record: SourceRecord, corrections: Iterable[Correction] = ()
) -> frozenset[Key]:
    """Return the keys a record is looked up by, but for relay addresses: they identify nobody.

    Keys for whoever types are left out: they say nothing that whole names do not.
    """
    ruled = [held for held in corrections if held.customer == home]
    told = [contact for name in _ADDRESSES for contact in record.value(name) or ()]
    told += [held.value for held in ruled if held.field_name in _ADDRESSES]
    relays = {
        str(MatchKey(contact.kind.value, contact.match_form))
        for contact in told
        if getattr(contact, "relay", False) and contact.match_form is not None
    }
    rows = search_keys(home, record, ruled)
    return frozenset(
        (row.keyset, row.key)
        for key, row in rows.items()
        if key not in relays and row.keyset != TYPED_KEYSET
    )


def keys_of_units(store: Store, units: Collection[Unit]) -> Mapping[CustomerId, frozenset[Key]]:
    """Return the keys of each unit: those of its records, as they are ruled."""
    ids = [id_ for unit in units for id_ in unit.homes]
    homes = [row.value for row in store.get_many(HOMES, [(id_,) for id_ in ids]).values()]
    records = read_records(store, [home.key for home in homes])
    ruled = read_corrections(store, ids)
    found = {
        home.id: keys_of_record(
            home.id, records[home.key], in_order(row.value for row in ruled.get(home.id, ()))
        )
        for home in homes
        if home.key in records
    }
    none: frozenset[Key] = frozenset()
    return {unit.id: none.union(*(found.get(id_, none) for id_ in unit.homes)) for unit in units}


def read_units(
    store: Store, roots: Collection[CustomerId], policy: SurvivorshipPolicy
) -> Mapping[CustomerId, tuple[Unit, ...]]:
    """Return for each root the units of its group; ids that are no root are absent.

    Where no run has merged anybody, a customer is one unit, and her stored profile its own.
    """
    rows = store.find_many(HOMES, "by_root", [(root,) for root in sorted(roots)])
    homes = {CustomerId(root): [row.value for row in held] for (root,), held in rows.items()}
    edges = _edges(store, homes)
    mixed = [root for root, held in edges.items() if automatic(held)]
    whole = read_profiles(store, [root for root in homes if root not in set(mixed)])
    groups = read_groups(store, mixed)
    found = {root: (_whole(homes[root], root, profile),) for root, profile in whole.items()}
    split = {root: units_of(groups[root], edges[root], policy)
             for root in mixed if root in groups and groups[root].root.id == root}  # fmt: skip
    return found | split


def _edges(
    store: Store, homes: Mapping[CustomerId, Sequence[Home]]
) -> Mapping[CustomerId, tuple[MergeEdge, ...]]:
    """Return the merges within each group of more than one home."""
    roots = {home.id: root for root, held in homes.items() if len(held) > 1 for home in held}
    found: dict[CustomerId, list[MergeEdge]] = {}
    for row in read_edges(store, sorted(roots)) if roots else ():
        edge = row.value
        for root in {roots[id_] for id_ in (edge.loser, edge.winner) if id_ in roots}:
            found.setdefault(root, []).append(edge)
    return {root: tuple(held) for root, held in found.items()}


def _whole(homes: Sequence[Home], root: CustomerId, profile: Profile) -> Unit:
    return Unit(
        id=root, root=root, homes=tuple(sorted(home.id for home in homes)),
        sources=frozenset(home.key.source for home in homes), profile=profile,
    )  # fmt: skip
