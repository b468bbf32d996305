"""Marked customers: whom marks on homes, addresses and people lead to, and why each is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from ecrm_core.customers import HOMES, search_keys
from ecrm_core.kernel import CustomerId
from ecrm_core.ports import Store, read_groups
from ecrm_core.segmentation import SEGMENT_MARKS, MoveCause, SegmentMark
from ecrm_core.services.segment_rows import holders_of

__all__ = ["MARK_CAUSES", "marked_customers"]

_PERSON, _HOME = "customer:", "cus_"
_ADDRESSES = ("email:", "phone:")
MARK_CAUSES: Final = (MoveCause.DATA, MoveCause.MERGED, MoveCause.UNMERGED)
"""Of several on one customer the last counts: nothing may act on what a merge has moved."""


def marked_customers(store: Store, marks: Sequence[SegmentMark]) -> Mapping[CustomerId, MoveCause]:
    """Return whom marks concern, by the ids they go by and those they went by, and why."""
    people = {m.subject.removeprefix(_PERSON) for m in marks if m.subject.startswith(_PERSON)}
    held = _addresses_of(store, {CustomerId(id_) for id_ in people})
    spoken = {m.subject for m in marks if m.subject.startswith(_ADDRESSES)}
    holders = holders_of(store, sorted(spoken.union(*held.values())))
    causes: dict[CustomerId, MoveCause] = {}
    for mark in sorted(marks, key=lambda mark: MARK_CAUSES.index(mark.cause)):
        name = mark.subject.removeprefix(_PERSON)
        homes = {CustomerId(name)} if name.startswith(_HOME) else set()
        for subject in (mark.subject, *held.get(name, ())):
            homes |= set(holders.get(subject, ()))
        causes |= dict.fromkeys(homes, mark.cause)
    return _with_roots(store, causes)


def _addresses_of(store: Store, people: Iterable[CustomerId]) -> Mapping[str, frozenset[str]]:
    """Return the addresses that each of these homes holds."""
    found = {}
    for id_, group in read_groups(store, list(people)).items():
        home = next(home for home in group.homes if home.id == id_)
        rows = search_keys(id_, group.records.get(home.key), group.corrections).values()
        found[str(id_)] = frozenset(r.key for r in rows if r.key.startswith(_ADDRESSES))
    return found


def _with_roots(
    store: Store, causes: Mapping[CustomerId, MoveCause]
) -> Mapping[CustomerId, MoveCause]:
    """Return them with the ids they go by, each under the gravest cause; marks on these count too.

    Marks on one customer may stand on several pages: what a merge has moved is told as that.
    """
    rows = store.get_many(HOMES, [(id_,) for id_ in causes])
    roots = {id_: rows[(id_,)].value.root_id if (id_,) in rows else id_ for id_ in causes}
    keys = [(root, cause.value) for root in set(roots.values()) for cause in MARK_CAUSES]
    told = [(CustomerId(mark.value.subject), mark.value.cause)
            for mark in store.get_many(SEGMENT_MARKS, keys).values()]  # fmt: skip
    found = dict(causes)
    for id_, cause in [*told, *((roots[id_], cause) for id_, cause in causes.items())]:
        if MARK_CAUSES.index(cause) >= MARK_CAUSES.index(found.get(id_, cause)):
            found[id_] = cause
    return found
