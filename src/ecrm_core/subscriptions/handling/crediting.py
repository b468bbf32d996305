"""Crediting: what was billed less what is owed, and what is used and not yet billed."""

from __future__ import annotations

from datetime import date

from attrs import evolve

from ecrm_core.kernel import DateInterval, Money
from ecrm_core.subscriptions.action import Action, ActionKind
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.events import Credited
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.proration import slice_amount
from ecrm_core.subscriptions.schedule import charge_of, common
from ecrm_core.subscriptions.subscription import Slice

__all__ = ["bill_what_is_used", "credit_from"]


def bill_what_is_used(work: Work, until: date) -> None:
    """Bill the days up to a day, today or before, that were to be paid in arrears."""
    state = work.state
    used = state.paused_on is None and state.billed_through < until
    if used and state.plan.pay is Pay.IN_ARREARS:
        part = DateInterval(state.billed_through, until)
        work.say(*charge_of(state, work.policies, part, work.now))


def credit_from(work: Work, on: date) -> None:
    """Give back what was billed for days from ``on``: charged minus owed, over the pieces."""
    state = work.state
    if not any(piece.until > on for piece in state.slices):
        return
    on = max(on, state.slices[0].part.start)
    left = [_cut(piece, on, work.policies) for piece in state.slices if piece.part.start < on]
    zero = Money.from_minor(0, state.plan.price.currency)
    amount = _total(left, zero) - _total(state.slices, zero)
    event = Credited(
        cycle=state.cycle, ordinal=state.charges, from_on=on, amount=amount, left=tuple(left)
    )
    action = Action(
        kind=ActionKind.CREDIT, cycle=str(state.cycle), ordinal=str(state.charges), at=work.now,
        on=work.today, amount=amount, from_on=on, until_on=state.billed_through,
        price=state.plan.price, **common(state),
    )  # fmt: skip
    work.say(event, (action,) if amount.minor else ())


def _cut(piece: Slice, on: date, policies: Policies) -> Slice:
    if piece.until <= on:
        return piece
    part = DateInterval(piece.part.start, on)
    owed = slice_amount(piece.price, part, piece.period, policies.rounding)
    return evolve(piece, part=part, amount=owed)


def _total(pieces: list[Slice] | tuple[Slice, ...], zero: Money) -> Money:
    total = zero
    for piece in pieces:
        total += piece.amount
    return total
