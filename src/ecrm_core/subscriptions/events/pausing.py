"""Pausing: nothing is billed from a day on, and then it is again."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Paused", "Resumed"]


@frozen(kw_only=True)
class Paused(Event):
    """From this day on nothing is billed; ``unpaid`` where that is because a charge was not."""

    kind = "paused"
    on: date
    unpaid: bool = False

    def applied(self, state: Subscription) -> Subscription:
        debts = state.debts
        if self.unpaid:
            debts = tuple(evolve(debt, paused=True) for debt in debts)
        return changed(state, paused_on=self.on, debts=debts)


@frozen(kw_only=True)
class Resumed(Event):
    """From this day on it is billed again; the days between are free."""

    kind = "resumed"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        through = max(state.billed_through, self.on)
        return changed(state, paused_on=None, billed_through=through)
