"""Ordered: a sorted list of different tuples that takes many additions between two readings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator

from ecrm_core.kernel import Key
from ecrm_core.ports.span import Span

__all__ = ["Ordered"]


class Ordered:
    """Tuples of texts in code point order (Python compares text so).

    Additions and removals wait for the next reading: sorting a sorted list with a few newcomers is
    one pass, where each insertion alone would move half of the list.
    """

    __slots__ = ("_added", "_gone", "_sorted")

    def __init__(self, entries: Iterable[Key] = ()) -> None:
        """Hold the entries."""
        self._sorted: list[Key] = sorted(entries)
        self._added: set[Key] = set()
        self._gone: set[Key] = set()

    def add(self, entry: Key) -> None:
        """Add an entry that is not in it."""
        if entry in self._gone:
            self._gone.remove(entry)
        else:
            self._added.add(entry)

    def remove(self, entry: Key) -> None:
        """Remove an entry that is in it."""
        if entry in self._added:
            self._added.remove(entry)
        else:
            self._gone.add(entry)

    def beginning(self, columns: Key) -> Iterator[Key]:
        """Go through the entries that begin with these columns."""
        entries = self._settled()
        return iter(entries[bisect_left(entries, columns) : _end(entries, columns)])

    def inside(self, span: Span) -> list[Key]:
        """Return the first entries of the span, one more than its limit if there are so many."""
        if span.nothing:
            return []
        entries = self._settled()
        find = bisect_left if span.closed else bisect_right
        first = find(entries, span.within + span.low)
        if span.below is None:
            end = _end(entries, span.within)
        else:
            end = bisect_left(entries, (*span.within, span.below))
        return entries[first : min(end, first + span.limit + 1)]

    def _settled(self) -> list[Key]:
        if self._gone:
            self._sorted = [entry for entry in self._sorted if entry not in self._gone]
            self._gone = set()
        if self._added:
            self._sorted += self._added
            self._sorted.sort()
            self._added = set()
        return self._sorted


def _end(entries: list[Key], columns: Key) -> int:
    """Where the entries that begin with the columns end: before the next text of the last one."""
    if not columns:
        return len(entries)
    return bisect_left(entries, (*columns[:-1], columns[-1] + "\0"))
