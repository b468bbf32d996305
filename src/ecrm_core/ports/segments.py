"""Segments: thin typed readers over the store, for saved segments and who is in them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from ecrm_core.kernel import CustomerId, Stored
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.store import Cursor, Store
from ecrm_core.segmentation import (
    MEMBERSHIPS,
    SEGMENT_RECHECKS,
    SEGMENTS,
    Membership,
    SavedSegment,
    SegmentRecheck,
)

__all__ = ["read_members", "read_memberships", "read_rechecks_due", "read_saved_segments"]


def read_saved_segments(store: Store) -> tuple[SavedSegment, ...]:
    """Return every saved segment, by name."""
    pages = scan_pages(store, SEGMENTS, index="by_name")
    return tuple(row.value for rows in pages for row in rows)


def read_members(
    store: Store, segment: str, *, page: int = 500
) -> Iterator[tuple[Membership, ...]]:
    """Go through who is in a segment (by its id), page by page, in the order of customers."""
    for rows in scan_pages(store, MEMBERSHIPS, index="by_segment", within=(segment,), limit=page):
        yield tuple(row.value for row in rows)


def read_memberships(
    store: Store, customers: Collection[CustomerId]
) -> Mapping[CustomerId, tuple[Stored[Membership], ...]]:
    """Return the memberships under these very ids, past ones too, by customer and segment."""
    found = store.find_many(MEMBERSHIPS, "by_customer", [(id_,) for id_ in customers])
    return {CustomerId(id_): rows for (id_,), rows in found.items()}


def read_rechecks_due(
    store: Store, until: datetime, *, after: Cursor | None = None, limit: int = 500
) -> tuple[Stored[SegmentRecheck], ...]:
    """Return customers whom time alone may have moved by ``until``, the first due first."""
    rows = store.scan(SEGMENT_RECHECKS, index="by_time", after=after, limit=limit).rows
    return tuple(row for row in rows if row.value.first is not None and row.value.first <= until)
