"""Senders: who tells the shop of events, how each signs them, and what its headers say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.datastructures import Headers

from ecrm_core.errors import InputError
from ecrm_core.kernel import parse_instant
from ecrm_core.sources import Delivery, shopify, stripe, woocommerce
from flask_shop.settings import Settings


@dataclass(frozen=True)
class Told:
    """A webhook whose signature fits: its topic, the key of its event, and what it states.

    Without a delivery it is nothing for us: a ping, or a topic that nobody reads.
    """

    topic: str
    key: str | None = None
    delivery: Delivery | None = None


def from_shopify(headers: Headers, body: bytes, settings: Settings, now: datetime) -> Told:
    """Return what Shopify tells; one event may come under several topics."""
    signature = headers.get("X-Shopify-Hmac-SHA256")
    shopify.verify(body, signature, secret=settings.shopify_secret)
    topic, event = headers.get("X-Shopify-Topic", ""), headers.get("X-Shopify-Event-Id")
    if topic not in shopify.TOPICS:
        return Told(topic)
    delivery = shopify.read(
        body, received_at=now, topic=topic, region=settings.region,
        sent_at=instant(headers.get("X-Shopify-Triggered-At")),
    )  # fmt: skip
    return Told(topic, event and f"shopify/{topic}/{event}", delivery)


def from_woocommerce(headers: Headers, body: bytes, settings: Settings, now: datetime) -> Told:
    """Return what WooCommerce tells; a new webhook begins with a ping, which is not signed."""
    if woocommerce.is_ping(body):
        return Told("ping")
    signature = headers.get("X-WC-Webhook-Signature")
    woocommerce.verify(body, signature, secret=settings.woocommerce_secret)
    topic, event = headers.get("X-WC-Webhook-Topic", ""), headers.get("X-WC-Webhook-Delivery-ID")
    if topic not in woocommerce.TOPICS:
        return Told(topic)
    delivery = woocommerce.read(
        body, received_at=now, topic=topic, region=settings.region, tz=settings.tz
    )
    return Told(topic, event and f"woocommerce/{event}", delivery)


def from_stripe(headers: Headers, body: bytes, settings: Settings, now: datetime) -> Told:
    """Return what Stripe tells; topic and id stand in the event itself."""
    signature = headers.get("Stripe-Signature")
    stripe.verify(body, signature, secret=settings.stripe_secret, now=now)
    delivery = stripe.read(body, received_at=now, region=settings.region)
    event: dict[str, Any] = json.loads(body)
    return Told(str(event.get("type")), f"stripe/{event.get('id')}", delivery)


SENDERS: dict[str, Callable[[Headers, bytes, Settings, datetime], Told]] = {
    "shopify": from_shopify,
    "stripe": from_stripe,
    "woocommerce": from_woocommerce,
}
"""By the last part of the address that each of them is given."""


def instant(text: str | None) -> datetime | None:
    """Return the time a header names; None where there is none, or one that is none."""
    try:
        return parse_instant(text) if text else None
    except InputError:
        return None
