"""Pausing: pauses that begin and end by themselves, and what the end of one comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from attrs import evolve

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.cadence import Anchor, boundary, cycle_of
from ecrm_core.subscriptions.events import Event, Paused, Resumed, Shift
from ecrm_core.subscriptions.pauses import PauseMode
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule.candidate import Candidate, Made, Rank
from ecrm_core.subscriptions.slices import Slice, last_day, parted
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["pauses", "resumed"]


def pauses(state: Subscription, policies: Policies) -> Iterator[Candidate]:
    """Go through the beginning of a pause to come, or the end of one that names its own."""
    if state.pause_on is not None:
        by = state.paused_by[0] if state.paused_by else None
        event: Event = Paused(on=state.pause_on, mode=state.pause_mode, by=by)
        yield Candidate(state.pause_on, Rank.PAUSE, "", lambda _, __: (event, ()))
    day = state.resume_on
    if state.paused_on is not None and day is not None:
        yield Candidate(
            day, Rank.RESUME, "", lambda _, __: resumed(state, policies, max(day, _since(state)))
        )


def _since(state: Subscription) -> date:
    """Return the day a pause began."""
    return state.paused_on or date.min


def resumed(state: Subscription, policies: Policies, on: date) -> Made:
    """Return the end of a pause on a day: what is billed from there, and what has moved."""
    if state.pause_mode is PauseMode.VOID:  # whole charges were skipped, and nothing is in parts
        return Resumed(on=on, through=state.billed_through), ()
    days = (on - _since(state)).days
    if state.pause_mode is not PauseMode.EXTEND or days <= 0:
        return Resumed(on=on), ()
    shift = _shift(state, policies, days)
    left = max(state.billed_through, _since(state)) + timedelta(days=days)
    return Resumed(on=on, through=left, shift=shift), ()


def _shift(state: Subscription, policies: Policies, days: int) -> Shift:
    """Return what was paid and the term, later by so many days: also the billing day."""
    cadence, later, stub = state.plan.cadence, timedelta(days=days), state.stub
    in_stub = stub is not None and state.billed_through in stub
    k = cycle_of(state.anchor, cadence, last_day(stub) if in_stub and stub else
                 state.billed_through)  # fmt: skip
    anchor = Anchor.at(boundary(state.anchor, cadence, k) + later)

    def moved(day: date | None) -> date | None:
        """Return a day to come, later: the beginning of a period stays that of one."""
        if day is None:
            return None
        j = cycle_of(state.anchor, cadence, day)
        if boundary(state.anchor, cadence, j) == day:
            return boundary(anchor, cadence, j - k)
        return day + later

    ahead = state.changes_from is not None and state.changes_from > _since(state)
    with_term = state.cancel_on is not None and state.cancel_on == state.term_end
    return Shift(
        days=days, anchor=anchor, cycle_base=state.cycle_base + k,
        slices=tuple(_later(state, policies, later)),
        stub=_moved(stub, later) if in_stub and stub else stub,
        changes_from=moved(state.changes_from) if ahead else state.changes_from,
        cancel_on=state.cancel_on + later if state.cancel_on and with_term else state.cancel_on,
        change_on=moved(state.change_on), quantity_on=moved(state.quantity_on),
        price_on=moved(state.price_on),
    )  # fmt: skip


def _later(state: Subscription, policies: Policies, later: timedelta) -> Iterator[Slice]:
    """Go through what was billed: the days from the pause on later, at the price they had."""
    used, left = parted(state.slices, _since(state), policies.rounding, policies.grain)
    yield from used
    for piece in left:
        yield evolve(piece, part=_moved(piece.part, later), period=_moved(piece.period, later))


def _moved(days: DateInterval, later: timedelta) -> DateInterval:
    return DateInterval(days.start + later, last_day(days) + later)
