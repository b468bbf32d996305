"""Handle: what a command makes of a subscription, or why it is impossible."""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.advance import MAX_STEPS, Step, advance
from ecrm_core.subscriptions.commands import Command, Create
from ecrm_core.subscriptions.events import Created
from ecrm_core.subscriptions.handling import HANDLERS, Work, created
from ecrm_core.subscriptions.lifecycle import allow, illegal
from ecrm_core.subscriptions.policies import Policies
from ecrm_core.subscriptions.subscription import Subscription

__all__ = ["handle"]


def handle(
    state: Subscription | None,
    command: Command,
    now: datetime,
    policies: Policies,
    *,
    by: str | None = None,
) -> Step:
    """Return what a command comes to, after everything that was due before it.

    ``state`` is None for Create alone. Raises IllegalTransition for what the status or the facts
    make impossible, InputError and DefinitionError for arguments that cannot be.
    """
    if isinstance(command, Create):
        if state is not None:
            raise illegal(state, command, ())
        work = Work(created(command, now), policies, now, by)
        work.say(Created(state=work.state))
        return work.step()
    if state is None:
        raise DefinitionError("found no subscription, expected one to command", code="command")
    if type(command) not in HANDLERS:
        message = f"found {type(command).__name__}, expected a command"
        raise DefinitionError(message, code="command")
    due = advance(state, now, policies, limit=MAX_STEPS)
    if due.more:
        raise illegal(due.state, command, (), why="with more overdue than one step does: run_due")
    allow(due.state, command)
    work = Work(due.state, policies, now, by)
    HANDLERS[type(command)](work, command)
    work.take_back(at=now, by=by)
    done = work.step()
    return evolve(done, events=due.events + done.events, actions=due.actions + done.actions)
