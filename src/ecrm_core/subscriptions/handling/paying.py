"""Paying: what the payment provider says of a charge."""

from __future__ import annotations

from ecrm_core.errors import InputError
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.commands import PaymentFailed, PaymentSucceeded
from ecrm_core.subscriptions.events import PaymentRecorded
from ecrm_core.subscriptions.handling.work import Work

__all__ = ["payment"]


def payment(work: Work, command: PaymentSucceeded | PaymentFailed) -> None:
    """Note what became of a charge; InputError for a key of another subscription."""
    if not command.charge.startswith(f"{work.state.id}/{ActionKind.CHARGE.value}/"):
        message = "found no key of a charge of this subscription"
        raise InputError(message, path="$.charge", code="charge")
    work.say(PaymentRecorded(charge=command.charge, paid=isinstance(command, PaymentSucceeded)))
