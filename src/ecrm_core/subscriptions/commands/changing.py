"""Changing: another plan."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.plan import Plan

__all__ = ["ChangePlan"]


@frozen(kw_only=True)
class ChangePlan(Command):
    """Let another plan hold from the next period that is not billed."""

    plan: Plan
