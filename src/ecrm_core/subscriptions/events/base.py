"""Base: what every event is, and the marks of what is done for a cycle."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Event", "Rescheduled", "without_marks"]


@frozen(kw_only=True)
class Event:
    """Something that happened: its name for ever, and what it makes of a state."""

    kind: ClassVar[str] = "event"

    def applied(self, state: Subscription) -> Subscription:
        """Return the state after it."""
        return state


@frozen(kw_only=True)
class Rescheduled(Event):
    """The policies changed: something else is next."""

    kind = "rescheduled"


def without_marks(marks: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Return the marks without those of a kind of cycle: "c0.1/...", "t3/...", "trial/..."."""
    if not marks:
        return marks
    return tuple(mark for mark in marks if mark.partition("/")[0].rstrip(".0123456789") != kind)
