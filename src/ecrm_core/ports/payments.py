"""Payments: what a payment provider must offer, and the three answers it may give."""

from __future__ import annotations

from typing import Protocol

from attrs import frozen

from ecrm_core.kernel import CustomerId, Money

__all__ = ["Declined", "Paid", "Payment", "PaymentAnswer", "PaymentPort", "Pending"]


@frozen(kw_only=True)
class Payment:
    """What is to be paid, without personal data; ``amount`` is above zero.

    ``key`` is the action key: hand it on as the provider's idempotency key, and into its metadata,
    so that its webhooks can name it.
    """

    key: str
    subscription: str
    customer: CustomerId
    amount: Money


@frozen(kw_only=True)
class Paid:
    """The money has moved; ``reference`` is the provider's id of it, for the host's own books."""

    reference: str | None = None


@frozen(kw_only=True)
class Declined:
    """It was refused; ``hard`` for good (the card is stolen, the account closed)."""

    hard: bool = False


@frozen(kw_only=True)
class Pending:
    """The provider took it up and tells later, by a webhook: ``crm.payment`` hears the answer."""


PaymentAnswer = Paid | Declined | Pending
"""What a provider may say."""


class PaymentPort(Protocol):
    """A payment provider as ``crm.collect`` uses it.

    Called again with a key, it gives the first answer again and moves no money. It raises where it
    does not know (a timeout): then it is called again, later, with the same key.
    """

    def charge(self, payment: Payment) -> PaymentAnswer:
        """Take the amount from the customer."""
        ...

    def refund(self, payment: Payment) -> PaymentAnswer:
        """Give the amount back to the customer."""
        ...
