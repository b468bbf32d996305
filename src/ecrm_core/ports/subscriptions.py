"""Subscriptions: thin typed readers over the store, by id, by home, and by what is due."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from itertools import islice

from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.store import Cursor, Store
from ecrm_core.subscriptions import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTIONS,
    Recorded,
    Subscription,
    UnreadSubscription,
)

__all__ = [
    "read_due",
    "read_subscription_events",
    "read_subscriptions",
    "read_subscriptions_of",
]

_PAGE = 500


def read_subscriptions(
    store: Store, ids: Collection[str]
) -> Mapping[str, Stored[Subscription]]:  # fmt: skip
    """Return the subscriptions of these ids; missing ones are absent."""
    found = store.get_many(SUBSCRIPTIONS, [(id_,) for id_ in ids])
    return {id_: row for (id_,), row in found.items()}


def read_subscriptions_of(
    store: Store, homes: Collection[CustomerId]
) -> Mapping[CustomerId, tuple[Stored[Subscription], ...]]:
    """Return the subscriptions written under these very homes, by home and then by id."""
    found = store.find_many(SUBSCRIPTIONS, "by_customer", [(home,) for home in homes])
    return {CustomerId(home): rows for (home,), rows in found.items()}


def read_subscription_events(store: Store, ids: Collection[str]) -> tuple[Recorded, ...]:
    """Return every event of these subscriptions: by subscription, then in order."""
    return tuple(row for id_ in sorted(ids) for row in _events(store, id_))


def _events(store: Store, id_: str) -> Iterator[Recorded]:
    for rows in scan_pages(store, SUBSCRIPTION_EVENTS, within=(id_,), limit=_PAGE):
        yield from (row.value for row in rows)


def read_due(
    store: Store,
    until: datetime,
    *,
    limit: int | None = None,
    shard: tuple[int, int] | None = None,
    page: int = _PAGE,
) -> Iterator[Stored[UnreadSubscription]]:
    """Go through subscriptions whose next action is due at ``until``, the earliest first.

    At most ``limit`` of them, of share ``i`` of ``n`` alone with ``shard=(i, n)``. They are not
    read yet: ``row.value.read()`` is the Subscription. The first page is one row, so that asking in
    vain costs next to nothing; then they come ``page`` rows (at most 500) at a time.
    """
    rows = _due(store, until, min(page, _PAGE))
    mine = (row for row in rows if shard is None or row.value.is_of(shard))
    return islice(mine, limit)


def _due(store: Store, until: datetime, size: int) -> Iterator[Stored[UnreadSubscription]]:
    after: Cursor | None = None
    limit = 1
    while True:
        page = store.scan(UNREAD_SUBSCRIPTIONS, index="by_next", after=after, limit=limit)
        for row in page.rows:
            if row.value.next_action_at is None or row.value.next_action_at > until:
                return
            yield row
        after, limit = page.following, size
        if after is None:
            return
