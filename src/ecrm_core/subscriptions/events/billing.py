"""Billing: a piece of a period charged, or given back."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.subscription import Slice, Subscription

__all__ = ["Charged", "Credited"]


@frozen(kw_only=True)
class Charged(Event):
    """A piece of a period became due for payment."""

    kind = "charged"
    cycle: int
    ordinal: int
    piece: Slice

    def applied(self, state: Subscription) -> Subscription:
        before = state.slices if self.cycle == state.cycle else ()
        return changed(
            state, billed_through=self.piece.until, cycle=self.cycle, charges=self.ordinal + 1,
            slices=(*before, self.piece), **past(state, "c", self.cycle),
        )  # fmt: skip


@frozen(kw_only=True)
class Credited(Event):
    """What was billed from a day on is given back: charged minus owed, over the pieces."""

    kind = "credited"
    cycle: int
    ordinal: int
    from_on: date
    amount: Money
    left: tuple[Slice, ...]

    def applied(self, state: Subscription) -> Subscription:
        return changed(
            state, billed_through=self.from_on, charges=self.ordinal + 1, slices=self.left
        )
