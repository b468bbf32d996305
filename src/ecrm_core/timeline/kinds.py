"""Kinds: the names of what happens with customers, over all channels, and what each is to facts.

Names are open: a shop or a plugin may tell kinds of its own, which are counted like any other. The
table holds those that our sources tell and that facts, the view and segments know more of.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import frozen

__all__ = ["HOLDINGS", "KINDS_OF_EVENTS", "MATTERS", "EventKind", "MatterKind"]


class MatterKind(Enum):
    """Something that is open for a while, and that somebody may have to see to."""

    CART = "cart"
    TICKET = "ticket"
    INVOICE = "invoice"
    RETURN = "return"
    SUBSCRIPTION = "subscription"
    """A subscription that another system bills (our own are rows of ``subscriptions``)."""


@frozen
class EventKind:
    """One kind: what it says, and whether it opens or closes something.

    Events of one matter have one ``correlation`` at their source; the latest of them tells whether
    it is open. One that is ``final`` closes it for good, whatever is told of later moments: of a
    cart that became an order, shops tell small changes after the order.
    """

    caption: str
    opens: MatterKind | None = None
    closes: MatterKind | None = None
    final: bool = False


_CART, _TICKET, _INVOICE, _RETURN, _SUBSCRIPTION = MatterKind

KINDS_OF_EVENTS: Final[Mapping[str, EventKind]] = {
    # Orders
    "order_placed": EventKind(
        'an order was placed; its amount and lines count, unless data holds "cancelled" true'),
    "order_cancelled": EventKind("an order was cancelled; it counts no more"),
    "order_updated": EventKind("an order was changed; the order itself says what it is now"),
    "order_shipped": EventKind("goods of an order left"),
    "order_delivered": EventKind("goods of an order arrived"),
    "refund": EventKind("money was given back; lines are goods that came back"),
    "return_requested": EventKind("she wants to send goods back", opens=_RETURN),
    "return_received": EventKind("goods came back", closes=_RETURN),
    "return_declined": EventKind("goods will not be taken back", closes=_RETURN),
    # Site and carts
    "page_viewed": EventKind("a page or screen was looked at"),
    "product_viewed": EventKind("a product was looked at"),
    "product_added": EventKind("a product was put into a cart"),
    "product_removed": EventKind("a product was taken out of a cart"),
    "searched": EventKind("products were searched for"),
    "cart_updated": EventKind("a cart was made or changed; its lines are what is in it",
                              opens=_CART),
    "cart_viewed": EventKind("a cart was looked at; its lines are what is in it", opens=_CART),
    "checkout_started": EventKind("a checkout was begun", opens=_CART),
    "cart_completed": EventKind("a cart became an order", closes=_CART, final=True),
    "cart_emptied": EventKind("a cart was emptied or removed", closes=_CART),
    "signed_up": EventKind("she opened an account"),
    "signed_in": EventKind("she signed in"),
    "identified": EventKind("the site learned who she is"),
    "group_joined": EventKind('she belongs to an organisation; data holds its id as "group"'),
    "form_submitted": EventKind("a form was sent"),
    # Her record at a source
    "tags_added": EventKind("tags were put on her there; data holds them"),
    "tags_removed": EventKind("tags were taken off her there; data holds them"),
    # Mail; other messages (SMS, Kakao, LINE, push, social) are message_*, the channel says which
    "email_sent": EventKind("a mail was sent to her"),
    "email_delivered": EventKind("a mail arrived"),
    "email_opened": EventKind("a mail was opened"),
    "email_clicked": EventKind("a link in a mail was followed"),
    "email_bounced": EventKind("a mail could not be delivered, for good"),
    "email_deferred": EventKind("a mail could not be delivered for now"),
    "email_complained": EventKind("a mail was reported as spam"),
    "email_unsubscribed": EventKind("she unsubscribed by a mail"),
    "message_sent": EventKind("a message was sent to her"),
    "message_delivered": EventKind("a message arrived"),
    "message_opened": EventKind("a message was opened"),
    "message_clicked": EventKind("a link in a message was followed"),
    "message_bounced": EventKind("a message could not be delivered"),
    "message_complained": EventKind("a message was reported"),
    "message_unsubscribed": EventKind("she unsubscribed by a message"),
    "message_received": EventKind("she wrote; the text is hers"),
    "social_mentioned": EventKind("she wrote about the shop in public"),
    "social_followed": EventKind("she follows the shop"),
    # Service
    "ticket_opened": EventKind("a ticket was opened", opens=_TICKET),
    "ticket_replied": EventKind("somebody wrote in a ticket", opens=_TICKET),
    "ticket_reopened": EventKind("a ticket was opened again", opens=_TICKET),
    "ticket_closed": EventKind("a ticket was closed", closes=_TICKET),
    "call": EventKind("a call, in or out"),
    "chat": EventKind("a chat"),
    "chat_ended": EventKind("a chat that was told before ended"),
    "review": EventKind("a review; data holds its rating"),
    "survey_answered": EventKind('an answer; data holds "score", and "nps" true for 0 to 10'),
    # Stores and products
    "store_visited": EventKind("she was in a store"),
    "product_registered": EventKind('she registered a product; data holds "serial"'),
    # Billing elsewhere
    "invoice_issued": EventKind("an invoice is to be paid", opens=_INVOICE),
    "invoice_paid": EventKind("an invoice was paid", closes=_INVOICE),
    "invoice_voided": EventKind("an invoice is not to be paid", closes=_INVOICE),
    "payment_received": EventKind("a payment came in"),
    "payment_failed": EventKind("a payment failed"),
    "subscription_active": EventKind(
        'another system bills a subscription; data holds "status", "plan", "renews_on"',
        opens=_SUBSCRIPTION),
    "subscription_ended": EventKind("such a subscription ended", closes=_SUBSCRIPTION),
}  # fmt: skip
"""The kinds our sources tell, by name."""
MATTERS: Final[Mapping[str, MatterKind]] = {
    name: matter
    for name, kind in KINDS_OF_EVENTS.items()
    if (matter := kind.opens or kind.closes) is not None
}
"""The kinds of events that belong to something open, and to what."""
HOLDINGS: Final = frozenset({
    "order_placed", "order_cancelled", "order_shipped", "order_delivered", "refund",
    "return_requested", "return_received", "return_declined", "product_registered",
    "subscription_active", "subscription_ended",
})  # fmt: skip
"""The kinds that tell what she bought, what she has of it, and what she pays for elsewhere.

The view reads all of these, however much else has happened since. They are an index of a store: a
kind that is added here is not found in rows written before.
"""
