"""Kinds: the rows of subscriptions, found by what is due next and by customer, and their events."""

from __future__ import annotations

from typing import Final, cast

from attrs import evolve

from ecrm_core.kernel import Index, Kind
from ecrm_core.subscriptions.recorded import Recorded
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.unread import UnreadSubscription

__all__ = ["SUBSCRIPTIONS", "SUBSCRIPTION_EVENTS", "UNREAD_SUBSCRIPTIONS"]


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
UNREAD_SUBSCRIPTIONS: Final[Kind[UnreadSubscription]] = cast(
    "Kind[UnreadSubscription]", evolve(SUBSCRIPTIONS, of=cast("type[Subscription]", UnreadSubscription))
)
"""The rows of subscriptions, each read only when it is asked for; never written."""
