"""Pausing: billing nothing for a while."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.subscriptions.commands.base import Command

__all__ = ["Pause", "Resume"]


@frozen(kw_only=True)
class Pause(Command):
    """Bill nothing from today on; the term runs on."""


@frozen(kw_only=True)
class Resume(Command):
    """Bill again from today on; the days between are free."""
