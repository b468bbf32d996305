"""Sessions: what she did on the site in one go, told by the pauses between."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Final

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, Private, guarded
from ecrm_core.timeline.interaction import Interaction

__all__ = ["ON_SITE", "SESSION_GAP", "Session", "Visit", "join_visits", "sessions"]

ON_SITE: Final = frozenset({
    "page_viewed", "product_viewed", "product_added", "product_removed", "searched", "cart_viewed",
    "checkout_started", "signed_up", "signed_in", "form_submitted",
})  # fmt: skip
"""The kinds by which somebody shows that she is on the site or in the app."""
SESSION_GAP: Final = timedelta(minutes=30)
"""A longer pause begins another session."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_BEGAN: Final = attrgetter("first_at")


@frozen(kw_only=True, repr=False)
class Session(Private):
    """Interactions on the site without a pause longer than the gap, the earliest first."""

    interactions: tuple[Interaction, ...]

    @property
    def first_at(self) -> datetime:
        """When it began."""
        return self.interactions[0].at

    @property
    def last_at(self) -> datetime:
        """When she was last seen in it."""
        return self.interactions[-1].at

    @property
    def length(self) -> timedelta:
        """The time between the two; zero for one page alone."""
        return self.last_at - self.first_at


def sessions(
    interactions: Iterable[Interaction], *, gap: timedelta = SESSION_GAP
) -> tuple[Session, ...]:
    """Return the sessions that interactions of one customer make up, the earliest first.

    Only those of the kinds in ON_SITE count, and void ones never. Where two of them are ``gap``
    apart or less, they are of one session. Raises DefinitionError for a gap of nothing or less.
    """
    if gap <= timedelta(0):
        raise DefinitionError("found no gap, expected a time above zero", code="gap")
    found: list[list[Interaction]] = []
    told = (one for one in interactions if one.kind in ON_SITE and not one.void)
    for one in sorted(told, key=lambda one: (one.at, one.source, one.event_id)):
        if found and one.at - found[-1][-1].at <= gap:
            found[-1].append(one)
        else:
            found.append([one])
    return tuple(Session(interactions=tuple(held)) for held in found)


@frozen
class Visit:
    """A session as facts keep it: from when to when, without what happened in it."""

    first_at: datetime
    last_at: datetime

    def to_json(self) -> Json:
        """Return the microseconds since 1970 at which it began, and how many it was long."""
        began, lasted = self.first_at - _EPOCH, self.last_at - self.first_at
        return [began // _MICROSECOND, lasted // _MICROSECOND]

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> Visit:
        """Return the visit read back; InputError for what is none."""
        began, lasted = data
        first_at = _EPOCH + timedelta(microseconds=began)
        return cls(first_at, first_at + timedelta(microseconds=lasted))


def join_visits(parts: Sequence[tuple[Visit, ...]]) -> tuple[Visit, ...]:
    """Return the visits of all parts, in order: those with no longer pause between are one."""
    largest, *others = sorted(parts, key=len, reverse=True)
    if not any(others):
        return largest
    held = list(largest)  # a page more costs no walk through a thousand visits
    for part in others:
        for visit in part:
            _put(held, visit)
    return tuple(held)


def _put(held: list[Visit], visit: Visit) -> None:
    first, last = visit.first_at, visit.last_at
    low = high = bisect_right(held, first, key=_BEGAN)
    if low and first - held[low - 1].last_at <= SESSION_GAP:
        low -= 1
        first, last = held[low].first_at, max(last, held[low].last_at)
    while high < len(held) and held[high].first_at - last <= SESSION_GAP:
        last = max(last, held[high].last_at)
        high += 1
    held[low:high] = [Visit(first, last)]
