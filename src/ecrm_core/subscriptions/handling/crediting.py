"""Crediting: what was billed less what is owed, and what is used and not yet billed."""

from __future__ import annotations

from datetime import date

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.commands import Command
from ecrm_core.subscriptions.events import Credited
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.schedule import asked, charge_of, held_from, settled
from ecrm_core.subscriptions.slices import Line, LineKind, parted, total

__all__ = ["bill_what_is_used", "credit_from", "gated", "not_gated", "settle"]


def bill_what_is_used(work: Work, until: date | None = None, *, later: bool = False) -> None:
    """Bill the days up to today (or a day) that were to be paid in arrears.

    ``later`` lets them wait for the next charge. What is held back by a gate is not billed.
    """
    state, end = work.state, until or work.today
    used = state.paused_on is None and state.billed_through < end
    if used and state.plan.pay is Pay.IN_ARREARS and not gated(work):
        part = DateInterval(state.billed_through, end)
        work.say(*charge_of(state, work.policies, part, work.now, later=later))


def gated(work: Work) -> bool:
    """Tell whether the days to bill next wait for a consent, a notice or a payment."""
    stop = held_from(work.state, work.policies)
    return stop is not None and work.state.billed_through >= stop


def not_gated(work: Work, command: Command, on: date) -> None:
    """Refuse to part days from a day on that are used, and wait for something to be billed."""
    state = work.state
    arrears = state.plan.pay is Pay.IN_ARREARS and state.paused_on is None
    if arrears and state.billed_through < on and gated(work):
        raise illegal(state, command, (), why="expected what holds its charges back to be told")


def credit_from(work: Work, on: date) -> None:
    """Give back what was billed for days from ``on``: charged minus owed, over the pieces.

    What waits for a charge is settled with it. Reaches as far back as the pieces that are held.
    """
    state, policies = work.state, work.policies
    left, back = parted(state.slices, on, policies.rounding, policies.grain)
    if not back:
        return
    on = back[0].part.start
    amount = -total(back, state.plan.price.currency)
    event = Credited(cycle=state.cycle, ordinal=state.charges, from_on=on, amount=amount, left=left)
    unused = Line(
        kind=LineKind.UNUSED, amount=amount, from_on=on, until_on=back[-1].until,
        plan=state.plan.id, quantity=back[-1].quantity,
    )  # fmt: skip
    work.say(event, asked(state, (unused, *state.pending), work.now, work.today))


def settle(work: Work) -> None:
    """Charge or give back what waits for a charge: there is none to come."""
    if work.state.pending:
        work.say(*settled(work.state, work.now, work.today))
