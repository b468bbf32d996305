"""Loose: events that do not say whose they are go with the others of their correlation.

An erasure leaves a keyed hash of every correlation of hers. An event of hers that comes later, and
is left out, does the same for a correlation that nobody knew to be hers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ecrm_core.customers import TOMBSTONES, Tombstone, home_id, tombstone_id
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Key, Put
from ecrm_core.ports import Store
from ecrm_core.services.tombstones import Erasures
from ecrm_core.timeline import (
    CORRELATIONS,
    INTERACTIONS,
    Interaction,
    correlation_key,
    correlation_name,
)

__all__ = ["about_erased", "bury_loose"]


def about_erased(store: Store, arriving: Sequence[Interaction], erasures: Erasures) -> list[bool]:
    """Return of each event whether it is about somebody erased, by its subject or the others'."""
    if not erasures.erased:
        return [False] * len(arriving)
    homes = [one.subject and home_id(store.tenant, one.subject) for one in arriving]
    gone = [home in erasures.erased for home in homes]
    told = {correlation_key(one) for one, out in zip(arriving, gone, strict=True) if out}
    return [
        out or (one.subject is None and _buried_correlation(correlation_key(one), told, erasures))
        for one, out in zip(arriving, gone, strict=True)
    ]


def _buried_correlation(key: Key | None, told: Collection[Key | None], erasures: Erasures) -> bool:
    return key is not None and (key in told or correlation_name(key) in erasures.erased)


def bury_loose(
    store: Store,
    left_out: Iterable[Interaction],
    told: Collection[Interaction],
    erasures: Erasures,
) -> ChangeSet:
    """Return what takes out, and keeps out, loose events that are now known to be of the erased.

    ``left_out`` are the events of the erased, ``told`` all others that arrive: a loose one of them
    goes in as long as its correlation is not buried, and a correlation of theirs is not.
    """
    if erasures.secret is None:
        return ChangeSet()
    named = {correlation_key(one) for one in left_out if one.subject is not None}
    living = {correlation_key(one) for one in told}
    keys = {key for key in named - living if key and correlation_name(key) not in erasures.erased}
    loose = {correlation_key(one) for one in told if one.subject is None}
    free = [_tombstone(store, key, erasures.secret) for key in sorted(filter(None, loose))]
    guard = tuple(Expect(TOMBSTONES, (row.id,), ABSENT) for row in free)
    return ChangeSet(expects=guard) if not keys else _buried(store, keys, erasures.secret, guard)


def _buried(
    store: Store, keys: Collection[Key], secret: bytes, guard: tuple[Expect, ...]
) -> ChangeSet:
    correlations = store.get_many(CORRELATIONS, sorted(keys))
    events = store.find_many(INTERACTIONS, "by_correlation", sorted(keys))
    nobodys = [row.value for rows in events.values() for row in rows if row.value.home_id is None]
    unled = [key for key, row in correlations.items() if row.value.subject is None]
    versions = {key: row.version for key, row in correlations.items()}
    return ChangeSet(
        puts=tuple(Put(TOMBSTONES, _tombstone(store, key, secret)) for key in sorted(keys)),
        drops=(
            *(Drop(INTERACTIONS, INTERACTIONS.key_of(one)) for one in nobodys),
            *(Drop(CORRELATIONS, key) for key in unled),
        ),
        expects=(
            *(Expect(CORRELATIONS, key, versions.get(key, ABSENT)) for key in sorted(keys)),
            *guard,
        ),
    )


def _tombstone(store: Store, key: Key, secret: bytes) -> Tombstone:
    return Tombstone(id=tombstone_id(secret, store.tenant, correlation_name(key)))
