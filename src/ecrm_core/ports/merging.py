"""Merging: thin typed readers over the store, for legal holds and for rows of linked Kinds."""

from __future__ import annotations

from collections.abc import Collection

from ecrm_core.customers import Group
from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.merging import LEGAL_HOLDS, LegalHold, LinkedKind
from ecrm_core.ports.store import Store

__all__ = ["read_holds", "read_linked"]


def read_holds(store: Store, ids: Collection[CustomerId]) -> tuple[LegalHold, ...]:
    """Return the legal holds placed under any of these ids, released ones too, as they came."""
    found = store.find_many(LEGAL_HOLDS, "by_customer", [(id_,) for id_ in ids])
    holds = [row.value for rows in found.values() for row in rows]
    return tuple(sorted(holds, key=lambda hold: (hold.at, hold.id)))


def read_linked(store: Store, linked: LinkedKind, group: Group) -> tuple[Stored[object], ...]:
    """Return the rows of a linked Kind that hang on any home of a group, in the order of keys."""
    found = store.find_many(linked.kind, linked.by, linked.values(group))
    rows = [row for rows in found.values() for row in rows]
    return tuple(sorted(rows, key=lambda row: linked.kind.key_of(row.value)))
