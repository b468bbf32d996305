"""Unread: subscriptions and events as their rows are stored: one that is damaged stops no other."""

from __future__ import annotations

from datetime import datetime
from zlib import crc32

from attrs import field, frozen

from ecrm_core.kernel import Json, decode
from ecrm_core.subscriptions.recorded import Recorded, place_of
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["UnreadEvent", "UnreadSubscription"]


@frozen(kw_only=True)
class UnreadSubscription:
    """What is asked of a row before it is read: whose it is, and when something is next.

    ``stored`` is the JSON of the row, which ``read`` makes a Subscription of.
    """

    id: str
    customer: str
    next_action_at: datetime | None = None
    stored: Json = field(repr=False)

    def read(self) -> Subscription:
        """Return the subscription; InputError for JSON that is none."""
        return decode(Subscription, self.stored)

    def is_of(self, shard: tuple[int, int]) -> bool:
        """Return whether it belongs to share ``i`` of ``n``; each belongs to one, for ever."""
        number, shares = shard
        return crc32(self.id.encode()) % shares == number

    def to_json(self) -> Json:
        """Return the JSON as it is stored."""
        return self.stored

    @classmethod
    def from_json(cls, data: Json) -> UnreadSubscription:
        """Return the row, of which nothing but ids and the next instant has been looked at."""
        at = data.get("next_action_at")
        return cls(
            id=data["id"],
            customer=data["customer"],
            next_action_at=None if at is None else decode(datetime, at),
            stored=data,
        )


@frozen(kw_only=True)
class UnreadEvent:
    """What is asked of an event's row before it is read: of which subscription, the how manieth."""

    subscription: str
    place: str
    stored: Json = field(repr=False)

    def read(self) -> Recorded:
        """Return the recorded event; InputError for JSON that is none."""
        return Recorded.from_json(self.stored)

    def to_json(self) -> Json:
        """Return the JSON as it is stored."""
        return self.stored

    @classmethod
    def from_json(cls, data: Json) -> UnreadEvent:
        """Return the row, of which nothing but its key has been looked at."""
        return cls(subscription=data["subscription"], place=place_of(data["number"]), stored=data)
