"""Marks: who may have entered or left a segment, noted with the change that may have caused it.

A mark is written only while a segment is saved, and is taken off by the refresh that looks. It
stands on a home, on an address, or on a person of whom something was said: whom that concerns is
found when it is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

from attrs import frozen

from ecrm_core.customers import CONSENTS, HOMES, KEYSET, PROFILES, SEARCH_KEYS, person_subject
from ecrm_core.kernel import AnyKind, ChangeSet, Kind, Put
from ecrm_core.segmentation.saved import SegmentWatch
from ecrm_core.subscriptions import SUBSCRIPTIONS
from ecrm_core.timeline import FACTS, INTERACTIONS

__all__ = ["SEGMENT_MARKS", "MoveCause", "SegmentMark", "marks_of", "watched"]


class MoveCause(Enum):
    """Why a customer entered or left."""

    DATA = "data"
    """She, or what is known of her, changed."""
    TIME = "time"
    """Nothing but time passed."""
    DEFINITION = "definition"
    """The rule changed, or one that it names."""
    DROPPED = "dropped"
    """The segment is no more."""
    MERGED = "merged"
    """She became one with another customer."""
    UNMERGED = "unmerged"
    """She was one with another customer."""

    @property
    def acts(self) -> bool:
        """Whether it may set off anything: becoming one, or two, is nothing she did."""
        return self not in {MoveCause.MERGED, MoveCause.UNMERGED}


@frozen(kw_only=True)
class SegmentMark:
    """A mark on a home ("cus_..."), an address ("email:...") or a person ("customer:cus_...")."""

    subject: str
    cause: MoveCause = MoveCause.DATA


SEGMENT_MARKS: Final = Kind(
    name="segment_mark", of=SegmentMark, key=("subject", "cause"), owner="segmentation"
)
"""The marks. Each setting is a new version, so that none is taken off for a change not seen."""

_HOMES: Mapping[AnyKind, Callable[[Any], str | None]] = {
    PROFILES: lambda profile: profile.id,
    FACTS: lambda facts: facts.home_id,
    INTERACTIONS: lambda told: told.home_id,
    SUBSCRIPTIONS: lambda held: held.customer,
}
_WATCHED: Final = frozenset({*_HOMES, CONSENTS, SEARCH_KEYS})
_ADDRESSES = ("email:", "phone:")
_PERSON = person_subject("")


def watched(changes: ChangeSet) -> bool:
    """Tell whether a set writes or drops what a segment may look at."""
    kinds = {put.kind for put in changes.puts} | {drop.kind for drop in changes.drops}
    return not kinds.isdisjoint(_WATCHED)


def marks_of(
    changes: ChangeSet, watch: SegmentWatch, *, cause: MoveCause = MoveCause.DATA
) -> tuple[Put, ...]:
    """Return the marks that belong to a set of changes; none while no segment is saved.

    ``cause`` is MERGED or UNMERGED for a set that writes a merge or takes one back. Who is erased
    by the set is not marked, nor are her addresses.
    """
    if not watch.segments:
        return ()
    gone = {drop.key[0] for drop in changes.drops if drop.kind is HOMES}
    subjects = set(_homes(changes)) - gone
    if watch.consents:
        subjects |= set(_said(changes)) | set(_held(changes, gone))
    return tuple(
        Put(SEGMENT_MARKS, SegmentMark(subject=subject, cause=cause))
        for subject in sorted(subjects)
    )


def _homes(changes: ChangeSet) -> Iterator[str]:
    for put in changes.puts:
        of = _HOMES.get(put.kind)
        if of is not None and (home := of(put.value)):
            yield home
    yield from (drop.key[0] for drop in changes.drops if drop.kind is PROFILES)


def _said(changes: ChangeSet) -> Iterator[str]:
    """Go through whom statements are about."""
    for put in changes.puts:
        if put.kind is CONSENTS and put.key[0].startswith((_PERSON, *_ADDRESSES)):
            yield put.key[0]


def _held(changes: ChangeSet, gone: set[str]) -> Iterator[str]:
    """Go through addresses that somebody came to hold, or holds no more."""
    keys = [put.key for put in changes.puts if put.kind is SEARCH_KEYS]
    keys += [drop.key for drop in changes.drops if drop.kind is SEARCH_KEYS]
    for keyset, key, home in keys:
        if keyset == KEYSET and key.startswith(_ADDRESSES) and home not in gone:
            yield key
