"""Contacts: when somebody last heard from her or she from the shop, on every channel."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from attrs import frozen

from ecrm_core.timeline.facts import Facts
from ecrm_core.timeline.interaction import Interaction

__all__ = ["LastContact", "last_contacts"]

_CHANNELS: Final = {"email": "email", "call": "phone", "chat": "chat", "store": "store",
                    "message": "messages", "social": "social", "ticket": "support",
                    "page": "web", "product": "web"}  # fmt: skip


@frozen(kw_only=True)
class LastContact:
    """The last event on a channel."""

    channel: str
    kind: str
    at: datetime
    source: str | None = None
    brand: str | None = None


def last_contacts(newest: Iterable[Interaction], facts: Facts) -> tuple[LastContact, ...]:
    """Return the last event on every channel, the latest first.

    ``newest`` are the latest interactions, which say their channel themselves; an event without one
    is on the channel its kind belongs to (mails: "email"), or on none. What was seen before them is
    told by the ``facts``, of which the kind alone is known.
    """
    found: dict[str, LastContact] = {}
    for told in newest:
        if not told.void:
            channel = told.channel or channel_of(told.kind)
            one = LastContact(channel=channel or "", kind=told.kind, at=told.at,
                              source=told.source, brand=told.brand)  # fmt: skip
            _keep(found, one)
    for kind, at in facts.last_seen_at.items():
        channel = channel_of(kind)
        if channel is not None and channel not in found:
            _keep(found, LastContact(channel=channel, kind=kind, at=at))
    found.pop("", None)
    return tuple(sorted(found.values(), key=lambda one: (one.at, one.channel), reverse=True))


def _keep(found: dict[str, LastContact], one: LastContact) -> None:
    held = found.get(one.channel)
    if held is None or (held.at, held.kind) < (one.at, one.kind):
        found[one.channel] = one


def channel_of(kind: str) -> str | None:
    """Return the channel that a kind of event belongs to; None for one that is on any."""
    return None if kind == "product_registered" else _CHANNELS.get(kind.partition("_")[0])
