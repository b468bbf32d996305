"""Pausing: nothing is billed from a day on, and then it is again; charges that are not made."""

from __future__ import annotations

from datetime import date
from enum import Enum

from attrs import evolve, frozen

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.dunning import DUNNING
from ecrm_core.subscriptions.events.base import Event, past
from ecrm_core.subscriptions.pauses import PausedBy, PauseMode
from ecrm_core.subscriptions.slices import Slice, held
from ecrm_core.subscriptions.subscription import HeldCharge, Subscription

__all__ = [
    "ChargeHeld",
    "ChargeSkipped",
    "HeldCleared",
    "OwnerResumed",
    "PauseDropped",
    "PausePlanned",
    "Paused",
    "ResumePlanned",
    "Resumed",
    "Shift",
    "SkipWhy",
    "SkipsSet",
]


@frozen(kw_only=True)
class PausePlanned(Event):
    """A pause is to begin on a day to come."""

    kind = "pause_planned"
    on: date
    mode: PauseMode
    by: PausedBy

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, pause_on=self.on, pause_mode=self.mode, paused_by=(self.by,))


@frozen(kw_only=True)
class PauseDropped(Event):
    """The pause that was to come does not."""

    kind = "pause_dropped"

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, pause_on=None, pause_mode=PauseMode.FREE, paused_by=())


@frozen(kw_only=True)
class Paused(Event):
    """From this day on it is paused; by one more, where it was already (the mode stays)."""

    kind = "paused"
    on: date
    mode: PauseMode = PauseMode.FREE
    by: PausedBy | None = None

    def applied(self, state: Subscription) -> Subscription:
        if state.paused_on is not None:
            return changed(state, paused_by=_with(state.paused_by, self.by))
        owners, debts = () if self.by is None else (self.by,), state.debts
        if self.by is not None and self.by.owner == DUNNING:
            debts = tuple(evolve(debt, paused=True) for debt in debts)
        return changed(
            state, paused_on=self.on, pause_on=None, pause_mode=self.mode, paused_by=owners,
            debts=debts,
        )  # fmt: skip


@frozen(kw_only=True)
class ResumePlanned(Event):
    """An owner resumes on a day to come."""

    kind = "resume_planned"
    by: PausedBy

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, paused_by=_with(state.paused_by, self.by))


@frozen(kw_only=True)
class OwnerResumed(Event):
    """One owner has resumed; others keep it paused."""

    kind = "owner_resumed"
    owner: str

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, paused_by=_without(state.paused_by, self.owner))


@frozen(kw_only=True)
class Shift:
    """By how many days a pause has moved what was paid and the term, and what that comes to.

    The days are those of the state of the same names.
    """

    days: int
    anchor: Anchor
    cycle_base: int
    slices: tuple[Slice, ...]
    stub: DateInterval | None = None
    changes_from: date | None = None
    cancel_on: date | None = None
    change_on: date | None = None
    quantity_on: date | None = None
    price_on: date | None = None

    def parts(self, state: Subscription) -> dict[str, object]:
        """Return the parts of the state it changes."""
        return {
            "anchor": self.anchor, "cycle_base": self.cycle_base, "slices": self.slices,
            "stub": self.stub, "changes_from": self.changes_from, "cancel_on": self.cancel_on,
            "change_on": self.change_on, "quantity_on": self.quantity_on,
            "price_on": self.price_on, "term_days": state.term_days + self.days,
            "moves": state.moves + 1,
        }  # fmt: skip


@frozen(kw_only=True)
class Resumed(Event):
    """From this day on it is billed again.

    ``through`` is then the first day that is not billed; without it the days between are free.
    """

    kind = "resumed"
    on: date
    through: date | None = None
    shift: Shift | None = None

    def applied(self, state: Subscription) -> Subscription:
        through = max(state.billed_through, self.on) if self.through is None else self.through
        parts = {} if self.shift is None else self.shift.parts(state)
        return changed(
            state, paused_on=None, pause_mode=PauseMode.FREE, paused_by=(),
            billed_through=through, **parts,
        )  # fmt: skip


def _with(owners: tuple[PausedBy, ...], owner: PausedBy | None) -> tuple[PausedBy, ...]:
    return owners if owner is None else (*_without(owners, owner.owner), owner)


def _without(owners: tuple[PausedBy, ...], name: str) -> tuple[PausedBy, ...]:
    return tuple(each for each in owners if each.owner != name)


# ---------------------------------------------------------------- charges that are not made


@frozen(kw_only=True)
class SkipsSet(Event):
    """So many charges to come are to be skipped."""

    kind = "skips_set"
    cycles: int

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, skips=self.cycles)


class SkipWhy(Enum):
    """Why a charge is not made."""

    ASKED = "asked"
    PAUSED = "paused"
    OVERDUE = "overdue"


@frozen(kw_only=True)
class ChargeSkipped(Event):
    """A charge is not made, and never will be; its piece costs nothing."""

    kind = "charge_skipped"
    cycle: int
    ordinal: int
    piece: Slice
    why: SkipWhy

    def applied(self, state: Subscription) -> Subscription:
        whole = self.why is SkipWhy.ASKED and self.piece.part.end == self.piece.period.end
        return changed(_past(state, self, self.piece), skips=state.skips - whole)


@frozen(kw_only=True)
class ChargeHeld(Event):
    """A charge was overdue and is held for review; billing goes on after it."""

    kind = "charge_held"
    cycle: int
    ordinal: int
    on: date
    piece: Slice

    def applied(self, state: Subscription) -> Subscription:
        one = HeldCharge(cycle=self.cycle, ordinal=self.ordinal, on=self.on, piece=self.piece)
        return changed(_past(state, self, _free(self.piece)), held=(*state.held, one))


@frozen(kw_only=True)
class HeldCleared(Event):
    """A held charge is made after all (``made``), or never."""

    kind = "held_cleared"
    cycle: int
    ordinal: int
    made: bool

    def applied(self, state: Subscription) -> Subscription:
        place = (self.cycle, self.ordinal)
        one = next(each for each in state.held if (each.cycle, each.ordinal) == place)
        rest = tuple(each for each in state.held if each is not one)
        if not self.made:
            return changed(state, held=rest)
        slices = tuple(one.piece if s.part == one.piece.part else s for s in state.slices)
        return changed(state, held=rest, slices=slices)


def _past(state: Subscription, event: ChargeSkipped | ChargeHeld, piece: Slice) -> Subscription:
    """Return the state billed through a piece."""
    return changed(
        state, billed_through=piece.until, cycle=event.cycle, charges=event.ordinal + 1,
        slices=held(state.slices, piece), **past(state, "c", event.cycle),
    )  # fmt: skip


def _free(piece: Slice) -> Slice:
    nothing = Money.from_minor(0, piece.amount.currency)
    return evolve(piece, price=nothing, amount=nothing, free=True)
