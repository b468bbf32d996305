"""Pauses: the time in which somebody had something paused, whoever else had not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, TypeVar

__all__ = ["pause_intervals"]

T = TypeVar("T", bound=Any)


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
