"""Terms: whether it goes on after its term."""

from __future__ import annotations

from attrs import field, frozen

from ecrm_core.subscriptions.checks import is_a
from ecrm_core.subscriptions.commands.base import Command

__all__ = ["SetAutoRenew"]


@frozen(kw_only=True)
class SetAutoRenew(Command):
    """Say whether it goes on at the end of its term.

    For a term that asks (AtEnd.ASK) it is the customer's answer, for the next term alone.
    """

    auto_renew: bool = field(validator=is_a(bool))
