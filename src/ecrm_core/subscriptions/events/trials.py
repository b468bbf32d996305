"""Trials: another end of the free days."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.cadence import Anchor, first_boundary
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["TrialMoved"]


@frozen(kw_only=True)
class TrialMoved(Event):
    """The trial ends on another day, and what follows begins there."""

    kind = "trial_moved"
    until: date
    anchor: Anchor
    cycle_base: int

    def applied(self, state: Subscription) -> Subscription:
        paid = state.billed_through != state.trial_until  # elsewhere, beyond the trial
        through = max(state.billed_through, self.until) if paid else self.until
        change_on = state.change_on and first_boundary(self.anchor, state.plan.cadence, through)
        return changed(
            state, trial_until=self.until, term_on=self.until, billed_through=through,
            anchor=self.anchor, cycle_base=self.cycle_base, change_on=change_on,
            moves=state.moves + 1, done=(),
        )  # fmt: skip
