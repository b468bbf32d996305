"""Movements: every event of every subscription read, a page at a time, and told by month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecrm_core.ports import Store
from ecrm_core.ports.pages import scan_pages
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, Movements, Recorded, movements

__all__ = ["movements_of"]


def movements_of(store: Store, *, since: date | None, until: date | None) -> Movements:
    """Return the movements of all subscriptions of a store, from their events only."""
    return movements(_events(store), since=since, until=until)


def _events(store: Store) -> Iterator[Recorded]:
    for rows in scan_pages(store, SUBSCRIPTION_EVENTS):
        yield from (row.value for row in rows)
