"""Changing: another plan is asked for, and holds."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["PlanChangeRequested", "PlanChanged"]


@frozen(kw_only=True)
class PlanChangeRequested(Event):
    """Another plan is to hold from the beginning of a period on."""

    kind = "plan_change_requested"
    plan: Plan
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, next_plan=self.plan, change_on=self.on)


@frozen(kw_only=True)
class PlanChanged(Event):
    """The other plan holds; ``cycle_base`` keeps cycle numbers going under the new anchor."""

    kind = "plan_changed"
    plan: Plan
    anchor: Anchor
    cycle_base: int

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, plan=self.plan, anchor=self.anchor, cycle_base=self.cycle_base,
            next_plan=None, change_on=None, **past(state, "p"),
        )  # fmt: skip
