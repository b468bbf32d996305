"""Terms: whether it goes on after its term."""

from __future__ import annotations

from ecrm_core.subscriptions.commands import SetAutoRenew
from ecrm_core.subscriptions.events import AutoRenewSet
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal

__all__ = ["set_auto_renew"]


def set_auto_renew(work: Work, command: SetAutoRenew) -> None:
    """Note whether it goes on after its term."""
    if work.state.term is None:
        raise illegal(work.state, command, (), why="expected one that has a term")
    if work.state.auto_renew is not command.auto_renew:
        work.say(AutoRenewSet(auto_renew=command.auto_renew))
