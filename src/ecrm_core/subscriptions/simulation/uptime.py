"""Uptime: when the host is up, and what its clock shows then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import utc

__all__ = ["Stretch", "stretches", "wake"]

_NONE = timedelta(0)
_LAST = datetime.max.replace(tzinfo=UTC)


@frozen
class Stretch:
    """A time in which the host is up, ``until`` outside, and how far ahead its clock goes."""

    since: datetime
    until: datetime
    shift: timedelta = _NONE


def stretches(
    now: datetime,
    outages: Iterable[tuple[datetime, datetime]],
    jumps: Iterable[tuple[datetime, timedelta]],
) -> tuple[Stretch, ...]:
    """Return the stretches from ``now`` on: what outages leave, cut where the clock jumps.

    Raises DefinitionError for an outage that ends before it begins.
    """
    shifts = sorted((utc(at), shift) for at, shift in jumps)
    bounds = [now, *(at for at, _ in shifts if at > now), _LAST]
    since, found = now, []
    for down, up in (*sorted((utc(a), utc(b)) for a, b in outages), (_LAST, _LAST)):
        if up < down:
            raise DefinitionError("found an outage that ends before it begins", code="outage")
        cuts = [since, *(at for at in bounds if since < at < down), down]
        found += [Stretch(a, b, _shift(shifts, a)) for a, b in pairwise(cuts) if a < b]
        since = max(since, up)
    return tuple(found)


def _shift(shifts: list[tuple[datetime, timedelta]], at: datetime) -> timedelta:
    held = [shift for since, shift in shifts if since <= at]
    return held[-1] if held else _NONE


def wake(up: tuple[Stretch, ...], after: datetime, due: datetime | None) -> datetime | None:
    """Return when the host, up, sees something: from ``after`` on, when its clock shows ``due``.

    ``due`` None: at once. None when it never does.
    """
    for stretch in up:
        if stretch.until > after:
            seen = max(stretch.since, after)
            if due is not None and due - stretch.shift > seen:
                seen = due - stretch.shift
            if seen < stretch.until:
                return seen
    return None
