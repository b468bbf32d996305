"""Timeline: thin typed readers over the store, for interactions and facts by home."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping
from itertools import islice

from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.store import Cursor, Store
from ecrm_core.timeline import FACTS, INTERACTIONS, HomeFacts, Interaction

__all__ = ["read_facts", "read_holdings", "read_interactions", "read_timeline", "scan_timeline"]

_PAGE = 500
_HOLDINGS = 1_000  # events of one home: more than anybody looks through


def read_facts(
    store: Store, homes: Collection[CustomerId]
) -> Mapping[CustomerId, Stored[HomeFacts]]:
    """Return the stored facts of these homes; homes nothing happened at are absent.

    Those of a customer are ``Facts.total`` over all her homes. A row that an earlier version wrote
    is folded anew, if that counted less, until the next event of its home writes it.
    """
    found = store.get_many(FACTS, [(home,) for home in homes])
    rows = {row.value.home_id: row for row in found.values()}
    old = sorted(home for home, row in rows.items() if row.value.outdated)
    if old:
        told = read_interactions(store, old)
        for home in old:
            anew = HomeFacts.fold(home, told.get(home, ()))
            rows[home] = Stored(anew, rows[home].version)
    return rows


def read_interactions(
    store: Store, homes: Collection[CustomerId]
) -> Mapping[CustomerId, tuple[Interaction, ...]]:
    """Return all interactions of these homes, by home, in no order of time."""
    found = store.find_many(INTERACTIONS, "of_home", [(home,) for home in homes])
    return {CustomerId(home): tuple(row.value for row in rows) for (home,), rows in found.items()}


def read_timeline(
    store: Store, homes: Collection[CustomerId], *, limit: int | None
) -> tuple[Interaction, ...]:
    """Return the newest interactions of all these homes together, newest first; None: every one."""
    page = _PAGE if limit is None else min(limit, _PAGE)
    return tuple(islice(scan_timeline(store, homes, page=page), limit))


def read_holdings(store: Store, homes: Collection[CustomerId]) -> tuple[Interaction, ...]:
    """Return what tells what these homes bought, have and pay for: the newest 1,000 of each.

    They are read apart from the rest, so that no number of visits or mails hides them.
    """
    pages = [
        store.scan(INTERACTIONS, index="by_holding", within=(home,), limit=_HOLDINGS)
        for home in sorted(homes)
    ]
    return tuple(row.value for page in pages for row in page.rows)


def scan_timeline(
    store: Store, homes: Collection[CustomerId], *, after: Cursor | None = None, page: int = _PAGE
) -> Iterator[Interaction]:
    """Go through the interactions of all these homes together, newest first, a page at a time.

    ``after`` is a place in that order: recency, source, event id.
    """
    lists = [_newest(store, home, after, page) for home in sorted(homes)]
    return heapq.merge(*lists, key=lambda told: (told.recency, told.source, told.event_id))


def _newest(
    store: Store, home: CustomerId, after: Cursor | None, page: int
) -> Iterator[Interaction]:
    """Go through the interactions of one home, newest first, a page at a time."""
    place = None if after is None else (home, *after)
    for rows in scan_pages(
        store, INTERACTIONS, index="by_home", within=(home,), after=place, limit=page
    ):
        yield from (row.value for row in rows)
