"""Paying: a charge was paid, or could not be."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["PaymentRecorded"]


@frozen(kw_only=True)
class PaymentRecorded(Event):
    """A charge was paid, or could not be."""

    kind = "payment_recorded"
    charge: str
    paid: bool

    def applied(self, state: Subscription) -> Subscription:
        others = tuple(key for key in state.unpaid if key != self.charge)
        return changed(state, unpaid=others if self.paid else (*others, self.charge))
