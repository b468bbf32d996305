"""Telling: notices and tasks, given, missed, reported and taken back; and consent to a charge."""

from __future__ import annotations

from datetime import date

from attrs import evolve, frozen

from ecrm_core.subscriptions.copying import changed
from ecrm_core.subscriptions.events.base import Event
from ecrm_core.subscriptions.subscription import Subscription
from ecrm_core.subscriptions.told import Told, without_told

__all__ = [
    "ConsentRecorded",
    "NoticeDelivered",
    "NoticeIssued",
    "NoticeMissed",
    "NoticeReturned",
    "TaskClosed",
    "TaskEscalated",
    "TaskIssued",
    "TaskMissed",
    "TasksWithdrawn",
    "Withdrawn",
]


@frozen(kw_only=True)
class NoticeIssued(Event):
    """A notice to the customer became due, in its window."""

    kind = "notice_issued"
    mark: str
    reference_on: date
    late: bool = False
    told: Told | None = None

    def applied(self, state: Subscription) -> Subscription:
        out = state.out if self.told is None else (*state.out, self.told)
        return changed(state, done=(*state.done, self.mark), out=out)


@frozen(kw_only=True)
class NoticeMissed(Event):
    """The window of a notice passed before anything ran; ``told`` is what is done instead.

    Where nothing is, it says of which day it was missed.
    """

    kind = "notice_missed"
    mark: str
    reference_on: date
    told: Told | None = None

    def applied(self, state: Subscription) -> Subscription:
        after = changed(state, done=(*state.done, self.mark))
        return after if self.told is None else _given(after, self.told)


@frozen(kw_only=True)
class NoticeDelivered(Event):
    """The host sent a notice: it is told for good."""

    kind = "notice_sent"
    mark: str

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, out=_with(state, self.mark, sent=True, holds_from=None))


@frozen(kw_only=True)
class NoticeReturned(Event):
    """A notice came back; ``told`` is what is done instead, None where nothing is."""

    kind = "notice_bounced"
    mark: str
    told: Told | None = None

    def applied(self, state: Subscription) -> Subscription:
        if self.told is None:
            return changed(state)
        out = without_told(state.out, frozenset([self.mark]))
        after = changed(state, out=out, withdrawals=state.withdrawals + 1)
        return _given(after, self.told)


@frozen(kw_only=True)
class TaskIssued(Event):
    """A task for sales became due; ``ordinal`` is its name in action keys."""

    kind = "task_issued"
    mark: str
    ordinal: str
    reference_on: date
    late: bool = False
    told: Told | None = None

    def applied(self, state: Subscription) -> Subscription:
        done = (*state.done, self.mark)
        if self.told is None:
            return changed(state, done=done, open_tasks=(*state.open_tasks, self.ordinal))
        return _given(changed(state, done=done), self.told)


@frozen(kw_only=True)
class TaskMissed(Event):
    """The customer had to decide before anything ran: the task makes no sense any more."""

    kind = "task_missed"
    mark: str
    reference_on: date
    told: Told | None = None

    def applied(self, state: Subscription) -> Subscription:
        out = state.out if self.told is None else (*state.out, self.told)
        return changed(state, done=(*state.done, self.mark), out=out)


@frozen(kw_only=True)
class TaskEscalated(Event):
    """A task was not done in time: somebody else is told."""

    kind = "task_escalated"
    mark: str

    def applied(self, state: Subscription) -> Subscription:
        return changed(state, out=_with(state, self.mark, escalated=True))


@frozen(kw_only=True)
class TaskClosed(Event):
    """Sales has done a task."""

    kind = "task_done"
    name: str

    def applied(self, state: Subscription) -> Subscription:
        out = tuple(told for told in state.out if not (told.task and told.name == self.name))
        left = tuple(name for name in state.open_tasks if name != self.name)
        return changed(state, open_tasks=left, out=out)


@frozen(kw_only=True)
class Withdrawn(Event):
    """The reason of these notices and tasks is gone; they come again should it come back.

    ``notices`` and ``tasks`` are the names, at the end of their keys, of what is not to go out or
    not to be done any more. ``missed`` are notices whose task is taken back and that stay missed.
    """

    kind = "withdrawn"
    marks: tuple[str, ...]
    notices: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    missed: tuple[Told, ...] = ()

    def applied(self, state: Subscription) -> Subscription:
        gone = frozenset(self.marks)
        undone = gone.difference(told.mark for told in self.missed)
        return changed(
            state, out=(*without_told(state.out, gone), *self.missed),
            withdrawals=state.withdrawals + 1,
            done=tuple(mark for mark in state.done if mark not in undone),
            open_tasks=tuple(name for name in state.open_tasks if name not in self.tasks),
        )  # fmt: skip


@frozen(kw_only=True)
class TasksWithdrawn(Event):
    """All open tasks were taken back, as rows written before there was ``Withdrawn`` say it."""

    kind = "tasks_withdrawn"
    ordinals: tuple[str, ...]

    def applied(self, state: Subscription) -> Subscription:
        done = tuple(mark for mark in state.done if "/task/" not in mark)
        return changed(state, open_tasks=(), done=done, withdrawals=state.withdrawals + 1)


@frozen(kw_only=True)
class ConsentRecorded(Event):
    """The customer agreed to what a rule tells her of, or took that back."""

    kind = "consent_recorded"
    mark: str
    given: bool = True

    def applied(self, state: Subscription) -> Subscription:
        others = tuple(mark for mark in state.done if mark != self.mark)
        return changed(state, done=(*others, self.mark) if self.given else others)


def _given(state: Subscription, told: Told) -> Subscription:
    tasks = (*state.open_tasks, told.name) if told.task else state.open_tasks
    return changed(state, out=(*state.out, told), open_tasks=tasks)


def _with(state: Subscription, mark: str, **parts: object) -> tuple[Told, ...]:
    return tuple(
        evolve(told, **parts) if told.mark == mark else told  # type: ignore[arg-type]
        for told in state.out
    )
