"""Stripe: whom it bills and what happened there; payments of ours; moving a book of Stripe's in.

https://docs.stripe.com/api and /webhooks. ``verify`` first; then ``read`` for the customer record
and the timeline, ``payments`` for the charges our own subscriptions made, ``takeover`` for a
subscription that Stripe bills and we shall. Pure functions: the calls are made by your client.
"""

from ecrm_core.sources.stripe.payments import (
    METADATA,
    TOPICS,
    IntentRequest,
    PaymentTold,
    intent,
    payments,
)
from ecrm_core.sources.stripe.reading import SORTS, read
from ecrm_core.sources.stripe.signing import verify
from ecrm_core.sources.stripe.takeover import takeover
from ecrm_core.sources.stripe.units import units_of

__all__ = [
    "METADATA",
    "SORTS",
    "TOPICS",
    "IntentRequest",
    "PaymentTold",
    "intent",
    "payments",
    "read",
    "takeover",
    "units_of",
    "verify",
]
