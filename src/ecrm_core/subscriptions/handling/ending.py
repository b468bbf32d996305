"""Ending: which day is the last, what is owed till then, and what is taken back."""

from __future__ import annotations

from datetime import date

from ecrm_core.subscriptions.billing import next_boundary
from ecrm_core.subscriptions.commands import Cancel, UndoCancel, When
from ecrm_core.subscriptions.duration import added
from ecrm_core.subscriptions.events import CancelRequested, CancelUndone, Ended
from ecrm_core.subscriptions.handling.crediting import bill_what_is_used, credit_from, settle
from ecrm_core.subscriptions.handling.holding import nothing_held
from ecrm_core.subscriptions.handling.reaching import credited_from, reached
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.subscription import Cause, Subscription

__all__ = ["cancel", "undo_cancel"]


def cancel(work: Work, command: Cancel) -> None:
    """End it now, or note the day it is to end; open tasks are taken back."""
    on = _last_day(work, command)
    past = on < work.today
    if command.credit or past:
        nothing_held(work.state, command)
    work.say(CancelRequested(on=on, cause=command.cause))
    work.take_back(at=work.now, by=work.by)
    paid_until = added(on, 0, _last_one(work, command))
    if command.credit or past:
        credit_from(work, paid_until if command.credit else credited_from(work.state, on))
    if past or (command.when is When.NOW and on == work.today):
        bill_what_is_used(work, paid_until)
        settle(work)
        work.say(Ended(on=on))


def undo_cancel(work: Work, command: UndoCancel) -> None:
    """Take back a cancellation that has not taken effect."""
    if work.state.cancel_on is None:
        raise illegal(work.state, command, (), why="expected one that is cancelled for later")
    work.say(CancelUndone())


def _last_one(work: Work, command: Cancel) -> bool:
    """Tell whether the day it ends at once is paid still."""
    return work.policies.last_day_inclusive and command.when is When.NOW


def _last_day(work: Work, command: Cancel) -> date:
    """Return the day it ends: by the customer's own cancellation not before her minimum term."""
    day, bound = _meant_day(work, command), _bound_until(work.state)
    if command.cause is not Cause.REQUESTED or bound is None:
        return day
    trying = work.state.trial_until is not None and day <= work.state.trial_until
    return day if trying else max(day, bound)


def _bound_until(state: Subscription) -> date | None:
    minimum = None if state.term is None else state.term.minimum
    return None if minimum is None else minimum.after(state.term_on)


def _meant_day(work: Work, command: Cancel) -> date:
    state, today = work.state, work.today
    if command.when is When.NOW:
        return today
    if command.on is not None:
        if command.on < today:
            reached(state, command, command.on)
        elif command.on < state.starts_on:
            raise illegal(state, command, (), why=f"expected a day from {state.starts_on} on")
        return added(command.on, 0, work.policies.last_day_inclusive)
    if command.when is When.PERIOD_END:
        return _period_end(state, today)
    return _term_end(state, command, today)


def _period_end(state: Subscription, today: date) -> date:
    """Return the day what is billed, or the running period, ends; the trial while it lasts."""
    if state.trial_until is not None:
        return state.trial_until
    day = max(today, state.starts_on)
    return max(state.billed_through, next_boundary(state.anchor, state.plan.cadence, day))


def _term_end(state: Subscription, command: Cancel, today: date) -> date:
    """Return the end of the current term, or after its deadline of the next one."""
    if state.term is None or state.term_end is None or state.deadline is None:
        raise illegal(state, command, (), why="expected one that has a term")
    if today <= state.deadline or not state.goes_on:
        return state.term_end
    return state.term.end(state.term_on, state.term_number + 1, state.term_days)
