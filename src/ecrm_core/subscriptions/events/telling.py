"""Telling: notices to the customer and tasks for sales, made, missed and taken back."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["NoticeIssued", "NoticeMissed", "TaskIssued", "TaskMissed", "TasksWithdrawn"]


@frozen(kw_only=True)
class NoticeIssued(Event):
    """A notice to the customer became due, in its window."""

    kind = "notice_issued"
    mark: str
    reference_on: date
    late: bool = False

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, done=(*state.done, self.mark))


@frozen(kw_only=True)
class NoticeMissed(Event):
    """The window of a notice passed before anything ran: it does not go out."""

    kind = "notice_missed"
    mark: str
    reference_on: date

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, done=(*state.done, self.mark))


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
        return changed(state, done=(*state.done, self.mark), open_tasks=opened)


@frozen(kw_only=True)
class TaskMissed(Event):
    """The customer had to decide before anything ran: the task makes no sense any more."""

    kind = "task_missed"
    mark: str
    reference_on: date

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, done=(*state.done, self.mark))


@frozen(kw_only=True)
class TasksWithdrawn(Event):
    """The reason of the open tasks is gone; they come again should it come back."""

    kind = "tasks_withdrawn"
    ordinals: tuple[str, ...]

    def applied(self, state: Subscription) -> Subscription:
        done = tuple(mark for mark in state.done if "/task/" not in mark)
        return changed(state, open_tasks=(), done=done, withdrawals=state.withdrawals + 1)
