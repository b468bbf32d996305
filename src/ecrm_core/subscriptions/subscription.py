"""Subscription: the state of one, and the status its facts come to; its row is the truth."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import CustomerId, DateInterval, Money
from ecrm_core.subscriptions.cadence import Anchor, cycle_of, period_of
from ecrm_core.subscriptions.change import ChangePolicy, StubPolicy
from ecrm_core.subscriptions.copying import derived
from ecrm_core.subscriptions.dunning import Debt
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.slices import Line, Slice, last_day
from ecrm_core.subscriptions.term import AtEnd, TermRule
from ecrm_core.subscriptions.told import Told

__all__ = ["Slice", "Status", "Subscription", "last_day"]


class Status(Enum):
    """How a subscription stands."""

    TRIALING = "trialing"
    ACTIVE = "active"
    PAST_DUE = "past_due"
    PAUSED = "paused"
    NON_RENEWING = "non_renewing"
    """Cancelled for a day to come."""
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def over(self) -> bool:
        """Whether nothing is due any more."""
        return self in {Status.EXPIRED, Status.CANCELLED}


@frozen(kw_only=True, slots=False)
class Subscription:
    """One subscription as it stands: ids, plan snapshot, dates, and what has been done.

    ``customer`` is the home id it was written under, for ever; ``billed_through`` the first day
    that is not billed; ``cycle`` the number of the latest billed period and ``charges`` how many
    charges and credits were made in it. ``slices`` are the pieces billed of the latest period and
    of the one before, ``pending`` the lines that come with the next charge or the end; ``stub`` is
    a first period that is longer or shorter than its own, priced by ``stub_policy``.
    ``changes_from`` is the first day a change may still reach back to, where another cadence or
    anchor began. ``next_plan``, ``next_quantity`` and ``next_price`` are to hold from
    ``change_on``, ``quantity_on`` and ``price_on``. ``unpaid`` are the charges that failed,
    ``debts`` what is done about them, ``paid`` the latest that were paid. ``done`` marks notices,
    tasks and consents decided for what is ahead, ``open_tasks`` are those sales has; ``out`` says
    what each of them and each notice speaks of, and ``withdrawals`` counts what went out again
    under another key. ``version`` counts the events.
    """

    id: str
    customer: CustomerId
    plan: Plan
    quantity: int = 1
    preset: str
    tz: str
    anchor: Anchor
    created_on: date
    starts_on: date
    billed_through: date
    cycle_base: int = 0
    cycle: int = -1
    charges: int = 0
    slices: tuple[Slice, ...] = ()
    pending: tuple[Line, ...] = ()
    stub: DateInterval | None = None
    stub_policy: StubPolicy = StubPolicy.PRORATE
    changes_from: date | None = None
    trial_until: date | None = None
    term: TermRule | None = None
    term_on: date
    term_number: int = 0
    auto_renew: bool = True
    cancel_on: date | None = None
    ended_on: date | None = None
    expired: bool = False
    paused_on: date | None = None
    unpaid: tuple[str, ...] = ()
    debts: tuple[Debt, ...] = ()
    paid: tuple[str, ...] = ()
    next_plan: Plan | None = None
    change_on: date | None = None
    change_policy: ChangePolicy = ChangePolicy.NEXT_PERIOD
    next_quantity: int | None = None
    quantity_on: date | None = None
    quantity_policy: ChangePolicy = ChangePolicy.NEXT_PERIOD
    next_price: Money | None = None
    price_on: date | None = None
    done: tuple[str, ...] = ()
    open_tasks: tuple[str, ...] = ()
    out: tuple[Told, ...] = ()
    withdrawals: int = 0
    next_action_at: datetime | None = None
    version: int = 0

    @property
    def status(self) -> Status:
        """How it stands, from its facts; of several that hold the first in this order."""
        facts = (
            (self.ended_on is not None and self.expired, Status.EXPIRED),
            (self.ended_on is not None, Status.CANCELLED),
            (self.paused_on is not None, Status.PAUSED),
            (self.cancel_on is not None, Status.NON_RENEWING),
            (bool(self.unpaid), Status.PAST_DUE),
            (self.trial_until is not None, Status.TRIALING),
        )
        return next((status for holds, status in facts if holds), Status.ACTIVE)

    @derived
    def term_end(self) -> date | None:
        """The day the current term ends, itself outside; None without a term."""
        return None if self.term is None else self.term.end(self.term_on, self.term_number)

    @derived
    def deadline(self) -> date | None:
        """The last day to cancel for the end of the current term; None without a term."""
        end = self.term_end
        return None if self.term is None or end is None else self.term.deadline(end)

    @property
    def goes_on(self) -> bool:
        """Whether it goes on after its term, if nobody cancels."""
        return self.term is None or (self.auto_renew and self.term.at_end is not AtEnd.EXPIRE)

    @property
    def follows(self) -> AtEnd | None:
        """What comes at the end of the term as things are; None without a term."""
        if self.term is None:
            return None
        return self.term.at_end if self.auto_renew else AtEnd.EXPIRE

    @derived
    def end_on(self) -> date | None:
        """The first day without it, cancelled or after the last term; None while it goes on."""
        expiry = None if self.goes_on else self.term_end
        return min((day for day in (self.cancel_on, expiry) if day is not None), default=None)

    @derived
    def next_period(self) -> DateInterval:
        """The period that holds the first day that is not billed."""
        if self.stub is not None and self.billed_through in self.stub:
            return self.stub
        k = cycle_of(self.anchor, self.plan.cadence, self.billed_through)
        return period_of(self.anchor, self.plan.cadence, k)

    @derived
    def next_cycle(self) -> int:
        """The number of that period, from 0 for the first one; it never goes back."""
        number = self.cycle_base + cycle_of(self.anchor, self.plan.cadence, self.billed_through)
        return max(number, self.cycle)

    @property
    def next_ordinal(self) -> int:
        """Which charge of its cycle the next one is, from 0."""
        return self.charges if self.next_cycle == self.cycle else 0
