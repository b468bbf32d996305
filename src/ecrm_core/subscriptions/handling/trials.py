"""Trials: another end of the free days, and what moves with it."""

from __future__ import annotations

from datetime import date

from ecrm_core.subscriptions.cadence import Anchor, cycle_of
from ecrm_core.subscriptions.commands import Activate, ExtendTrial
from ecrm_core.subscriptions.events import TrialEnded, TrialMoved
from ecrm_core.subscriptions.handling.counting import stub_of
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["activate", "extend_trial"]


def extend_trial(work: Work, command: ExtendTrial) -> None:
    """Let the trial last longer."""
    ends = work.state.trial_until
    if ends is None or command.until <= ends:
        raise illegal(work.state, command, (), why=f"expected a day after {ends}")
    _move(work, command.until)


def activate(work: Work, _: Activate) -> None:
    """End the trial today, or on the first day, where that is to come."""
    first = max(work.today, work.state.starts_on)
    _move(work, first)
    if first <= work.today:
        work.say(TrialEnded())


def _move(work: Work, until: date) -> None:
    """Let the trial end on that day: a billing day that was named stays."""
    state = work.state
    cadence = state.plan.cadence
    anchor = state.anchor if state.anchor_fixed else Anchor.at(until)
    stub, free_until = stub_of(anchor, cadence, until, state.stub_policy)
    first = free_until or until
    if _paid_beyond(state):
        stub, first = state.stub, max(state.billed_through, until)
    base = -cycle_of(anchor, cadence, free_until or until)
    work.say(TrialMoved(until=until, through=first, anchor=anchor, cycle_base=base, stub=stub))


def _paid_beyond(state: Subscription) -> bool:
    """Return whether days after the trial were paid elsewhere."""
    ends = state.trial_until or state.billed_through
    _, free = stub_of(state.anchor, state.plan.cadence, ends, state.stub_policy)
    return state.billed_through > (free or ends)
