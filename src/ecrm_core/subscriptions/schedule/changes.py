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

__all__ = ["changes", "cut_on", "next_start", "prorates", "reset_on"]


def changes(state: Subscription, policies: Policies, end: date | None) -> Iterator[Candidate]:
    """Go through the changes to come, each on its day, and what is settled with the end."""
    if state.pending and end is not None:
        yield Candidate(end, Rank.SETTLE, "", lambda at, _: settled(state, at, end))
    plan, quantity, price = state.next_plan, state.next_quantity, state.next_price
    if plan is not None and state.change_on is not None:
        on, how = _day(state, state.change_on, state.change_policy), state.change_policy
        yield Candidate(on, Rank.CHANGE, "plan", lambda at, _: plan_changed(
            state, policies, plan, on, policy=how, at=at, asked_on=on))  # fmt: skip
    if quantity is not None and state.quantity_on is not None:
        day, manner = _day(state, state.quantity_on, state.quantity_policy), state.quantity_policy
        yield Candidate(day, Rank.CHANGE, "quantity", lambda at, _: quantity_changed(
            state, policies, quantity, day, policy=manner, at=at, asked_on=day))  # fmt: skip
    if price is not None and state.price_on is not None:
        changed = PriceChanged(price=price, version=state.plan.version + 1)
        first = next_start(state, state.price_on)
        yield Candidate(first, Rank.CHANGE, "price", lambda _, __: (changed, ()))


def _day(state: Subscription, on: date, policy: ChangePolicy) -> date:
    """Return the day a change holds from; the beginning of a period may have moved since."""
    return next_start(state, on) if policy is ChangePolicy.NEXT_PERIOD else on


def cut_on(state: Subscription) -> Iterator[tuple[date, bool]]:
    """Go through the days a change to come cuts what is billed, and whether that piece waits.

    In advance a period is billed whole, and the change adjusts it.
    """
    if state.plan.pay is Pay.IN_ARREARS:
        for day, policy in (
            (state.change_on, state.change_policy),
            (state.quantity_on, state.quantity_policy),
        ):
            if day is not None and prorates(policy):
                yield day, policy is ChangePolicy.NEXT_INVOICE


def reset_on(state: Subscription) -> date | None:
    """Return the day a whole period begins because a change to come says so, if one does."""
    asked = (
        (state.change_on, state.change_policy),
        (state.quantity_on, state.quantity_policy),
    )
    days = (day for day, policy in asked if policy is ChangePolicy.RESET_CYCLE)
    return min((day for day in days if day is not None), default=None)


def prorates(policy: ChangePolicy) -> bool:
    """Tell whether days before and after a change inside a period cost what held on each."""
    return policy not in {ChangePolicy.NONE, ChangePolicy.NEXT_PERIOD}


def next_start(state: Subscription, day: date) -> date:
    """Return the first day from a day on with which a period begins that is not billed at all."""
    through = state.billed_through
    begun = through in state.slices[-1].period if state.slices else False
    if through == state.changes_from:
        begun = False  # the days before it count otherwise
    if day <= through and not begun:
        return through
    day, stub = max(day, through), state.stub
    if stub is not None and stub.end is not None and stub.start < day < stub.end:
        day = stub.end
    return first_boundary(state.anchor, state.plan.cadence, day)
