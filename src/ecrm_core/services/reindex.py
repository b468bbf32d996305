"""Reindex: the search keys that a store of an earlier version lacks, written for everybody."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial

from ecrm_core.customers import HOMES, SEARCH_KEYS, search_keys
from ecrm_core.kernel import ChangeSet, CustomerId, Put
from ecrm_core.ports import Store, read_groups, scan_pages
from ecrm_core.services.commit import commit

__all__ = ["reindex"]


def reindex(store: Store, *, page: int = 500, progress: Callable[[int], object]) -> int:
    """Write the search keys that are derived today and are not there; return how many.

    ``progress`` is told after each page how many homes were looked at; False stops the work, and
    the same call does the rest: a page is one transaction, and what is there is not written again.
    """
    done = written = 0
    for rows in scan_pages(store, HOMES, limit=page):
        ids = [row.value.id for row in rows]
        applied = commit(store, partial(_missing, store, ids))
        written += int(str(applied.result.get("keys", 0)))
        done += len(rows)
        if progress(done) is False:
            break
    return written


def _missing(store: Store, ids: Collection[CustomerId]) -> ChangeSet:
    groups = read_groups(store, ids)
    wanted = {
        SEARCH_KEYS.key_of(row): (row, group)
        for id_, group in groups.items()
        for home in group.homes
        if home.id == id_
        for row in search_keys(id_, group.records.get(home.key), group.corrections).values()
    }
    there = store.get_many(SEARCH_KEYS, wanted)
    lacking = [wanted[key] for key in sorted(wanted.keys() - there.keys())]
    expects = {group.root.id: group.expect for _, group in lacking}
    return ChangeSet(
        puts=tuple(Put(SEARCH_KEYS, row) for row, _ in lacking),
        expects=tuple(expects.values()),
        result={"keys": len(lacking)},
    )
