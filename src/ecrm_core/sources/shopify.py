"""Shopify: customers from the Admin REST API, its webhooks and its exports.

https://shopify.dev/docs/api/admin-rest/latest/resources/customer. ``verify`` first, then ``read``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime

from ecrm_core.errors import DefinitionError, InputError, RefusedError
from ecrm_core.kernel import utc
from ecrm_core.sources.delivery import Delivery, DeliveryBuilder
from ecrm_core.sources.json_objects import split_objects
from ecrm_core.sources.shopify_customer import read_customer

__all__ = ["TOPICS", "read", "verify"]

TOPICS = ("customers/create", "customers/disable", "customers/enable", "customers/update")
"""The webhook topics that ``read`` understands; each carries one whole customer."""


def read(
    body: bytes,
    *,
    received_at: datetime,
    topic: str | None = None,
    source: str = "shopify",
    region: str | None = None,
) -> Delivery:
    """Return the customers of a body: one, ``{"customer": …}``, ``{"customers": […]}`` or a list.

    ``topic`` is the webhook's (X-Shopify-Topic), None for exports and API answers; ``region``
    (ISO 3166-1 alpha-2) is for phone numbers of customers without a country. A customer that
    cannot be read is refused alone. Raises InputError for bytes that are no JSON, and
    DefinitionError for a topic that brings no customer.
    """
    if topic is not None and topic not in TOPICS:
        message = f"the topic is {topic[:80]!r}, expected one of {', '.join(TOPICS)}"
        raise DefinitionError(message, code="topic", supported=list(TOPICS))
    delivery = DeliveryBuilder(source=source, received_at=utc(received_at))
    for found in split_objects(body, one="customer", many="customers"):
        try:
            data = found.read()
            entry = read_customer(
                data, source=source, received_at=delivery.received_at, region=region
            )
        except InputError as error:
            delivery.refuse(found.path, found.text, error)
        else:
            delivery.accept(entry)
    return delivery.build(hashlib.blake2b(body, digest_size=16).hexdigest())


def verify(body: bytes, signature: str | None, *, secret: str | bytes) -> None:
    """Refuse a webhook that Shopify did not sign; return nothing when it did.

    ``signature`` is the header X-Shopify-Hmac-SHA256, ``secret`` the app's client secret; the body
    must be the bytes as they came. Raises RefusedError (code "bad_signature"), or DefinitionError
    for an empty secret.
    """
    key = secret.encode() if isinstance(secret, str) else secret
    if not key:
        raise DefinitionError("the webhook secret is empty", code="secret_needed")
    if not signature:
        message = "the webhook has no signature (header X-Shopify-Hmac-SHA256)"
        raise RefusedError(message, code="bad_signature")
    expected = hmac.digest(key, body, "sha256")
    if not hmac.compare_digest(expected, _decoded(signature)):
        message = "the signature does not fit the body: another secret, or not the bytes as sent"
        raise RefusedError(message, code="bad_signature")


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature.strip(), validate=True)
    except (binascii.Error, ValueError):
        return b""
