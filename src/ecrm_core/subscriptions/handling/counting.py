"""Counting: another billing day, and another zone for its days."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from ecrm_core.kernel import DateInterval, zone
from ecrm_core.subscriptions.billing import next_boundary
from ecrm_core.subscriptions.cadence import Anchor, Cadence, cycle_of, first_boundary
from ecrm_core.subscriptions.change import ChangePolicy, StubPolicy, aligned
from ecrm_core.subscriptions.commands import ChangeAnchor, ChangeZone
from ecrm_core.subscriptions.events import AnchorChanged, ZoneChanged
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.schedule import next_start
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["change_anchor", "change_zone", "stub_of"]


def change_anchor(work: Work, command: ChangeAnchor) -> None:
    """Bill on another day from the first day on that is not billed."""
    state, cadence = work.state, work.state.plan.cadence
    start = state.billed_through
    if state.paused_on is not None:
        start = max(start, work.today)
    anchor = aligned(
        cadence, start, day=command.day, anchor=command.anchor, align=command.align
    )
    stub, free_until = stub_of(anchor, cadence, start, command.stub)
    through = free_until or state.billed_through
    number = max(state.cycle + 1, state.next_cycle)
    event = AnchorChanged(
        anchor=anchor, cycle_base=number - cycle_of(anchor, cadence, free_until or start),
        billed_through=through, stub=stub, stub_policy=command.stub,
        change_on=state.change_on, quantity_on=state.quantity_on, price_on=state.price_on,
    )  # fmt: skip
    work.say(_moved(event, state))


def stub_of(
    anchor: Anchor, cadence: Cadence, start: date, policy: StubPolicy
) -> tuple[DateInterval | None, date | None]:
    """Return the irregular first period from a day on, and the day up to which all is free."""
    first = first_boundary(anchor, cadence, start)
    if first == start or policy is StubPolicy.PRORATE:
        return None, None
    if policy is StubPolicy.FREE:
        return None, first
    if policy is StubPolicy.FULL:
        return DateInterval(start, first), None
    return DateInterval(start, next_boundary(anchor, cadence, first)), None


def _moved(event: AnchorChanged, state: Subscription) -> AnchorChanged:
    """Return the event with the changes that wait for a period moved to one that begins now."""
    after, period = event.applied(state), ChangePolicy.NEXT_PERIOD
    plan, quantity, price = state.change_on, state.quantity_on, state.price_on
    if plan is not None and state.change_policy is period:
        plan = next_start(after, plan)
    if quantity is not None and state.quantity_policy is period:
        quantity = next_start(after, quantity)
    if price is not None:
        price = next_start(after, price)
    return evolve(event, change_on=plan, quantity_on=quantity, price_on=price)


def change_zone(work: Work, command: ChangeZone) -> None:
    """Let its days begin in another zone; what is billed are days, so none is billed again."""
    zone(command.tz)
    if command.tz != work.state.tz:
        work.say(ZoneChanged(tz=command.tz))
