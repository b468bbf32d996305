"""Paying: a charge was paid, could not be, or was given back."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["PaymentRecorded", "RefundRecorded"]


@frozen(kw_only=True)
class PaymentRecorded(Event):
    """A charge was paid, or could not be."""

    kind = "payment_recorded"
    charge: str
    paid: bool

    def applied(self, state: Subscription) -> Subscription:
        others = tuple(key for key in state.unpaid if key != self.charge)
        return changed(state, unpaid=others if self.paid else (*others, self.charge))


@frozen(kw_only=True)
class RefundRecorded(Event):
    """Money of a charge went back to the customer."""

    kind = "refund_recorded"
    charge: str
    amount: Money
