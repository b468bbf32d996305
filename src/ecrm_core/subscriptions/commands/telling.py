"""Telling: what came of notices and tasks, and what the customer agreed to."""

from __future__ import annotations

from attrs import field, frozen

from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.commands.base import Command

__all__ = ["NoticeBounced", "NoticeSent", "RecordConsent", "TaskDone"]


@frozen(kw_only=True)
class NoticeSent(Command):
    """A notice was sent, named by its action key: it is not taken back any more."""

    notice: str


@frozen(kw_only=True)
class NoticeBounced(Command):
    """A notice came back, named by its action key: the next channel of its rule is tried."""

    notice: str


@frozen(kw_only=True)
class TaskDone(Command):
    """Sales has done a task, named by its action key: nobody else is told."""

    task: str


@frozen(kw_only=True)
class RecordConsent(Command):
    """The customer agreed to what a rule that needs consent tells her of, or takes that back."""

    rule: str
    given: bool = field(default=True, validator=is_a(bool))
