"""Reaching: how far back a command may go, and from which day what was billed since is undone."""

from __future__ import annotations

from datetime import date

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.commands import Command
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["credited_from", "reach", "reached"]


def reach(state: Subscription) -> date:
    """Return the first day whose billing is still held, piece by piece."""
    first = state.slices[0].part.start if state.slices else state.billed_through
    return max(first, state.starts_on)


def reached(state: Subscription, command: Command, on: date, *, since: date | None = None) -> None:
    """Refuse a day further back than what is held, or than ``since`` (IllegalTransition)."""
    first = max(reach(state), since or date.min)
    if on < first:
        raise illegal(state, command, (), why=f"expected a day from {first} on")


def credited_from(state: Subscription, on: date) -> date:
    """Return from which day nothing would be billed, had it stopped on that day.

    In arrears only the days before it are owed; in advance a period that had begun was paid by
    then, so it is the first charge on that day or later.
    """
    if state.plan.pay is Pay.IN_ARREARS:
        return on
    begun: dict[DateInterval, date] = {}
    for piece in state.slices:
        begun.setdefault(piece.period, piece.part.start)
    return min((day for day in begun.values() if day >= on), default=state.billed_through)
