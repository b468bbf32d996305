"""Pausing: from which day nothing is billed, and from which again."""

from __future__ import annotations

from datetime import date

from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import boundary, cycle_of, first_boundary
from ecrm_core.subscriptions.commands import Pause, Resume, SkipNext
from ecrm_core.subscriptions.events import (
    OwnerResumed,
    Paused,
    PauseDropped,
    PausePlanned,
    ResumePlanned,
    SkipsSet,
)
from ecrm_core.subscriptions.handling.crediting import bill_what_is_used, credit_from, not_gated
from ecrm_core.subscriptions.handling.holding import nothing_held
from ecrm_core.subscriptions.handling.reaching import credited_from, reached
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.pauses import PausedBy, PauseMode
from ecrm_core.subscriptions.schedule import resumed
from ecrm_core.subscriptions.slices import last_day
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["pause", "resume", "skip_next"]


def pause(work: Work, command: Pause) -> None:
    """Pause from a day on: today, one to come, or one in the past, which is put right."""
    state, today = work.state, work.today
    on, until = command.on or today, command.until
    if command.cycles is not None:
        on, until = _cycles(state, today, command.cycles)
    if until is not None and until <= on:
        raise illegal(state, command, (), why=f"expected an end after {on}")
    by = PausedBy(owner=command.owner, until=until)
    if state.paused_on is not None:
        _join(work, command, by)
    elif on > today:
        work.say(PausePlanned(on=on, mode=command.mode, by=by))
        if command.mode is PauseMode.CREDIT:
            nothing_held(state, command)
            credit_from(work, on)
    else:
        _begin(work, command, on, by)


def _begin(work: Work, command: Pause, on: date, by: PausedBy) -> None:
    """Pause now, or since a day in the past."""
    mode = command.mode
    if on < work.today:
        reached(work.state, command, on)
    start = on if mode is PauseMode.CREDIT else None
    if start is None and mode is not PauseMode.EXTEND and on < work.today:
        start = (
            _void_from(work.state, on) if mode is PauseMode.VOID else credited_from(work.state, on)
        )
    if start is not None:
        nothing_held(work.state, command)
        credit_from(work, start)
    if mode is not PauseMode.VOID:
        not_gated(work, command, on)
        bill_what_is_used(work, on)
    work.say(Paused(on=on, mode=mode, by=by))


def _void_from(state: Subscription, on: date) -> date:
    """Return from which day charges that fell due since ``on`` are void."""
    anchor, cadence = state.anchor, state.plan.cadence
    if state.plan.pay is Pay.IN_ADVANCE:
        return credited_from(state, on)
    return boundary(anchor, cadence, cycle_of(anchor, cadence, on))


def _join(work: Work, command: Pause, by: PausedBy) -> None:
    """Pause what others have paused already: the days are one pause."""
    state = work.state
    known = {each.owner for each in state.paused_by} or {Pause().owner}
    if by.owner in known or (command.on or work.today) > work.today or command.cycles:
        raise illegal(state, command, (), why=f"expected one not paused yet by {by.owner}")
    if not state.paused_by:  # begun before owners were named
        work.say(Paused(on=work.today, by=PausedBy(owner=Pause().owner)))
    work.say(Paused(on=work.today, by=by))


def _cycles(state: Subscription, today: date, cycles: int) -> tuple[date, date]:
    """Return the days of so many cycles, from the first that is not billed yet."""
    anchor, cadence = state.anchor, state.plan.cadence
    first = state.billed_through
    if state.plan.pay is Pay.IN_ARREARS:  # the running one is used, and to be paid
        first = max(first, today)
    if state.stub is not None and first in state.stub:
        first = last_day(state.stub)
    k = cycle_of(anchor, cadence, first_boundary(anchor, cadence, first))
    return boundary(anchor, cadence, k), boundary(anchor, cadence, k + cycles)


def resume(work: Work, command: Resume) -> None:
    """Bill again from a day on, unless others keep it paused."""
    state, on = work.state, command.on or work.today
    if state.paused_on is None:
        if state.pause_on is None:
            raise illegal(state, command, (), why="expected one that is paused, or is to be")
        work.say(PauseDropped())
        return
    owners = {each.owner for each in state.paused_by} or {command.owner}
    if command.owner not in owners:
        raise illegal(state, command, (), why=f"expected one that is paused by {command.owner}")
    if on < state.paused_on:
        raise illegal(state, command, (), why=f"expected a day from {state.paused_on} on")
    if on > work.today:
        work.say(ResumePlanned(by=PausedBy(owner=command.owner, until=on)))
    elif any(_still(each, command.owner, on) for each in state.paused_by):
        work.say(OwnerResumed(owner=command.owner))
    else:
        lapsed = [each.until for each in state.paused_by if each.until and each.until > on]
        work.say(*resumed(state, work.policies, max(on, *lapsed) if lapsed else on))


def _still(by: PausedBy, owner: str, on: date) -> bool:
    return by.owner != owner and (by.until is None or by.until > on)


def skip_next(work: Work, command: SkipNext) -> None:
    """Note how many charges to come are to be skipped."""
    if command.cycles != work.state.skips:
        work.say(SkipsSet(cycles=command.cycles))
