"""Payments: what webhooks say of our charges, as commands; what Stripe is asked for, as parameters.

The action key of a charge is Stripe's idempotency key, and stands in the metadata of the
PaymentIntent, from where Stripe copies it to the charge. Each thing told goes to
``crm.payment(told.command, key=told.key)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen

from ecrm_core.errors import InputError
from ecrm_core.kernel import Money, parse_json
from ecrm_core.sources.stripe.units import amount_of, units_of
from ecrm_core.subscriptions import PaymentFailed, PaymentRefunded, PaymentSucceeded

__all__ = [
    "METADATA",
    "TOPICS",
    "IntentRequest",
    "PaymentTold",
    "intent",
    "payments",
]

METADATA: Final = "ecrm_key"
"""The name of the action key in Stripe's metadata."""
_PAID: Final = frozenset(
    {"charge.succeeded", "invoice.paid", "invoice.payment_succeeded", "payment_intent.succeeded"}
)
_FAILED: Final = frozenset(
    {"charge.failed", "invoice.payment_failed", "payment_intent.payment_failed"}
)
_REFUNDED: Final = "charge.refunded"
TOPICS: Final = tuple(sorted({*_PAID, *_FAILED, _REFUNDED}))
"""The types of events that say something of a payment; subscribe the endpoint to these."""
# Decline codes after which trying again is of no use: another way of paying is needed.
_HARD: Final = frozenset(
    {"do_not_try_again", "fraudulent", "incorrect_number", "invalid_account", "lost_card",
     "pickup_card", "revocation_of_all_authorizations", "revocation_of_authorization",
     "stolen_card", "transaction_not_allowed"}
)  # fmt: skip
_OURS: Final = re.compile(r"/(charge|retry)/")


@frozen(kw_only=True)
class PaymentTold:
    """What an event says of one of our charges.

    ``key`` is the request key of a refund, of which a charge may have several; None for the others,
    which have one of their own.
    """

    command: PaymentSucceeded | PaymentFailed | PaymentRefunded
    key: str | None = None


def payments(body: bytes) -> tuple[PaymentTold, ...]:
    """Return what an event says of our charges: one thing, or none where it says nothing.

    None for other types of events, for a charge that is not captured yet, and for payments without
    our key (those of other programs). Raises InputError for bytes that are no event.
    """
    event = parse_json(body)
    if not isinstance(event, Mapping) or event.get("object") != "event":
        raise InputError("found no event of Stripe", path="$.object", code="not_event")
    return tuple(_told(event))


def _told(event: Mapping[str, object]) -> Iterator[PaymentTold]:
    topic, told = event.get("type"), _within(event, "data", "object")
    key = _key(event, told)
    if key is None or not isinstance(topic, str):
        return
    if topic in _PAID and told.get("captured") is not False:
        yield PaymentTold(command=PaymentSucceeded(charge=key))
    elif topic in _FAILED:
        yield PaymentTold(command=PaymentFailed(charge=key, hard=_decline(told) in _HARD))
    elif topic == _REFUNDED:
        yield from _refunded(event, told, key)


def _refunded(
    event: Mapping[str, object], told: Mapping[str, object], key: str
) -> Iterator[PaymentTold]:
    """Return what went back this time: Stripe says how much it is together, and was before."""
    now, currency = told.get("amount_refunded"), told.get("currency")
    before = _within(event, "data", "previous_attributes").get("amount_refunded") or 0
    if type(now) is not int or type(before) is not int or not isinstance(currency, str):
        return
    if now > before:
        amount = amount_of(now - before, currency, "$.data.object.currency")
        command = PaymentRefunded(charge=key, amount=amount)
        yield PaymentTold(command=command, key=f"payment/refunded/{key}/{now}")


def _key(event: Mapping[str, object], told: Mapping[str, object]) -> str | None:
    """Return the action key: from the metadata, or the idempotency key of the call that led here.

    An invoice of Stripe's own subscription has the metadata of that subscription.
    """
    found = (
        _within(told, "metadata").get(METADATA),
        _within(told, "parent", "subscription_details", "metadata").get(METADATA),
        _within(event, "request").get("idempotency_key"),
    )
    keys = (key for key in found if isinstance(key, str) and _OURS.search(key))
    return next(keys, None)


def _decline(told: Mapping[str, object]) -> object:
    error = _within(told, "last_payment_error")
    return error.get("decline_code") or error.get("code") or told.get("failure_code")


def _within(held: Mapping[str, object], *path: str) -> Mapping[str, object]:
    """Return the object at a path; an empty one where there is none."""
    for name in path:
        inner = held.get(name)
        held = inner if isinstance(inner, Mapping) else {}
    return held


@frozen(kw_only=True)
class IntentRequest:
    """What to create a PaymentIntent with: its parameters, and the idempotency key of the call."""

    idempotency_key: str
    parameters: Mapping[str, object] = field(repr=False)


def intent(key: str, amount: Money, *, customer: str, payment_method: str) -> IntentRequest:
    """Return the call that collects a charge, named by its action key, off session.

    ``customer`` and ``payment_method`` are Stripe's ids, which your shop keeps. Raises InputError
    for a credit (an amount below zero): that is a refund.
    """
    if amount.minor <= 0:
        message = f"found {amount}, expected an amount above zero"
        raise InputError(message, path="$.amount", code="amount")
    parameters = {
        "amount": units_of(amount), "currency": amount.currency.lower(), "customer": customer,
        "payment_method": payment_method, "confirm": True, "off_session": True,
        "metadata": {METADATA: key},
    }  # fmt: skip
    return IntentRequest(idempotency_key=key, parameters=parameters)
