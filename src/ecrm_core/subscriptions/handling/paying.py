"""Paying: what the payment provider says of a charge."""

from __future__ import annotations

from ecrm_core.errors import InputError
from ecrm_core.subscriptions.action import ActionKind
from ecrm_core.subscriptions.commands import PaymentFailed, PaymentRefunded, PaymentSucceeded
from ecrm_core.subscriptions.events import PaymentRecorded, RefundRecorded
from ecrm_core.subscriptions.handling.work import Work

__all__ = ["payment", "refund"]


def payment(work: Work, command: PaymentSucceeded | PaymentFailed) -> None:
    """Note what became of a charge; InputError for a key of another subscription."""
    _check_charge(work, command.charge)
    work.say(PaymentRecorded(charge=command.charge, paid=isinstance(command, PaymentSucceeded)))


def refund(work: Work, command: PaymentRefunded) -> None:
    """Note what went back of a charge; InputError for what cannot have been part of one."""
    _check_charge(work, command.charge)
    amount, currency = command.amount, work.state.plan.price.currency
    if amount.currency != currency or amount.minor <= 0:
        message = f"found a refund that is not above zero in {currency}"
        raise InputError(message, path="$.amount", code="refund")
    work.say(RefundRecorded(charge=command.charge, amount=amount))


def _check_charge(work: Work, charge: str) -> None:
    if not charge.startswith(f"{work.state.id}/{ActionKind.CHARGE.value}/"):
        message = "found no key of a charge of this subscription"
        raise InputError(message, path="$.charge", code="charge")
