"""Starting: the state a subscription begins with."""

from __future__ import annotations

from datetime import date, datetime

from ecrm_core.errors import InputError
from ecrm_core.kernel import zone
from ecrm_core.subscriptions.cadence import cycle_of
from ecrm_core.subscriptions.change import aligned
from ecrm_core.subscriptions.commands import Create
from ecrm_core.subscriptions.handling.counting import stub_of
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.subscription import Subscription
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
    return Subscription(
        id=command.id, customer=command.customer, plan=plan, quantity=command.quantity,
        preset=command.preset, tz=command.tz,
        anchor=anchor, created_on=today, starts_on=starts,
        billed_through=free_until or through, stub=stub, stub_policy=command.stub,
        cycle_base=-cycle_of(anchor, plan.cadence, free_until or regular),
        trial_until=regular if regular > max(starts, today) else None,
        term=term, term_on=regular, term_number=number, auto_renew=command.auto_renew,
    )  # fmt: skip


def _term(command: Create, regular: date, today: date) -> tuple[TermRule | None, int]:
    """Return the term of a subscription today, and its number."""
    term = command.term or command.plan.term
    number = term.number_on(regular, today) if term else 0
    if term is None or number == 0 or not command.auto_renew or term.at_end is AtEnd.EXPIRE:
        return term, 0
    return (None, 0) if term.at_end is AtEnd.EVERGREEN else (term, number)


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
