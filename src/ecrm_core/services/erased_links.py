"""Erased links: whom a source states to be somebody erased is kept out, or asked about.

Had the link come before the erasure, what was known under the id that went would have gone with
her. Where nothing is known of it, a keyed hash keeps it out from now on. Where something is, a link
erases nobody by itself: the host is asked, as by the webhooks of privacy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from attrs import evolve

from ecrm_core.customers import (
    HOMES,
    TOMBSTONES,
    SourceKey,
    Tombstone,
    home_id,
    secret_mark,
    tombstone_id,
)
from ecrm_core.kernel import ABSENT, ChangeSet, CustomerId, Expect, Put
from ecrm_core.ports import Store, read_groups, read_timeline
from ecrm_core.services.asked import prepare_requests
from ecrm_core.services.tombstones import Erasures
from ecrm_core.sources import QUARANTINE, Link, PrivacyRequest, RequestKind
from ecrm_core.timeline import FACTS

__all__ = ["ask_about_linked", "keep_out", "linked_unknown"]


def linked_unknown(store: Store, links: Collection[Link], erasures: Erasures) -> frozenset[str]:
    """Return the homes nothing is known of that links say to be erased, and those linked to them.

    ``links`` are those of one delivery: what else it tells of such a party is left out with it.
    """
    found = frozenset[str]()
    while erasures.secret is not None:
        said = _linked(store, links, erasures.erased | found)
        if not said:
            break
        groups = read_groups(store, list(said))
        fresh = {id_ for id_, key in said.items() if id_ not in groups and not _told(store, key)}
        if not fresh:
            break
        found |= fresh
    return found


def _linked(
    store: Store, links: Iterable[Link], erased: Collection[str]
) -> Mapping[CustomerId, SourceKey]:
    """Return whom links say to be one of the erased, without these themselves."""
    said = {home_id(store.tenant, link.gone): link for link in links}
    return {id_: link.gone for id_, link in sorted(said.items())
            if id_ not in erased and home_id(store.tenant, link.kept) in erased}  # fmt: skip


def _told(store: Store, key: SourceKey) -> bool:
    """Tell whether anything is known of a party without a record: events, or refused input."""
    refused = store.find_many(QUARANTINE, "by_party", [(key.source, key.external_id)])
    told = read_timeline(store, [home_id(store.tenant, key)], limit=1)
    return bool(told) or any(refused.values())


def keep_out(store: Store, homes: Iterable[str], secret: bytes) -> ChangeSet:
    """Return the hashes of homes nothing is known of.

    The mark is written anew with them: whoever takes in at the same time looks again.
    """
    ids = sorted(homes)
    hashes = [Tombstone(id=tombstone_id(secret, store.tenant, id_)) for id_ in ids]
    return ChangeSet(
        puts=tuple(Put(TOMBSTONES, row) for row in (secret_mark(secret, store.tenant), *hashes)),
        expects=tuple(Expect(kind, (id_,), ABSENT) for id_ in ids for kind in (HOMES, FACTS)),
    )


def ask_about_linked(store: Store, links: Collection[Link], erasures: Erasures) -> ChangeSet:
    """Return what asks the host to erase whom links say to be erased people; nobody is erased.

    Whoever was joined with others meanwhile is left to people: the others would go with her.
    """
    said = _linked(store, links, erasures.erased)
    if not said:
        return ChangeSet()
    groups = read_groups(store, list(said))
    alone = [key for id_, key in said.items() if id_ not in groups or len(groups[id_].homes) == 1]
    told_at = {link.gone: link.at for link in links}
    asked = prepare_requests(store, [
        PrivacyRequest(id=f"linked/{key.external_id}", kind=RequestKind.ERASE, source=key.source,
                       subject=key, at=told_at[key])
        for key in alone
    ])  # fmt: skip
    return evolve(asked, result={})
