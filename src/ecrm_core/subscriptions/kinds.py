"""Kinds: the rows of subscriptions, found by what is due next and by customer, and their events."""

from __future__ import annotations

from typing import Final

from ecrm_core.kernel import Index, Kind
from ecrm_core.subscriptions.recorded import Recorded
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["SUBSCRIPTIONS", "SUBSCRIPTION_EVENTS"]

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
