"""Retention: forgetting request keys when no repetition of their requests can come any more."""

from __future__ import annotations

from datetime import datetime

from ecrm_core.kernel import REQUESTS, ChangeSet, Drop
from ecrm_core.ports import Store

__all__ = ["prepare_forget_requests"]

_PAGE = 1_000


def prepare_forget_requests(store: Store, *, before: datetime) -> ChangeSet:
    """Return what forgetting the oldest request keys drops: at most 1,000 made before an instant.

    The result counts them; none are left when it is 0.
    """
    page = store.scan(REQUESTS, index="by_time", limit=_PAGE)
    old = [row.value for row in page.rows if row.value.at < before]
    drops = tuple(Drop(REQUESTS, REQUESTS.key_of(request)) for request in old)
    return ChangeSet(drops=drops, result={"forgotten": len(drops)})
