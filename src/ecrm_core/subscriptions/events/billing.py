"""Billing: a piece of a period charged, or given back, and what waited settled."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.slices import Line, Slice, held, line_of, total
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Charged", "Credited", "Settled"]


@frozen(kw_only=True)
class Charged(Event):
    """A piece of a period became due for payment, and with it what waited for a charge.

    ``left`` is what waits still: a credit that was more than the charge. ``later`` lets the piece
    itself wait for the next charge.
    """

    kind = "charged"
    cycle: int
    ordinal: int
    piece: Slice
    left: tuple[Line, ...] = ()
    later: bool = False

    def applied(self, state: Subscription) -> Subscription:
        slices = held(state.slices, self.piece)
        if self.later:
            return changed(
                state, billed_through=self.piece.until, cycle=self.cycle, charges=self.ordinal,
                slices=slices, pending=(*state.pending, line_of(self.piece, state.plan.id)),
            )  # fmt: skip
        return changed(
            state, billed_through=self.piece.until, cycle=self.cycle, charges=self.ordinal + 1,
            slices=slices, pending=self.left, asked=_asked(state, self.piece),
            **past(state, "c", self.cycle),
        )  # fmt: skip


@frozen(kw_only=True)
class Credited(Event):
    """What was billed from a day on is given back: charged minus owed, over the pieces.

    What waited for a charge is settled with it.
    """

    kind = "credited"
    cycle: int
    ordinal: int
    from_on: date
    amount: Money
    left: tuple[Slice, ...]

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, billed_through=self.from_on, charges=self.ordinal + 1, slices=self.left,
            pending=(), asked=self.amount,
        )  # fmt: skip


@frozen(kw_only=True)
class Settled(Event):
    """What waited for a charge is charged or given back: none is to come."""

    kind = "settled"
    cycle: int
    ordinal: int
    lines: tuple[Line, ...]

    def applied(self, state: Subscription) -> Subscription:
        asked = total(self.lines, state.plan.price.currency)
        return changed(state, charges=self.ordinal + 1, pending=(), asked=asked)


def _asked(state: Subscription, piece: Slice) -> Money | None:
    """Return what a charge comes to with the lines that waited; None where none did."""
    if not state.pending:
        return None
    return total((piece, *state.pending), piece.amount.currency)
