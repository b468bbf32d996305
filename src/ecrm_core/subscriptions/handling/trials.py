"""Trials: another end of the free days, and what moves with it."""

from __future__ import annotations

from datetime import date

from ecrm_core.subscriptions.cadence import Anchor, cycle_of, first_boundary
from ecrm_core.subscriptions.change import StubPolicy
from ecrm_core.subscriptions.commands import Activate, ExtendTrial
from ecrm_core.subscriptions.events import TrialEnded, TrialMoved
from ecrm_core.subscriptions.handling.counting import stub_of
from ecrm_core.subscriptions.handling.ending import withdraw_tasks
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal

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
    base = -cycle_of(anchor, cadence, until)
    unpaid = {state.trial_until}
    if state.trial_until is not None and state.stub_policy is StubPolicy.FREE:
        unpaid.add(first_boundary(state.anchor, cadence, state.trial_until))
    paid = state.billed_through not in unpaid  # elsewhere, beyond the trial
    stub, through = None, max(state.billed_through, until)
    if not paid:
        stub, free_until = stub_of(anchor, cadence, until, state.stub_policy)
        through = free_until or until
    withdraw_tasks(work)
    work.say(TrialMoved(
        until=until, through=through, anchor=anchor, cycle_base=base, stub=stub
    ))  # fmt: skip
