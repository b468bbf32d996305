"""Subscription: the state of one, and the status its facts come to; its row is the truth."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum

from attrs import frozen

from ecrm_core.kernel import CustomerId, DateInterval, Money
from ecrm_core.subscriptions.cadence import Anchor, cycle_of, period_of
from ecrm_core.subscriptions.change import ChangePolicy, StubPolicy
from ecrm_core.subscriptions.copying import derived_of
from ecrm_core.subscriptions.dunning import Debt
from ecrm_core.subscriptions.pauses import PausedBy, PauseMode
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.slices import Line, Slice, last_day
from ecrm_core.subscriptions.term import AtEnd, TermRule
from ecrm_core.subscriptions.told import Told

__all__ = ["Cause", "HeldCharge", "Slice", "Status", "Subscription", "last_day"]


_TERM = ("term", "term_on", "term_number", "term_days")
_TELLING = (*_TERM, "id", "customer", "plan", "tz", "created_on", "trial_until", "auto_renew",
            "agreed", "cancel_on", "paused_on", "pause_mode", "withdrawals", "moves", "done",
            "out")  # fmt: skip


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


class Cause(Enum):
    """Why a subscription ends."""

    REQUESTED = "requested"
    """The customer wants it."""
    UNPAID = "unpaid"
    EXPIRED = "expired"
    """Its last term is over."""
    NO_CONSENT = "no_consent"
    OTHER = "other"


@frozen(kw_only=True)
class HeldCharge:
    """A charge that was overdue and waits for somebody to look at it; ``on`` is its day."""

    cycle: int
    ordinal: int
    on: date
    piece: Slice

    def key(self, subscription: str) -> str:
        """Return the key of its action."""
        return f"{subscription}/charge/{self.cycle}/{self.ordinal}"


@frozen(kw_only=True, slots=False)
class Subscription:
    """One subscription as it stands: ids, plan snapshot, dates, and what has been done.

    ``customer`` is the home id it was written under, for ever; ``billed_through`` the first day
    that is not billed; ``cycle`` the number of the latest billed period and ``charges`` how many
    charges and credits were made in it, of which the latest came to ``asked`` (None: its piece).
    ``slices`` are the pieces billed of the latest period and of the one before, ``pending`` the
    lines that come with the next charge or the end; ``stub`` is a first period that is longer or
    shorter than its own, priced by ``stub_policy``. ``changes_from`` is the first day a change may
    still reach back to, where another cadence or anchor began. ``next_plan``, ``next_quantity`` and
    ``next_price`` are to hold from ``change_on``, ``quantity_on`` and ``price_on``. ``unpaid`` are
    the charges that failed, ``debts`` what is done about them, in ``retries`` so far, ``paid`` the
    latest that were paid. ``done`` marks notices, tasks and consents decided for what is ahead,
    ``open_tasks`` are those sales has; ``out`` says what each of them and each notice speaks of,
    and ``withdrawals`` counts what went out again under another key. ``version`` counts the events.

    Phases and terms: ``anchor_fixed`` tells that the billing day was named, so that a trial's new
    end does not move it; ``term_days`` are the days pauses have added to the term; ``agreed`` that
    the customer has said yes to a next term (AtEnd.ASK); ``moves`` how often the end of the trial
    or the term was moved, a part of keys. ``cause`` is why it ends. Pauses: ``pause_on`` is the day
    one is to begin, ``paused_on`` that it began, in ``pause_mode``, by ``paused_by``. ``skips`` is
    how many charges to come are to be skipped, ``held`` are those that wait for a look.
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
    asked: Money | None = None
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
    cause: Cause | None = None
    anchor_fixed: bool = False
    term_days: int = 0
    agreed: bool = False
    moves: int = 0
    pause_on: date | None = None
    paused_on: date | None = None
    pause_mode: PauseMode = PauseMode.FREE
    paused_by: tuple[PausedBy, ...] = ()
    skips: int = 0
    held: tuple[HeldCharge, ...] = ()
    unpaid: tuple[str, ...] = ()
    debts: tuple[Debt, ...] = ()
    paid: tuple[str, ...] = ()
    retries: int = 0
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

    @derived_of(*_TERM)
    def term_end(self) -> date | None:
        """The day the current term ends, itself outside; None without a term."""
        if self.term is None:
            return None
        return self.term.end(self.term_on, self.term_number, self.term_days)

    @derived_of(*_TERM)
    def deadline(self) -> date | None:
        """The last day to cancel for the end of the current term; None without a term."""
        end = self.term_end
        return None if self.term is None or end is None else self.term.deadline(end)

    @property
    def goes_on(self) -> bool:
        """Whether it goes on after its term, if nobody cancels."""
        if self.term is None:
            return True
        at_end = self.term.at_end
        if not self.auto_renew or at_end is AtEnd.EXPIRE:
            return False
        if at_end is AtEnd.ASK:
            return self.agreed
        return at_end is not AtEnd.RENEW_ONCE or self.term_number == 0

    @property
    def stands_still(self) -> bool:
        """Whether a pause has stopped its time: neither what was paid nor the term runs."""
        return self.paused_on is not None and self.pause_mode is PauseMode.EXTEND

    @property
    def follows(self) -> AtEnd | None:
        """What comes at the end of the term as things are; None without a term."""
        if self.term is None:
            return None
        asks = self.auto_renew and self.term.at_end is AtEnd.ASK
        return self.term.at_end if asks or self.goes_on else AtEnd.EXPIRE

    @property
    def answered(self) -> bool:
        """Whether the customer has said yes to a next term she is asked about."""
        return self.agreed and self.term is not None and self.term.at_end is AtEnd.ASK

    @derived_of(*_TERM, "auto_renew", "agreed", "cancel_on", "paused_on", "pause_mode")
    def end_on(self) -> date | None:
        """The first day without it, cancelled or after the last term; None while it goes on.

        While its time stands still the end of the term is not known.
        """
        expiry = None if self.goes_on else self.term_end
        days = [day for day in (self.cancel_on, expiry) if day is not None]
        if days and self.stands_still:
            days = [day for day in days if day != self.term_end]
        return min(days, default=None)

    @derived_of("paused_by")
    def resume_on(self) -> date | None:
        """The day a pause ends by itself, that of the last owner; None when one names none."""
        days = [each.until for each in self.paused_by]
        known = [day for day in days if day is not None]
        return max(known) if known and len(known) == len(days) else None

    def marked(self, cycle: str) -> str:
        """Return the name of a cycle in keys: another one after each move of its days."""
        return f"{cycle}.{self.moves}" if self.moves else cycle

    @derived_of(*_TELLING)
    def ahead(self) -> dict[int, tuple[object, object]]:
        """Where the schedule keeps what is next of notices and tasks, which no charge changes."""
        return {}

    @derived_of("billed_through", "anchor", "plan")
    def _next_number(self) -> int:
        """The number of the period that holds the first day that is not billed, by the anchor."""
        return cycle_of(self.anchor, self.plan.cadence, self.billed_through)

    @derived_of("billed_through", "stub", "anchor", "plan")
    def next_period(self) -> DateInterval:
        """The period that holds the first day that is not billed."""
        if self.stub is not None and self.billed_through in self.stub:
            return self.stub
        return period_of(self.anchor, self.plan.cadence, self._next_number)

    @derived_of("billed_through", "cycle", "cycle_base", "anchor", "plan")
    def next_cycle(self) -> int:
        """The number of that period, from 0 for the first one; it never goes back."""
        return max(self.cycle_base + self._next_number, self.cycle)

    @property
    def next_ordinal(self) -> int:
        """Which charge of its cycle the next one is, from 0."""
        return self.charges if self.next_cycle == self.cycle else 0
