"""Pausing: from which day nothing is billed, and from which again."""

from __future__ import annotations

from ecrm_core.subscriptions.commands import Pause, Resume
from ecrm_core.subscriptions.events import Paused, Resumed
from ecrm_core.subscriptions.handling.crediting import bill_what_is_used
from ecrm_core.subscriptions.handling.work import Work

__all__ = ["pause", "resume"]


def pause(work: Work, _: Pause) -> None:
    """Bill nothing from today on."""
    bill_what_is_used(work)
    work.say(Paused(on=work.today))


def resume(work: Work, _: Resume) -> None:
    """Bill again from today on."""
    work.say(Resumed(on=work.today))
