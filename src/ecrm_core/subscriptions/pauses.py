"""Pauses: what a pause does to billing, who has one, and the time in which anybody had."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum
from itertools import groupby
from typing import Any, TypeVar

from attrs import frozen

__all__ = ["PauseMode", "PausedBy", "pause_intervals"]

T = TypeVar("T", bound=Any)


class PauseMode(Enum):
    """What becomes of the days of a pause, and of what was paid for them."""

    FREE = "free"
    """They are not billed; what was billed for them before is kept."""
    VOID = "void"
    """Charges that fall due in it are skipped whole, and recorded; nothing is billed in parts."""
    CREDIT = "credit"
    """They are not billed, and what was billed for them before is given back."""
    EXTEND = "extend"
    """Time stands still: what was paid and the term last longer by as many days."""


@frozen(kw_only=True)
class PausedBy:
    """Somebody who has a subscription paused: until a day (outside), or until she resumes it."""

    owner: str
    until: date | None = None


def pause_intervals(events: Iterable[tuple[T, bool, str]]) -> tuple[tuple[T, T | None], ...]:
    """Return the intervals [from, to) in which any owner had it paused; None: still so.

    Each event is a time of any ordered type, whether it is a pause (else a resume), and its owner.
    The events of one time count together, in whatever order: of one owner's the resume wins.
    """
    paused: set[str] = set()
    since: T | None = None
    found: list[tuple[T, T | None]] = []
    for at, group in groupby(sorted(events, key=lambda event: event[0]), lambda event: event[0]):
        together = list(group)
        paused |= {owner for _, pause, owner in together if pause}
        paused -= {owner for _, pause, owner in together if not pause}
        if paused and since is None:
            since = at
        elif not paused and since is not None:
            found.append((since, at))
            since = None
    return (*found, (since, None)) if since is not None else tuple(found)
