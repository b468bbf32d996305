"""Pages: a whole index gone through page by page, for whoever has no cursor to keep."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from ecrm_core.kernel import Key, Kind, Stored
from ecrm_core.ports.store import Cursor, Store

__all__ = ["scan_pages"]

T = TypeVar("T")


def scan_pages(
    store: Store,
    kind: Kind[T],
    *,
    index: str | None = None,
    within: Key = (),
    starts: str | None = None,
    after: Cursor | None = None,
    limit: int = 500,
) -> Iterator[tuple[Stored[T], ...]]:
    """Go through all rows that ``Store.scan`` with these arguments leads to, a page at a time.

    A page is read when it is asked for; the last one may be empty. Raises as ``scan``.
    """
    while True:
        page = store.scan(kind, index=index, within=within, starts=starts, after=after, limit=limit)
        yield page.rows
        after = page.following
        if after is None:
            return
