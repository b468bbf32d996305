"""Paying: what the payment provider says of a charge."""

from __future__ import annotations

from attrs import field, frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.commands.base import Command

__all__ = ["PaymentFailed", "PaymentRefunded", "PaymentSucceeded"]


@frozen(kw_only=True)
class PaymentSucceeded(Command):
    """A charge was paid, named by its action key or that of one of its retries."""

    charge: str


@frozen(kw_only=True)
class PaymentFailed(Command):
    """A charge could not be collected: past due until it is paid; ``hard`` if it never will be.

    It is named by its action key, a retry by its own: before that is told of the next one is not
    made. ``amount`` (default: that of the latest charge, where it is this one) is what the retries
    ask for. One that is known to be paid stays paid.
    """

    charge: str
    hard: bool = field(default=False, validator=is_a(bool))
    amount: Money | None = field(default=None, validator=is_a(Money, or_none=True))


@frozen(kw_only=True)
class PaymentRefunded(Command):
    """Money of a charge went back to the customer; it is noted, and changes nothing that is owed.

    ``amount`` is above zero, in the currency of the subscription.
    """

    charge: str
    amount: Money = field(validator=is_a(Money))
