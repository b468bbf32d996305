"""Terms: the ends of trials and terms, and the end of all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ecrm_core.subscriptions.events import (
    Ended,
    Event,
    TermRenewed,
    TrialEnded,
    WentEvergreen,
)
from ecrm_core.subscriptions.pricing import renewal_price
from ecrm_core.subscriptions.schedule.candidate import Candidate, Rank
from ecrm_core.subscriptions.schedule.changes import next_start
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
    term_end = state.term_end
    if term_end is not None and state.goes_on and (end is None or term_end < end):
        yield Candidate(term_end, Rank.TERM, "", lambda _, __: (_after_term(state), ()))


def _after_term(state: Subscription) -> Event:
    if state.term is not None and state.term.at_end is AtEnd.EVERGREEN:
        return WentEvergreen()
    number, price = state.term_number + 1, renewal_price(state)
    if price is None or state.term_end is None:
        return TermRenewed(number=number)
    return TermRenewed(number=number, price=price, price_on=next_start(state, state.term_end))
