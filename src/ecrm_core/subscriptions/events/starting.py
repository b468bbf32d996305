"""Starting: it began, its free days ended, it began once more."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.pauses import PauseMode
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.term import TermRule

__all__ = ["Created", "Resubscribed", "TrialEnded"]


@frozen(kw_only=True)
class Created(Event):
    """The subscription began, as this state."""

    kind = "created"
    state: Subscription

    def applied(self, state: Subscription) -> Subscription:  # noqa: ARG002 - there was none
        return changed(self.state)


@frozen(kw_only=True)
class TrialEnded(Event):
    """The free days are over."""

    kind = "trial_ended"

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, trial_until=None, **past(state, "trial"))


@frozen(kw_only=True)
class Resubscribed(Event):
    """One that was over began again; ``told_on`` is the day that was said.

    What is unpaid stays so; dunning begins anew with the next failure.
    """

    kind = "resubscribed"
    on: date
    told_on: date
    plan: Plan
    anchor: Anchor
    anchor_fixed: bool
    cycle_base: int
    through: date
    term: TermRule | None
    auto_renew: bool
    quantity: int = 1

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, plan=self.plan, anchor=self.anchor, anchor_fixed=self.anchor_fixed,
            cycle_base=self.cycle_base, billed_through=self.through, created_on=self.told_on,
            term=self.term, term_on=self.on, term_number=0, term_days=0,
            auto_renew=self.auto_renew, agreed=False, moves=state.moves + 1, done=(),
            cancel_on=None, ended_on=None, expired=False, cause=None, trial_until=None,
            pause_on=None, paused_on=None, pause_mode=PauseMode.FREE, paused_by=(),
            quantity=self.quantity, next_quantity=None, quantity_on=None, next_plan=None,
            change_on=None, next_price=None, price_on=None, stub=None, changes_from=self.through,
            debts=(),
        )  # fmt: skip
