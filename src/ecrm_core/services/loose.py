"""Loose: events that do not say whose they are go with the customer of their thread, erased too.

An erasure leaves a keyed hash of every thread of hers. An event of hers that comes later, and is
left out, does the same for a thread that nobody knew to be hers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ecrm_core.customers import TOMBSTONES, Tombstone, home_id, tombstone_id
from ecrm_core.kernel import ABSENT, ChangeSet, Drop, Expect, Key, Put
from ecrm_core.ports import Store
from ecrm_core.services.tombstones import Erasures
from ecrm_core.timeline import INTERACTIONS, THREADS, Interaction, thread_key, thread_name

__all__ = ["about_erased", "bury_loose"]


def about_erased(store: Store, arriving: Sequence[Interaction], erasures: Erasures) -> list[bool]:
    """Return of each event whether it is about somebody erased: by its subject, else its thread."""
    if not erasures.erased:
        return [False] * len(arriving)
    homes = [one.subject and home_id(store.tenant, one.subject) for one in arriving]
    gone = [home in erasures.erased for home in homes]
    told = {thread_key(one) for one, out in zip(arriving, gone, strict=True) if out}
    return [
        out or (one.subject is None and _buried_thread(thread_key(one), told, erasures))
        for one, out in zip(arriving, gone, strict=True)
    ]


def _buried_thread(key: Key | None, told: Collection[Key | None], erasures: Erasures) -> bool:
    return key is not None and (key in told or thread_name(key) in erasures.erased)


def bury_loose(
    store: Store,
    left_out: Iterable[Interaction],
    told: Collection[Interaction],
    erasures: Erasures,
) -> ChangeSet:
    """Return what takes out, and keeps out, the loose events of threads now known to be erased.

    ``left_out`` are the events of the erased, ``told`` all others that arrive: a loose one of them
    goes in as long as its thread is not buried, and a thread of theirs is not.
    """
    if erasures.secret is None:
        return ChangeSet()
    named = {thread_key(one) for one in left_out if one.subject is not None}
    living = {thread_key(one) for one in told}
    keys = {key for key in named - living if key and thread_name(key) not in erasures.erased}
    loose = {thread_key(one) for one in told if one.subject is None}
    free = [_tombstone(store, key, erasures.secret) for key in sorted(filter(None, loose))]
    guard = tuple(Expect(TOMBSTONES, (row.id,), ABSENT) for row in free)
    return ChangeSet(expects=guard) if not keys else _buried(store, keys, erasures.secret, guard)


def _buried(
    store: Store, keys: Collection[Key], secret: bytes, guard: tuple[Expect, ...]
) -> ChangeSet:
    threads = store.get_many(THREADS, sorted(keys))
    events = store.find_many(INTERACTIONS, "by_correlation", sorted(keys))
    nobodys = [row.value for rows in events.values() for row in rows if row.value.home_id is None]
    unled = [key for key, row in threads.items() if row.value.subject is None]
    versions = {key: row.version for key, row in threads.items()}
    return ChangeSet(
        puts=tuple(Put(TOMBSTONES, _tombstone(store, key, secret)) for key in sorted(keys)),
        drops=(
            *(Drop(INTERACTIONS, INTERACTIONS.key_of(one)) for one in nobodys),
            *(Drop(THREADS, key) for key in unled),
        ),
        expects=(
            *(Expect(THREADS, key, versions.get(key, ABSENT)) for key in sorted(keys)),
            *guard,
        ),
    )


def _tombstone(store: Store, key: Key, secret: bytes) -> Tombstone:
    return Tombstone(id=tombstone_id(secret, store.tenant, thread_name(key)))
