"""Changes: what was asked for a day to come, and what waits for the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import first_boundary
from ecrm_core.subscriptions.change import ChangePolicy
from ecrm_core.subscriptions.events import PriceChanged
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.adjusting import plan_changed, quantity_changed, settled
from ecrm_core.subscriptions.schedule.candidate import Candidate, Rank
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["changes", "cut_on", "next_start", "prorates"]


def changes(state: Subscription, policies: Policies, end: date | None) -> Iterator[Candidate]:
    """Go through the changes to come, each on its day, and what is settled with the end."""
    if state.pending and end is not None:
        yield Candidate(end, Rank.SETTLE, "", lambda at, _: settled(state, at, end))
    plan, quantity, price = state.next_plan, state.next_quantity, state.next_price
    on = state.change_on
    if plan is not None and on is not None:
        yield Candidate(on, Rank.CHANGE, "plan", lambda at, _: plan_changed(
            state, policies, plan, on, policy=state.change_policy, at=at, asked_on=on))
    day = state.quantity_on
    if quantity is not None and day is not None:
        yield Candidate(day, Rank.CHANGE, "quantity", lambda at, _: quantity_changed(
            state, policies, quantity, day, policy=state.quantity_policy, at=at, asked_on=day))
    if price is not None and state.price_on is not None:
        yield Candidate(state.price_on, Rank.CHANGE, "price", lambda _, __: (
            PriceChanged(price=price, version=state.plan.version + 1), ()))


def cut_on(state: Subscription) -> Iterator[tuple[date, bool]]:
    """Go through the days a change to come cuts what is billed, and whether that piece waits.

    In advance a period is billed whole, and the change adjusts it.
    """
    arrears = state.plan.pay is Pay.IN_ARREARS
    for day, policy in (
        (state.change_on, state.change_policy),
        (state.quantity_on, state.quantity_policy),
    ):
        if day is not None and (policy is ChangePolicy.NEXT_PERIOD or arrears and prorates(policy)):
            yield day, policy is ChangePolicy.NEXT_INVOICE


def prorates(policy: ChangePolicy) -> bool:
    """Tell whether days before and after a change inside a period cost what held on each."""
    return policy not in {ChangePolicy.NONE, ChangePolicy.NEXT_PERIOD}


def next_start(state: Subscription, day: date) -> date:
    """Return the first day from a day on with which a period begins that is not billed at all."""
    through = state.billed_through
    begun = bool(state.slices) and through in state.slices[-1].period
    if day <= through and not begun:
        return through
    day, stub = max(day, through), state.stub
    if stub is not None and stub.end is not None and stub.start < day < stub.end:
        day = stub.end
    return first_boundary(state.anchor, state.plan.cadence, day)
