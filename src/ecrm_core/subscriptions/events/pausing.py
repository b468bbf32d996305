"""Pausing: nothing is billed from a day on, and then it is again."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Paused", "Resumed"]


@frozen(kw_only=True)
class Paused(Event):
    """From this day on nothing is billed."""

    kind = "paused"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, paused_on=self.on)


@frozen(kw_only=True)
class Resumed(Event):
    """From this day on it is billed again; the days between are free."""

    kind = "resumed"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        through = max(state.billed_through, self.on)
        return changed(state, paused_on=None, billed_through=through)
