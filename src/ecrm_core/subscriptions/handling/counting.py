"""Counting: another billing day, and another zone for its days."""

from __future__ import annotations

from datetime import date

from ecrm_core.kernel import DateInterval, zone
from ecrm_core.subscriptions.billing import next_boundary
from ecrm_core.subscriptions.cadence import Anchor, Cadence, cycle_of, first_boundary
from ecrm_core.subscriptions.change import StubPolicy, aligned
from ecrm_core.subscriptions.commands import ChangeAnchor, ChangeZone
from ecrm_core.subscriptions.events import AnchorChanged, ZoneChanged
from ecrm_core.subscriptions.handling.work import Work

__all__ = ["change_anchor", "change_zone", "stub_of"]


def change_anchor(work: Work, command: ChangeAnchor) -> None:
    """Bill on another day from the first day on that is not billed."""
    state, cadence = work.state, work.state.plan.cadence
    start = state.billed_through
    if state.paused_on is not None:
        start = max(start, work.today)
    anchor = aligned(cadence, start, day=command.day, anchor=command.anchor, align=command.align)
    stub, free_until = stub_of(anchor, cadence, start, command.stub)
    number = max(state.cycle + 1, state.next_cycle)
    event = AnchorChanged(
        anchor=anchor, cycle_base=number - cycle_of(anchor, cadence, free_until or start),
        billed_through=free_until or state.billed_through, stub=stub, stub_policy=command.stub,
    )  # fmt: skip
    work.say(event)


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


def change_zone(work: Work, command: ChangeZone) -> None:
    """Let its days begin in another zone; what is billed are days, so none is billed again."""
    zone(command.tz)
    if command.tz != work.state.tz:
        work.say(ZoneChanged(tz=command.tz))
