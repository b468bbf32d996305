"""Starting: the state a subscription begins with."""

from __future__ import annotations

from datetime import date, datetime

from ecrm_core.errors import InputError
from ecrm_core.kernel import zone
from ecrm_core.subscriptions.cadence import cycle_of
from ecrm_core.subscriptions.change import Alignment, aligned
from ecrm_core.subscriptions.commands import Create, Import
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.handling.counting import stub_of
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.subscription import Cause, Subscription
from ecrm_core.subscriptions.term import AtEnd, TermRule

__all__ = ["created"]


def created(command: Create, now: datetime) -> Subscription:
    """Return the state a subscription begins with."""
    zone(command.tz)
    today, plan = local_day(now, command.tz), command.plan
    starts = command.starts_on or today
    regular = plan.trial.after(starts)
    through = _billed_through(command, starts, regular, today)
    anchor = aligned(
        plan.cadence, regular, day=command.anchor_day, anchor=command.anchor, align=command.align
    )
    stub, free_until = None, None
    if command.billed_through is None:
        stub, free_until = stub_of(anchor, plan.cadence, through, command.stub)
    term, number = _term(command, regular, today)
    state = Subscription(
        id=command.id, customer=command.customer, plan=plan, quantity=command.quantity,
        preset=command.preset, tz=command.tz,
        anchor=anchor, created_on=today, starts_on=starts,
        billed_through=free_until or through, stub=stub, stub_policy=command.stub,
        cycle_base=-cycle_of(anchor, plan.cadence, free_until or regular),
        trial_until=regular if regular > max(starts, today) else None,
        term=term, term_on=regular, term_number=number, auto_renew=command.auto_renew,
        anchor_fixed=_named(command),
    )  # fmt: skip
    return _taken_over(state, command, today) if isinstance(command, Import) else state


def _named(command: Create) -> bool:
    """Tell whether a billing day was named: the end of a trial that moves does not move it."""
    return (command.anchor_day, command.anchor, command.align) != (None, None, Alignment.OWN)


def _taken_over(state: Subscription, command: Import, today: date) -> Subscription:
    """Return the state with what is said of one that runs elsewhere."""
    regular = state.term_on
    term_on = command.term_on or regular
    if term_on < state.starts_on:
        raise _no_import(f"found terms from {term_on}, expected the start or later", "term_on")
    if command.paused_on is not None and not state.starts_on <= command.paused_on <= today:
        raise _no_import("found a pause before the start, or to come", "paused_on")
    if command.cancel_on is not None and command.cancel_on < today:
        raise _no_import("found one that has ended, expected one that runs", "cancel_on")
    term, number = _term(command, term_on, today)
    if command.term_number is not None:
        term, number = command.term or command.plan.term, command.term_number
        if term is not None and term.end(term_on, number) <= today:
            raise _no_import("found a term that is over, expected the one that runs", "term_number")
    return changed(
        state, term=term, term_on=term_on, term_number=number, paused_on=command.paused_on,
        cancel_on=command.cancel_on,
        cause=None if command.cancel_on is None else Cause.REQUESTED,
    )  # fmt: skip


def _no_import(message: str, name: str) -> InputError:
    return InputError(message, path=f"$.{name}", code="import")


def _term(command: Create, regular: date, today: date) -> tuple[TermRule | None, int]:
    """Return the term of a subscription today, and its number."""
    term = command.term or command.plan.term
    number = term.number_on(regular, today) if term else 0
    if term is None or number == 0 or not command.auto_renew or term.at_end is AtEnd.EXPIRE:
        return term, 0
    if term.at_end is AtEnd.EVERGREEN:
        return None, 0
    return term, min(number, 1) if term.at_end is AtEnd.RENEW_ONCE else number


def _billed_through(command: Create, starts: date, regular: date, today: date) -> date:
    given = command.billed_through
    if given is None:
        if regular < today:
            message = f"it began on {starts}, before today: say through which day it is billed"
            raise InputError(message, path="$.billed_through", code="billed_through")
        return regular
    if given < starts:
        message = f"found {given}, expected the start {starts} or later"
        raise InputError(message, path="$.billed_through", code="billed_through")
    return max(given, regular)
