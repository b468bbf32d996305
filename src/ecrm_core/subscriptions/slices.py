"""Slices: the pieces that were billed, and their arithmetic: charged minus owed, to the cent."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import Enum

from attrs import evolve, frozen

from ecrm_core.kernel import DateInterval, Money, Rounding
from ecrm_core.subscriptions.proration import Grain, slice_amount

__all__ = ["Line", "LineKind", "Slice", "held", "last_day", "line_of", "parted", "repriced",
           "total"]  # fmt: skip


def last_day(days: DateInterval) -> date:
    """Return the day a period or a piece of one ends, itself outside; they always have one."""
    return days.end or date.max


@frozen(kw_only=True)
class Slice:
    """One piece that was billed: its days, its period's, price and amount.

    ``price`` is that of the whole period for ``quantity`` units, ``version`` the plan's. ``free``
    tells that it costs nothing whatever changes: it was skipped.
    """

    part: DateInterval
    period: DateInterval
    price: Money
    amount: Money
    quantity: int = 1
    version: int = 1
    free: bool = False

    @property
    def until(self) -> date:
        """The first day it is not for."""
        return last_day(self.part)


class LineKind(Enum):
    """What a line of a charge or credit is for."""

    PERIOD = "period"
    """Days of a period."""
    UNUSED = "unused"
    """Days billed before, given back because something changed; below zero."""
    CHANGED = "changed"
    """The same days as they are now."""
    REST = "rest"
    """What was given back and was more than the charge it came with; below zero."""


@frozen(kw_only=True)
class Line:
    """One line of a charge or credit: how much, for which days, for how many units of which plan.

    ``until_on`` is outside.
    """

    kind: LineKind
    amount: Money
    from_on: date
    until_on: date
    plan: str
    quantity: int = 1


def line_of(piece: Slice, plan: str, kind: LineKind = LineKind.PERIOD) -> Line:
    """Return the line of a piece."""
    return Line(
        kind=kind, amount=piece.amount, from_on=piece.part.start, until_on=piece.until,
        plan=plan, quantity=piece.quantity,
    )  # fmt: skip


def total(pieces: Iterable[Slice | Line], currency: str) -> Money:
    """Return what pieces or lines come to."""
    return Money.from_minor(sum(piece.amount.minor for piece in pieces), currency)


def held(pieces: tuple[Slice, ...], piece: Slice) -> tuple[Slice, ...]:
    """Return the pieces to keep with a new one: those of its period and of the one before."""
    if not pieces:
        return (piece,)
    last = pieces[-1].period
    if piece.period == last:
        return (*pieces, piece)
    return (*[before for before in pieces if before.period == last], piece)


def parted(
    pieces: Iterable[Slice], on: date, rounding: Rounding, grain: Grain
) -> tuple[tuple[Slice, ...], tuple[Slice, ...]]:
    """Return the pieces before a day and those from it on; one that holds the day is cut in two.

    The two cost together what the one was charged, and the first is never more than that.
    """
    before, after = [], []
    for piece in pieces:
        if piece.part.start >= on:
            after.append(piece)
        elif piece.until <= on:
            before.append(piece)
        else:
            head, tail = DateInterval(piece.part.start, on), DateInterval(on, piece.until)
            used = slice_amount(piece.price, head, piece.period, rounding, grain=grain)
            used = min(used, piece.amount)
            before.append(evolve(piece, part=head, amount=used))
            after.append(evolve(piece, part=tail, amount=piece.amount - used))
    return tuple(before), tuple(after)


def repriced(
    piece: Slice, price: Money, rounding: Rounding, grain: Grain, *, quantity: int, version: int
) -> Slice:
    """Return a piece as it is owed at another price of its whole period."""
    if piece.free:
        return piece
    amount = slice_amount(price, piece.part, piece.period, rounding, grain=grain)
    return evolve(piece, price=price, amount=amount, quantity=quantity, version=version)
