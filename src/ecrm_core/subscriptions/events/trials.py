"""Trials: another end of the free days."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.cadence import Anchor
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
    stub: DateInterval | None = None

    def applied(self, state: Subscription) -> Subscription:
        # What was to hold from the first charge on still does.
        days = ("change_on", "quantity_on", "price_on")
        moved = {n: self.through for n in days if getattr(state, n) == state.billed_through}
        return changed(
            state, trial_until=self.until, term_on=self.until, billed_through=self.through,
            anchor=self.anchor, cycle_base=self.cycle_base, stub=self.stub,
            moves=state.moves + 1, done=(), **moved,
        )  # fmt: skip
