"""Recorded: events with their place, appended and never edited; folded they are the state."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import reduce

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.kernel import Json, Money, decode, encode, guarded, instant_text, parse_instant
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.copying import finished
from ecrm_core.subscriptions.events import EVENTS, Created, Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Recorded", "charged", "fold", "place_of", "played", "stamped"]


@frozen(kw_only=True)
class Recorded:
    """An event with its place: of which subscription, the how manieth, when, by whom.

    ``at`` is when it was due (or commanded), however late the run was. ``next_action_at`` is what
    was next after it.
    """

    subscription: str
    number: int
    at: datetime
    by: str | None = None
    event: Event
    next_action_at: datetime | None = None

    @property
    def place(self) -> str:
        """The number as text of fixed width: its order as text is its order."""
        return place_of(self.number)

    def to_json(self) -> Json:
        """Return the row as JSON values."""
        data: dict[str, Json] = {
            "subscription": self.subscription,
            "number": self.number,
            "at": instant_text(self.at),
            "kind": self.event.kind,
            "event": encode(self.event),
        }
        if self.by is not None:
            data["by"] = self.by
        if self.next_action_at is not None:
            data["next_action_at"] = instant_text(self.next_action_at)
        return data

    @classmethod
    @guarded
    def from_json(cls, data: Json) -> Recorded:
        """Return the row read back; InputError for what is none."""
        following = data.get("next_action_at")
        return cls(
            subscription=data["subscription"],
            number=data["number"],
            at=parse_instant(data["at"]),
            by=data.get("by"),
            event=decode(EVENTS[data["kind"]], data["event"]),
            next_action_at=None if following is None else parse_instant(following),
        )


def place_of(number: int) -> str:
    """Return the number of an event as text of fixed width: its order as text is its order."""
    return f"{number:09d}"


def fold(events: Iterable[Recorded]) -> Subscription:
    """Return the state these events, all of one subscription in order, have made.

    Raises DefinitionError when they do not begin with Created or one is missing.
    """
    rows = tuple(events)
    if not rows or not isinstance(rows[0].event, Created):
        raise DefinitionError("found events that do not begin with Created", code="events")
    if [row.number for row in rows] != list(range(1, len(rows) + 1)):
        raise DefinitionError("found events out of order, or one is missing", code="events")
    return reduce(played, rows, rows[0].event.state)


def charged(events: Iterable[Recorded], key: str) -> Money | None:
    """Return what a charge came to, by its action key; None where these events made none.

    ``events`` are all of one subscription in order.
    """
    state: Subscription | None = None
    for row in events:
        state = played(state or row.event.state, row)  # type: ignore[attr-defined] # Created
        made = f"{state.id}/{ActionKind.CHARGE.value}/{state.cycle}/{state.charges - 1}"
        held = next((held for held in state.held if held.key(state.id) == key), None)
        if held is not None:
            return held.piece.amount
        if made == key and state.slices:
            return state.slices[-1].amount if state.asked is None else state.asked
    return None


def played(state: Subscription, row: Recorded) -> Subscription:
    """Return the state after one recorded event."""
    return stamped(row.event.applied(state), row)


def stamped(after: Subscription, row: Recorded) -> Subscription:
    """Give the state after an event, which nobody else holds yet, the event's number and next."""
    return finished(after, version=row.number, next_action_at=row.next_action_at)
