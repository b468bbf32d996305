"""Work: one command under way, and the one that asks for no more than another look."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from ecrm_core.subscriptions.action import Action
from ecrm_core.subscriptions.advance import Run
from ecrm_core.subscriptions.commands import Reschedule
from ecrm_core.subscriptions.events import Event, Rescheduled
from ecrm_core.subscriptions.localtime import local_day
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.schedule import next_action_at
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["Work", "reschedule"]


class Work(Run):
    """A command at work: the day and instant it comes, and who gives it."""

    def __init__(
        self, state: Subscription, policies: Policies, now: datetime, by: str | None
    ) -> None:
        super().__init__(state, policies)
        self.now, self.by = now, by
        self.today = local_day(now, state.tz)

    def say(self, event: Event, actions: Iterable[Action] = ()) -> None:
        """Add an event of this command, and what it asks for."""
        self.record(event, actions, at=self.now, by=self.by)


def reschedule(work: Work, _: Reschedule) -> None:
    """Note what is next by the policies as they are now, if that is something else."""
    if next_action_at(work.state, work.policies) != work.state.next_action_at:
        work.say(Rescheduled())
