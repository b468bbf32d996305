"""Terms: whether it goes on after its term."""

from __future__ import annotations

from ecrm_core.subscriptions.commands import SetAutoRenew
from ecrm_core.subscriptions.events import AutoRenewSet
from ecrm_core.subscriptions.handling.work import Work
from ecrm_core.subscriptions.lifecycle import illegal
from ecrm_core.subscriptions.term import AtEnd

__all__ = ["set_auto_renew"]


def set_auto_renew(work: Work, command: SetAutoRenew) -> None:
    """Note whether it goes on after its term."""
    state = work.state
    if state.term is None:
        raise illegal(state, command, (), why="expected one that has a term")
    asked = state.term.at_end is AtEnd.ASK and state.agreed is not command.auto_renew
    if asked or state.auto_renew is not command.auto_renew:
        work.say(AutoRenewSet(auto_renew=command.auto_renew))
