"""Kinds: the rows of subscriptions, found by what is due next and by customer, and their events."""

from __future__ import annotations

from typing import Final, TypeVar

from attrs import evolve

from ecrm_core.kernel import AnyKind, Index, Kind
from ecrm_core.subscriptions.recorded import Recorded
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.unread import UnreadEvent, UnreadSubscription

__all__ = [
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_EVENTS",
    "UNREAD_SUBSCRIPTIONS",
    "UNREAD_SUBSCRIPTION_EVENTS",
]


T = TypeVar("T")


def _unread(kind: AnyKind, of: type[T]) -> Kind[T]:
    """Return the Kind whose rows are the same, and come as values of another class."""
    same: Kind[T] = evolve(kind, of=of)
    return same


SUBSCRIPTIONS: Final = Kind(
    name="subscription",
    of=Subscription,
    key=("id",),
    indexes=(Index("by_next", ("next_action_at",)), Index("by_customer", ("customer",))),
    owner="subscriptions",
)
"""The rows of subscriptions, found by when something is next and by the home they are under."""
SUBSCRIPTION_EVENTS: Final = Kind(
    name="subscription_event",
    of=Recorded,
    key=("subscription", "place"),
    insert_only=True,
    owner="subscriptions",
)
"""The rows of events: why each state is as it is, in order."""
UNREAD_SUBSCRIPTIONS: Final = _unread(SUBSCRIPTIONS, UnreadSubscription)
"""The rows of subscriptions, each read only when it is asked for; never written."""
UNREAD_SUBSCRIPTION_EVENTS: Final = _unread(SUBSCRIPTION_EVENTS, UnreadEvent)
"""The rows of events, each read only when it is asked for; never written."""
