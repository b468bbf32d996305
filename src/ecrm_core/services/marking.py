"""Marking: every change of a customer is noted for the saved segments, with the change itself.

The row of the watch is read, and expected unchanged: so of a change and the saving of the first
segment at once, the one that comes second sees the other. It is there once anything was written,
for a row that is there is expected by many at once.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from ecrm_core.customers import RECORDS
from ecrm_core.kernel import ABSENT, ChangeSet, Expect, Put, Stored
from ecrm_core.merging import MERGE_EDGES, MergeEdge
from ecrm_core.ports import Store
from ecrm_core.segmentation import (
    SEGMENT_MARKS,
    SEGMENT_WATCH,
    WATCH,
    MoveCause,
    SegmentMark,
    SegmentWatch,
    marks_of,
    watched,
)
from ecrm_core.timeline import INTERACTIONS

__all__ = ["marked_for_segments", "marks_on", "read_watch"]


def read_watch(store: Store) -> Stored[SegmentWatch]:
    """Return the watch; while there is none, an empty one of the version ABSENT."""
    row = store.get_many(SEGMENT_WATCH, [WATCH]).get(WATCH)
    return row or Stored(SegmentWatch(), ABSENT)


def marked_for_segments(store: Store, changes: ChangeSet) -> ChangeSet:
    """Return the set with the marks that belong to it."""
    if not watched(changes):
        return changes
    row = read_watch(store)
    marks = marks_of(changes, row.value, cause=_cause(changes))
    founding = () if row.version else (Put(SEGMENT_WATCH, row.value),)
    there = {put.key for put in changes.puts if put.kind is SEGMENT_MARKS}
    fresh = [put for put in marks if put.key not in there]
    return evolve(
        changes,
        puts=(*changes.puts, *fresh, *founding),
        expects=(*changes.expects, Expect(SEGMENT_WATCH, WATCH, row.version)),
    )


def marks_on(store: Store, homes: Iterable[str]) -> tuple[Put, ...]:
    """Return marks on these homes, for a change that concerns them and writes no row of theirs."""
    if not read_watch(store).value.consents:
        return ()
    return tuple(Put(SEGMENT_MARKS, SegmentMark(subject=home)) for home in sorted(homes))


def _cause(changes: ChangeSet) -> MoveCause:
    """Return why segments may change; a delivery that merges by the way tells data all the same."""
    if any(put.kind in (RECORDS, INTERACTIONS) for put in changes.puts):
        return MoveCause.DATA
    for put in changes.puts:
        if put.kind is MERGE_EDGES and isinstance(put.value, MergeEdge):
            return MoveCause.MERGED if put.value.active else MoveCause.UNMERGED
    return MoveCause.DATA
