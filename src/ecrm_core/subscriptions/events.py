"""Events: what can happen to a subscription, and what each makes of its state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Final

from attrs import evolve, frozen

from ecrm_core.kernel import Money
from ecrm_core.subscriptions.cadence import Anchor
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.subscription import Slice, Subscription

__all__ = [
    "EVENTS",
    "AutoRenewSet",
    "CancelRequested",
    "CancelUndone",
    "Charged",
    "Created",
    "Credited",
    "Ended",
    "Event",
    "NoticeIssued",
    "NoticeMissed",
    "Paused",
    "PaymentRecorded",
    "PlanChangeRequested",
    "PlanChanged",
    "Rescheduled",
    "Resumed",
    "TaskIssued",
    "TaskMissed",
    "TasksWithdrawn",
    "TermRenewed",
    "TrialEnded",
    "WentEvergreen",
]


@frozen(kw_only=True)
class Event:
    """Something that happened: its name for ever, and what it makes of a state."""

    kind: ClassVar[str] = "event"

    def applied(self, state: Subscription) -> Subscription:
        """Return the state after it."""
        return state


@frozen(kw_only=True)
class Created(Event):
    """The subscription began, as this state."""

    kind = "created"
    state: Subscription

    def applied(self, state: Subscription) -> Subscription:  # noqa: ARG002 - there was none
        return self.state


@frozen(kw_only=True)
class Charged(Event):
    """A piece of a period became due for payment."""

    kind = "charged"
    cycle: int
    ordinal: int
    piece: Slice

    def applied(self, state: Subscription) -> Subscription:
        before = state.slices if self.cycle == state.cycle else ()
        return evolve(
            state, billed_through=self.piece.until, cycle=self.cycle, charges=self.ordinal + 1,
            slices=(*before, self.piece), done=_without(state.done, "c"),
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
        return evolve(
            state, billed_through=self.from_on, charges=self.ordinal + 1, slices=self.left
        )


@frozen(kw_only=True)
class TrialEnded(Event):
    """The free days are over."""

    kind = "trial_ended"

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, trial_until=None, done=_without(state.done, "trial"))


@frozen(kw_only=True)
class NoticeIssued(Event):
    """A notice to the customer became due, in its window."""

    kind = "notice_issued"
    mark: str
    reference_on: date
    late: bool = False

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, done=(*state.done, self.mark))


@frozen(kw_only=True)
class NoticeMissed(Event):
    """The window of a notice passed before anything ran: it does not go out."""

    kind = "notice_missed"
    mark: str
    reference_on: date

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, done=(*state.done, self.mark))


@frozen(kw_only=True)
class TaskIssued(Event):
    """A task for sales became due; ``ordinal`` is its name in action keys."""

    kind = "task_issued"
    mark: str
    ordinal: str
    reference_on: date
    late: bool = False

    def applied(self, state: Subscription) -> Subscription:
        opened = (*state.open_tasks, self.ordinal)
        return evolve(state, done=(*state.done, self.mark), open_tasks=opened)


@frozen(kw_only=True)
class TaskMissed(Event):
    """The customer had to decide before anything ran: the task makes no sense any more."""

    kind = "task_missed"
    mark: str
    reference_on: date

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, done=(*state.done, self.mark))


@frozen(kw_only=True)
class TasksWithdrawn(Event):
    """The reason of the open tasks is gone; they come again should it come back."""

    kind = "tasks_withdrawn"
    ordinals: tuple[str, ...]

    def applied(self, state: Subscription) -> Subscription:
        done = tuple(mark for mark in state.done if "/task/" not in mark)
        return evolve(state, open_tasks=(), done=done, withdrawals=state.withdrawals + 1)


@frozen(kw_only=True)
class TermRenewed(Event):
    """Another term began."""

    kind = "term_renewed"
    number: int

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, term_number=self.number, done=_without(state.done, "t"), open_tasks=())


@frozen(kw_only=True)
class WentEvergreen(Event):
    """The last term ended, and it goes on without one."""

    kind = "went_evergreen"

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, term=None, done=_without(state.done, "t"), open_tasks=())


@frozen(kw_only=True)
class CancelRequested(Event):
    """It is to end on a day."""

    kind = "cancel_requested"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, cancel_on=self.on)


@frozen(kw_only=True)
class CancelUndone(Event):
    """It is not to end after all."""

    kind = "cancel_undone"

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, cancel_on=None)


@frozen(kw_only=True)
class Ended(Event):
    """It is over: cancelled, or its term expired."""

    kind = "ended"
    on: date
    expired: bool = False

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, ended_on=self.on, expired=self.expired, open_tasks=(), done=())


@frozen(kw_only=True)
class Paused(Event):
    """From this day on nothing is billed."""

    kind = "paused"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, paused_on=self.on)


@frozen(kw_only=True)
class Resumed(Event):
    """From this day on it is billed again; the days between are free."""

    kind = "resumed"
    on: date

    def applied(self, state: Subscription) -> Subscription:
        through = max(state.billed_through, self.on)
        return evolve(state, paused_on=None, billed_through=through)


@frozen(kw_only=True)
class PlanChangeRequested(Event):
    """Another plan is to hold from the beginning of a period on."""

    kind = "plan_change_requested"
    plan: Plan
    on: date

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, next_plan=self.plan, change_on=self.on)


@frozen(kw_only=True)
class PlanChanged(Event):
    """The other plan holds; ``cycle_base`` keeps cycle numbers going under the new anchor."""

    kind = "plan_changed"
    plan: Plan
    anchor: Anchor
    cycle_base: int

    def applied(self, state: Subscription) -> Subscription:
        return evolve(
            state, plan=self.plan, anchor=self.anchor, cycle_base=self.cycle_base,
            next_plan=None, change_on=None,
        )  # fmt: skip


@frozen(kw_only=True)
class AutoRenewSet(Event):
    """Whether it goes on at the end of its term."""

    kind = "auto_renew_set"
    auto_renew: bool

    def applied(self, state: Subscription) -> Subscription:
        return evolve(state, auto_renew=self.auto_renew)


@frozen(kw_only=True)
class PaymentRecorded(Event):
    """A charge was paid, or could not be."""

    kind = "payment_recorded"
    charge: str
    paid: bool

    def applied(self, state: Subscription) -> Subscription:
        others = tuple(key for key in state.unpaid if key != self.charge)
        return evolve(state, unpaid=others if self.paid else (*others, self.charge))


@frozen(kw_only=True)
class Rescheduled(Event):
    """The policies changed: something else is next."""

    kind = "rescheduled"


EVENTS: Final[Mapping[str, type[Event]]] = {
    event.kind: event
    for event in (
        Created, Charged, Credited, TrialEnded, NoticeIssued, NoticeMissed, TaskIssued, TaskMissed,
        TasksWithdrawn, TermRenewed, WentEvergreen, CancelRequested, CancelUndone, Ended, Paused,
        Resumed, PlanChangeRequested, PlanChanged, AutoRenewSet, PaymentRecorded, Rescheduled,
    )
}  # fmt: skip
"""Every event by its name in stored rows."""


def _without(marks: tuple[str, ...], kind: str) -> tuple[str, ...]:
    """Return the marks without those of a kind of cycle: "c0.1/...", "t3/...", "trial/..."."""
    if not marks:
        return marks
    return tuple(mark for mark in marks if mark.partition("/")[0].rstrip(".0123456789") != kind)
