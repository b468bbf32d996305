"""Terms: the ends of trials and terms, the end of all, and the change to another plan."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecrm_core.subscriptions.cadence import Anchor, Unit, cycle_of
from ecrm_core.subscriptions.events import (
    Ended,
    Event,
    PlanChanged,
    TermRenewed,
    TrialEnded,
    WentEvergreen,
)
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.schedule.candidate import Candidate, Rank
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.term import AtEnd

__all__ = ["turns"]


def turns(state: Subscription, end: date | None) -> Iterator[Candidate]:
    """Go through what ends and what changes, each on its day."""
    if end is not None:
        expired = end != state.cancel_on
        yield Candidate(end, Rank.END, "", lambda _, __: (Ended(on=end, expired=expired), ()))
    if state.trial_until is not None:
        yield Candidate(state.trial_until, Rank.TRIAL, "", lambda _, __: (TrialEnded(), ()))
    if state.stands_still:
        return
    if state.next_plan is not None and state.change_on is not None:
        change = _plan_changed(state, state.next_plan, state.change_on)
        yield Candidate(state.change_on, Rank.CHANGE, "", lambda _, __: (change, ()))
    term_end = state.term_end
    if term_end is not None and state.goes_on and (end is None or term_end < end):
        yield Candidate(term_end, Rank.TERM, "", lambda _, __: (_after_term(state), ()))


def _after_term(state: Subscription) -> Event:
    if state.term is not None and state.term.at_end is AtEnd.EVERGREEN:
        return WentEvergreen()
    return TermRenewed(number=state.term_number + 1)


def _plan_changed(state: Subscription, plan: Plan, on: date) -> PlanChanged:
    """Return the change: with another cadence the counting begins anew where the old one stood."""
    old, new = state.plan.cadence, plan.cadence
    if old == new:
        return PlanChanged(plan=plan, anchor=state.anchor, cycle_base=state.cycle_base)
    months = old.unit is new.unit is Unit.MONTH
    anchor = Anchor(on, state.anchor.day) if months else Anchor.at(on)
    base = state.cycle_base + cycle_of(state.anchor, old, on)
    return PlanChanged(plan=plan, anchor=anchor, cycle_base=base)
