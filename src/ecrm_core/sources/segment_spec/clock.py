"""Clock: when a call was made, corrected by how far the clock of its device was off.

A device stamps a call (``originalTimestamp``) and its sending (``sentAt``) by its own clock, and
``receivedAt`` is the collector's: so it was made as long before it was received as it was stamped
before it was sent. Only times of the payload are used: read again, a call has the same time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources.payload import Node

__all__ = ["Made", "made"]

_NOTABLE: Final = timedelta(minutes=1)
_PLAUSIBLE: Final = timedelta(days=1)
_QUEUED: Final = timedelta(days=30)


@frozen(kw_only=True)
class Made:
    """When a call was made, and when it was told last; None where it does not say.

    ``skew`` is how far the clock was behind, where that is a minute or more; ``bounded`` says that
    the times contradict each other and the correction was left out, or cut off at the receipt.
    """

    at: datetime | None
    told_at: datetime | None = None
    skew: timedelta = timedelta()
    bounded: bool = False

    @property
    def said(self) -> dict[str, object]:
        """What the data of an event say of it: nothing where the clock was right."""
        if not self.bounded and abs(self.skew) < _NOTABLE:
            return {}
        return {"skew_seconds": round(self.skew.total_seconds()), "bounded": self.bounded}


def made(node: Node) -> Made:
    """Return when a call was made; ``timestamp`` is taken where it says exactly that.

    Without ``receivedAt`` nobody has corrected anything yet, and without ``sentAt`` nobody can: the
    stamp stands as it is. Never later than received. Where the clock is off by more than a day and
    the call would have waited for less than nothing or more than 30 days, one of the device's own
    times is wrong, and the stamp stands.
    """
    stamp = node.get("timestamp")
    original = _instant(node.get("originalTimestamp")) or _instant(stamp)
    sent, received = _instant(node.get("sentAt")), _instant(node.get("receivedAt"))
    if original is None:
        found = Made(at=received or sent)
    elif received is None:
        found = Made(at=original)
    elif sent is None or node.get("originalTimestamp") is None:
        found = _bounded(original, received, timedelta())  # a timestamp alone is corrected already
    else:
        found = _corrected(original, sent, received)
    if stamp and found.at and _instant(stamp) == found.at:
        stamp.take()
    # One that is sent again is told again: what its transport changed contradicts nothing.
    return evolve(found, told_at=received or sent or found.at)


def _corrected(original: datetime, sent: datetime, received: datetime) -> Made:
    skew, waited = received - sent, sent - original
    if abs(skew) > _PLAUSIBLE and not timedelta() <= waited <= _QUEUED:
        return Made(at=min(original, received), skew=skew, bounded=True)
    try:
        return _bounded(received - waited, received, skew)
    except OverflowError:  # at the end of the calendar
        return Made(at=min(original, received), skew=skew, bounded=True)


def _bounded(at: datetime, received: datetime, skew: timedelta) -> Made:
    return Made(at=min(at, received), skew=skew, bounded=at - received > _NOTABLE)


def _instant(node: Node | None) -> datetime | None:
    if node is None or not isinstance(node.value, str):
        return None
    try:
        return parse_instant(node.value, node.path)
    except InputError:
        return None
