"""Paying: what a provider says of a charge, as a command under a request key, each once.

A webhook and a collecting run may both tell of one charge, twice and in any order.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from attrs import evolve

from ecrm_core.errors import DefinitionError, InputError, RefusedError
from ecrm_core.kernel import REQUESTS, ChangeSet, CustomerId, Emit, Money, gate_text
from ecrm_core.ports import Declined, Payment, PaymentPort, Pending, Store
from ecrm_core.ports.subscriptions import read_subscription_events
from ecrm_core.services.outbox import Handler
from ecrm_core.services.renewals.commanding import prepare_command
from ecrm_core.services.renewals.reading import Presets, stored_subscription
from ecrm_core.subscriptions import Command, PaymentFailed, PaymentRefunded, PaymentSucceeded
from ecrm_core.subscriptions.recorded import charged

__all__ = ["collecting", "payment_key", "prepare_payment"]

Told = PaymentSucceeded | PaymentFailed | PaymentRefunded
_WORDS: Final = {PaymentSucceeded: "paid", PaymentFailed: "failed"}
_DEPTH = 3  # parts of an action key after the id of the subscription


def payment_key(told: Command) -> str:
    """Return the request key of what was told of a charge.

    Raises DefinitionError for other commands: a refund, of which there may be several, has none.
    """
    if not isinstance(told, PaymentSucceeded | PaymentFailed):
        message = f"found {type(told).__name__}, expected PaymentSucceeded, PaymentFailed or a key"
        raise DefinitionError(message, code="payment")
    word = _WORDS[type(told)]
    if isinstance(told, PaymentFailed) and told.hard:
        word = "failed_hard"  # of one failure collect may say less than the webhook does
    return f"payment/{word}/{gate_text(told.charge, '$.charge')}"


def prepare_payment(
    store: Store, told: Told, *, presets: Presets, now: datetime, by: str
) -> ChangeSet:
    """Return what a payment, or its failure, writes; the charge's key names the subscription.

    Nothing for a failure that is told after the payment: the provider tried again meanwhile.
    Raises InputError for what is no action key and MissingError for an unknown subscription.
    """
    if not isinstance(told, Told):
        payment_key(told)  # says what it is, and what it should be
    subscription = _subscription_of(told.charge)
    if isinstance(told, PaymentFailed):
        paid = payment_key(PaymentSucceeded(charge=told.charge))
        if store.get_many(REQUESTS, [(paid,)]):
            status = stored_subscription(store, subscription).value.status
            return ChangeSet(result={"status": status.value})
        if told.amount is None:  # the retries of it ask for what it came to
            events = read_subscription_events(store, [subscription])
            told = evolve(told, amount=charged(events, told.charge))
    return prepare_command(store, subscription, told, presets=presets, now=now, by=by)


def _subscription_of(key: str) -> str:
    parts = key.rsplit("/", _DEPTH)
    if len(parts) <= _DEPTH:
        raise InputError("found no action key", path="$.charge", code="charge")
    return parts[0]


def collecting(port: PaymentPort, tell: Callable[[Told], object]) -> Handler:
    """Return the handler of the topic "charge" that asks a provider and tells its answer.

    An amount below zero is given back. What the provider does not know raises, and waits in the
    outbox; a refund that it declines too (RefusedError, code "refund_declined").
    """

    def collect(effect: Emit) -> None:
        key, payload = effect.key, effect.payload
        amount = Money(str(payload["amount"]), str(payload["currency"]))
        payment = Payment(
            key=key, subscription=str(payload["subscription"]),
            customer=CustomerId(str(payload["customer"])), amount=max(amount, -amount),
        )  # fmt: skip
        if amount.minor < 0:
            if isinstance(port.refund(payment), Declined):
                raise RefusedError("the provider declined a refund", code="refund_declined")
            return
        answer = port.charge(payment)
        if isinstance(answer, Declined):
            tell(PaymentFailed(charge=key, hard=answer.hard, amount=amount))
        elif not isinstance(answer, Pending):
            tell(PaymentSucceeded(charge=key))

    return collect
