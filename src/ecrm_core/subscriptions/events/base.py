"""Base: what every event is, and the marks of what is done for a cycle."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.told import Told

__all__ = ["Event", "Rescheduled", "past"]


@frozen(kw_only=True)
class Event:
    """Something that happened: its name for ever, and what it makes of a state."""

    kind: ClassVar[str] = "event"

    def applied(self, state: Subscription) -> Subscription:
        """Return the state after it: a copy that nobody else holds yet."""
        return changed(state)


@frozen(kw_only=True)
class Rescheduled(Event):
    """The policies changed: something else is next."""

    kind = "rescheduled"


def past(state: Subscription, kind: str, cycle: int = 0) -> dict[str, tuple[object, ...]]:
    """Return marks and what is out as they are once a cycle of this kind has passed.

    Kinds are "c" (up to charge cycle ``cycle``: "c0.1/..."), "t" ("t3/..."), "p" and "trial". What
    has not changed is not among them, so that what rests on it is not worked out again.
    """
    parts: dict[str, tuple[object, ...]] = {}
    if not state.done and not state.out:
        return parts
    done = tuple([mark for mark in state.done if not _is_past(mark, kind, cycle)])
    if len(done) < len(state.done):
        parts["done"] = done
    out = tuple([told for told in state.out if not _told_past(told, kind, cycle)])
    if len(out) < len(state.out):
        parts["out"] = out
    return parts


def _told_past(told: Told, kind: str, cycle: int) -> bool:
    return kind == "t" if told.task else _is_past(told.mark, kind, cycle)


def _is_past(mark: str, kind: str, cycle: int) -> bool:
    if not mark.startswith(kind):
        return False
    label = mark.partition("/")[0]
    if label.rstrip(".0123456789") != kind:
        return False
    return kind != "c" or int(label[1:].partition(".")[0]) <= cycle
