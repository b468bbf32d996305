"""Trials: a later end of the free days, or their end now."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from ecrm_core.subscriptions.checks import a_day
from ecrm_core.subscriptions.commands.base import Command

__all__ = ["Activate", "ExtendTrial"]


@frozen(kw_only=True)
class ExtendTrial(Command):
    """Let the trial last up to a later day, the first one that costs.

    The billing day moves with it, unless one was named.
    """

    until: date = field(validator=a_day)


@frozen(kw_only=True)
class Activate(Command):
    """End the trial now: today is the first day that costs."""
