"""Base: what every event is, and the marks of what is done for a cycle."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Event", "Rescheduled", "past"]


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


def past(state: Subscription, kind: str, cycle: int = 0) -> dict[str, tuple[object, ...]]:
    """Return marks and what is out as they are once a cycle of this kind has passed.

    Kinds are "c" (up to charge cycle ``cycle``: "c0.1/..."), "t" ("t3/..."), "p" and "trial".
    """
    parts: dict[str, tuple[object, ...]] = {}
    if state.done:
        parts["done"] = tuple(mark for mark in state.done if not _is_past(mark, kind, cycle))
    if state.out:
        parts["out"] = tuple(
            told for told in state.out
            if not (kind == "t" if told.task else _is_past(told.mark, kind, cycle))
        )  # fmt: skip
    return parts


def _is_past(mark: str, kind: str, cycle: int) -> bool:
    label = mark.partition("/")[0]
    if label.rstrip(".0123456789") != kind:
        return False
    return kind != "c" or int(label[1:].partition(".")[0]) <= cycle
