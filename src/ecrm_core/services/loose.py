"""Loose: events that do not say whose they are go with the others of their correlation.

An erasure leaves a keyed hash of every correlation of hers. An event of hers that comes later, and
is left out, does the same for a correlation that nobody knew to be hers. What names nobody in it
goes, whoever it was filed under, and no row says any more whose such a correlation is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from ecrm_core.customers import TOMBSTONES, Tombstone, home_id, tombstone_id
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Key, Put, combine
from ecrm_core.ports import Store, read_facts, read_interactions
from ecrm_core.services.tombstones import Erasures
from ecrm_core.timeline import (
    CORRELATIONS,
    FACTS,
    INTERACTIONS,
    HomeFacts,
    Interaction,
    correlation_key,
    correlation_name,
)

__all__ = ["about_erased", "buried_among", "bury_loose", "loose_of", "unfiled"]


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


def buried_among(told: Iterable[Interaction], erasures: Erasures) -> frozenset[Key]:
    """Return the correlations of events in which somebody erased was named: nobody leads them."""
    keys = filter(None, {correlation_key(one) for one in told})
    return frozenset(key for key in keys if correlation_name(key) in erasures.erased)


def bury_loose(
    store: Store,
    left_out: Iterable[Interaction],
    told: Collection[Interaction],
    erasures: Erasures,
    *,
    but: Collection[str],
) -> ChangeSet:
    """Return what takes out, and keeps out, loose events that are now known to be of the erased.

    ``left_out`` are the events of the erased, ``told`` all others that arrive: a loose one of them
    goes in as long as its correlation is not buried, and a correlation of theirs is not; nor one
    with loose events at the homes ``but``, whose facts ``told`` changes.
    """
    if erasures.secret is None:
        return ChangeSet()
    named = {correlation_key(one) for one in left_out if one.subject is not None}
    living = {correlation_key(one) for one in told}
    keys = {key for key in named - living if key and correlation_name(key) not in erasures.erased}
    loose = {correlation_key(one) for one in told if one.subject is None}
    free = [_tombstone(store, key, erasures.secret) for key in sorted(filter(None, loose))]
    guard = tuple(Expect(TOMBSTONES, (row.id,), ABSENT) for row in free)
    buried = _buried(store, keys, erasures.secret, but) if keys else ChangeSet()
    return combine([ChangeSet(expects=guard), buried])


def _buried(store: Store, named: Collection[Key], secret: bytes, but: Collection[str]) -> ChangeSet:
    found = loose_of(store, named)
    keys = sorted(key for key in named if not any(e.home_id in but for e in found.get(key, ())))
    rows = [Put(TOMBSTONES, _tombstone(store, key, secret)) for key in keys]
    events = [one for key in keys for one in found.get(key, ())]
    drops = [*(Drop(CORRELATIONS, key) for key in keys),
             *(Drop(INTERACTIONS, INTERACTIONS.key_of(one)) for one in events)]  # fmt: skip
    return combine([ChangeSet(puts=tuple(rows), drops=tuple(drops)), unfiled(store, keys, events)])


def loose_of(store: Store, keys: Collection[Key]) -> Mapping[Key, Sequence[Interaction]]:
    """Return the events of correlations that do not say whose they are."""
    found = store.find_many(INTERACTIONS, "by_correlation", sorted(keys))
    return {key: [row.value for row in rows if row.value.subject is None]
            for key, rows in found.items()}  # fmt: skip


def unfiled(store: Store, keys: Collection[Key], events: Collection[Interaction]) -> ChangeSet:
    """Return the facts of others without these loose events of correlations that are buried.

    Whoever files a loose event meanwhile writes the row of its correlation: it is expected.
    """
    correlations = store.get_many(CORRELATIONS, sorted(keys))
    homes = sorted({one.home_id for one in events if one.home_id})
    held = read_facts(store, homes)  # before the timelines: their versions guard them
    gone = {INTERACTIONS.key_of(one) for one in events}
    left = {home: [one for one in told if INTERACTIONS.key_of(one) not in gone]
            for home, told in read_interactions(store, homes).items()}  # fmt: skip
    return ChangeSet(
        puts=tuple(Put(FACTS, HomeFacts.fold(home, left.get(home, ()))) for home in homes),
        expects=(
            *(Expect(CORRELATIONS, key, row.version) for key, row in correlations.items()),
            *(Expect(CORRELATIONS, key, ABSENT) for key in keys if key not in correlations),
            *(Expect(FACTS, (home,), held[home].version) for home in homes if home in held),
        ),
    )


def _tombstone(store: Store, key: Key, secret: bytes) -> Tombstone:
    return Tombstone(id=tombstone_id(secret, store.tenant, correlation_name(key)))
