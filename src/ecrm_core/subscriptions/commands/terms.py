"""Terms: whether it goes on after its term."""

from __future__ import annotations

from attrs import frozen

from ecrm_core.subscriptions.commands.base import Command

__all__ = ["SetAutoRenew"]


@frozen(kw_only=True)
class SetAutoRenew(Command):
    """Say whether it goes on at the end of its term."""

    auto_renew: bool
