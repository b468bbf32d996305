"""Ending: it is to end, it is not to end after all, it is over."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = ["CancelRequested", "CancelUndone", "Ended"]


@frozen(kw_only=True)
class CancelRequested(Event):
    """It is to end on a day."""

    kind = "cancel_requested"
    on: date
    cause: Cause = Cause.REQUESTED

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, cancel_on=self.on, cause=self.cause)


@frozen(kw_only=True)
class CancelUndone(Event):
    """It is not to end after all, not for what is unpaid either."""

    kind = "cancel_undone"

    def applied(self, state: Subscription) -> Subscription:
        debts = () if state.cause is Cause.UNPAID else state.debts
        return changed(state, cancel_on=None, cause=None, debts=debts)


@frozen(kw_only=True)
class Ended(Event):
    """It is over: cancelled, or its term expired."""

    kind = "ended"
    on: date
    expired: bool = False

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, ended_on=self.on, expired=self.expired, open_tasks=(), out=(), done=(), skips=0,
            cause=Cause.EXPIRED if self.expired else state.cause, pause_on=None,
        )  # fmt: skip
