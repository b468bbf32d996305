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
    """The trial ends on another day, and what follows begins there.

    ``through`` is the first day that is not billed then.
    """

    kind = "trial_moved"
    until: date
    through: date
    anchor: Anchor
    cycle_base: int

    def applied(self, state: Subscription) -> Subscription:
        cadence = state.plan.cadence
        change_on = state.change_on and first_boundary(self.anchor, cadence, self.through)
        return changed(
            state, trial_until=self.until, term_on=self.until, billed_through=self.through,
            anchor=self.anchor, cycle_base=self.cycle_base, change_on=change_on,
            moves=state.moves + 1, done=(),
        )  # fmt: skip
