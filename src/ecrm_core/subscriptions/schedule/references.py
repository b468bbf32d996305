"""References: the days notices come before, each with the cycle it has in keys and marks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from ecrm_core.kernel import DateInterval
from ecrm_core.subscriptions.billing import Pay
from ecrm_core.subscriptions.cadence import Unit, boundary, cycle_of
from ecrm_core.subscriptions.notice import NoticeRule, RelativeTo
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.pricing import renewal_price
from ecrm_core.subscriptions.schedule.changes import next_start, reset_on
from ecrm_core.subscriptions.schedule.charges import charged_next, next_part
from ecrm_core.subscriptions.slices import last_day
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Reference", "of_term", "references"]


class Reference(NamedTuple):
    """A day a notice comes before, its cycle, and the first day that is billed after it."""

    cycle: str
    on: date
    billed_from: date


def references(
    state: Subscription, policies: Policies, rule: NoticeRule
) -> Iterator[Reference]:  # fmt: skip
    """Go through the days such a notice comes before, as things are.

    A cancellation leaves those of charges and prices to come, and no others.
    """
    to = rule.relative_to
    if rule.applies_if is not None and not rule.applies_if.holds(state, policies.market):
        return
    if to is RelativeTo.CHARGE:
        yield from _charges(state, rule)
    elif to is RelativeTo.PRICE_CHANGE:
        yield from _price(state)
    elif state.cancel_on is not None or state.stands_still:
        return
    elif to is RelativeTo.TRIAL_END:
        if state.trial_until is not None:
            yield Reference(state.marked("trial"), state.trial_until, state.trial_until)
    elif state.term_end is not None and not state.answered:
        day = state.term_end if to is RelativeTo.TERM_END else state.deadline
        cycle = state.marked(f"t{state.term_number}")
        yield Reference(cycle, day or state.term_end, state.term_end)


def of_term(rule: NoticeRule) -> bool:
    """Return whether a notice is about the end of a term."""
    return rule.relative_to in _OF_TERM


_OF_TERM = (RelativeTo.TERM_END, RelativeTo.DEADLINE)


def _charges(state: Subscription, rule: NoticeRule) -> Iterator[Reference]:
    """Go through the next charge, and those after it that the notice has to be in time for."""
    end = state.end_on
    if state.paused_on is not None or state.skips or not charged_next(state, end):
        return
    part = next_part(state)
    arrears = state.plan.pay is Pay.IN_ARREARS
    on = last_day(part) if arrears else part.start
    reset = reset_on(state) if state.change_on or state.quantity_on else None
    if reset is not None and reset < on and any(piece.until > reset for piece in state.slices):
        number = max(state.cycle + 1, state.next_cycle)
        yield Reference(state.marked(f"c{number}.0"), reset, reset)
        return
    label = state.marked(f"c{state.next_cycle}.{state.next_ordinal}")
    yield Reference(label, on, part.start)
    for _ in range(_periods_ahead(state, rule)):
        start = last_day(part)
        if start in (end, state.change_on, state.quantity_on, state.pause_on):
            return
        k = cycle_of(state.anchor, state.plan.cadence, start)
        after = boundary(state.anchor, state.plan.cadence, k + 1)
        stops = [
            day
            for day in (end, state.change_on, state.quantity_on, state.pause_on)
            if day is not None and day > start
        ]
        part = DateInterval(start, min([after, *stops]))
        on = last_day(part) if arrears else start
        yield Reference(state.marked(f"c{state.cycle_base + k}.0"), on, start)


def _periods_ahead(state: Subscription, rule: NoticeRule) -> int:
    """Return how many charges after the next one may come before a notice of theirs has to."""
    aim, cadence = rule.aim, state.plan.cadence
    length = cadence.count if cadence.unit is Unit.DAY else 28 * cadence.count
    return (aim.months * 31 + aim.days) // length


def _price(state: Subscription) -> Iterator[Reference]:
    """Go through the day another price holds that was told, or comes with the next term."""
    on, price = state.price_on, state.next_price
    if on is not None:
        on = next_start(state, on)  # the billing day may have moved since it was told
    elif state.goes_on and state.term_end is not None:
        price, on = renewal_price(state), next_start(state, state.term_end)
    end = state.end_on
    if on is not None and price is not None and (end is None or on < end):
        cycle = state.marked(f"p{on:%Y%m%d}.{price.minor}.{state.plan.version}")
        yield Reference(cycle, on, on)
