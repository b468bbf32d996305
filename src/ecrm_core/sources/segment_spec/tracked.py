"""Tracked: the events of the spec that mean something here, by their names, as a table.

E-commerce (v2, and the names of v1), e-mail, live chat, mobile and B2B SaaS. Every other event is
kept under its own name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen

from ecrm_core.kernel import digest
from ecrm_core.timeline import KINDS_OF_EVENTS

__all__ = ["TRACKED", "Tracked", "tracked"]

_CHECKOUT: Final = ("checkout_id", "cart_id", "order_id")
_LONGEST: Final = 40
_OTHER: Final = re.compile(r"[^a-z0-9]+", re.ASCII)


@frozen(kw_only=True)
class Tracked:
    """What an event of the spec is here.

    ``correlation`` are the properties that say what it belongs to, the first one there; ``text`` is
    the one that somebody wrote; ``one``: the properties are themselves the one product.
    """

    kind: str
    channel: str | None = None
    correlation: tuple[str, ...] = ()
    text: str | None = None
    one: bool = False


_ONE_PRODUCT: Final = {
    "product added": "product_added", "added product": "product_added",
    "product removed": "product_removed", "removed product": "product_removed",
    "product viewed": "product_viewed", "viewed product": "product_viewed",
}  # fmt: skip
_CHECKOUTS: Final = {
    "cart viewed": "cart_viewed", "checkout started": "checkout_started",
}  # fmt: skip
_ORDERS: Final = {
    "order completed": "order_placed", "completed order": "order_placed",
    "order updated": "order_updated", "updated order": "order_updated",
    "order refunded": "refund", "refunded order": "refund",
    "order cancelled": "order_cancelled", "cancelled order": "order_cancelled",
    "order canceled": "order_cancelled",
}  # fmt: skip
_MAILS: Final = {
    "email bounced": "email_bounced", "email delivered": "email_delivered",
    "email link clicked": "email_clicked", "email marked as spam": "email_complained",
    "email opened": "email_opened", "email sent": "email_sent",
    "unsubscribed": "email_unsubscribed",
}  # fmt: skip
# Of copilots too, where "role" says who wrote.
_CHATS: Final = {
    "conversation ended": "chat_ended", "conversation started": "chat",
    "message sent": "message_received",
    "live chat conversation ended": "chat_ended", "live chat conversation started": "chat",
    "live chat message received": "message_sent", "live chat message sent": "message_received",
}  # fmt: skip
_PUSHES: Final = {
    "push notification bounced": "message_bounced",
    "push notification received": "message_delivered",
    "push notification tapped": "message_clicked",
}  # fmt: skip
_ACCOUNTS: Final = {"signed in": "signed_in", "signed up": "signed_up"}

TRACKED: Final[Mapping[str, Tracked]] = {
    **{name: Tracked(kind=kind, correlation=("cart_id",), one=True)
       for name, kind in _ONE_PRODUCT.items()},
    **{name: Tracked(kind=kind, correlation=_CHECKOUT) for name, kind in _CHECKOUTS.items()},
    **{name: Tracked(kind=kind, correlation=("order_id",)) for name, kind in _ORDERS.items()},
    **{name: Tracked(kind=kind, channel="email") for name, kind in _MAILS.items()},
    **{name: Tracked(kind=kind, channel="chat", correlation=("conversation_id",),
                     text="message_body") for name, kind in _CHATS.items()},
    **{name: Tracked(kind=kind, channel="push") for name, kind in _PUSHES.items()},
    **{name: Tracked(kind=kind) for name, kind in _ACCOUNTS.items()},
    "product reviewed": Tracked(kind="review", text="review_body", one=True),
    "products searched": Tracked(kind="searched", text="query"),
}  # fmt: skip
"""The events we know more of, by name in small letters."""


def tracked(name: str) -> Tracked:
    """Return what an event is; one the table does not hold keeps its own name as its kind.

    A name of ours that the spec does not use ("Call") is no claim to our meaning: "tracked_call".
    Letters that a kind cannot have are stood for by a digest: two names are never one kind.
    """
    words = " ".join(name.casefold().split())
    held = TRACKED.get(words)
    if held:
        return held
    own = _OTHER.sub("_", words).strip("_")
    if not words.isascii() or len(own) > _LONGEST or not own:
        own = f"{own[:_LONGEST] or 'event'}_{digest(words)[:8]}"
    if own in KINDS_OF_EVENTS or not own[0].isalpha():
        own = f"tracked_{own}"
    return Tracked(kind=own)
