"""Payments: what a provider reports of each charge, as functions of the charge alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from hashlib import blake2b
from typing import Final

from attrs import frozen

from ecrm_core.errors import DefinitionError
from ecrm_core.subscriptions.action import Action
from ecrm_core.subscriptions.commands import Command, PaymentFailed, PaymentSucceeded

__all__ = ["Payments", "Report", "declined", "mixed_payments", "paid"]


@frozen(kw_only=True)
class Report:
    """A report of the provider: a command, so long after the charge was handed over."""

    after: timedelta = timedelta(0)
    command: Command


Payments = Callable[[Action], Sequence[Report]]
"""What the provider reports of a charge each time it is handed over: nothing, once or again."""

_MINUTE: Final = timedelta(minutes=1)


def paid(action: Action) -> tuple[Report, ...]:
    """Report every charge as paid, a minute later."""
    return (Report(after=_MINUTE, command=PaymentSucceeded(charge=action.key)),)


def declined(action: Action) -> tuple[Report, ...]:
    """Report every charge as failed, a minute later."""
    return (Report(after=_MINUTE, command=PaymentFailed(charge=action.key)),)


def mixed_payments(*, seed: int = 0, declines: int = 10, lost: int = 1, twice: int = 5) -> Payments:
    """Return payments of which so many in a hundred fail, are never reported, or come twice.

    Which ones follows from the seed and the key of the charge. Raises DefinitionError for a share
    outside 0 to 100.
    """
    if not all(0 <= share <= 100 for share in (declines, lost, twice)):
        raise DefinitionError("found a share outside 0 to 100", code="payments")

    def reports(action: Action) -> tuple[Report, ...]:
        fails, gone, again, delay = blake2b(f"{seed}/{action.key}".encode(), digest_size=4).digest()
        if gone * 100 < lost * 256:
            return ()
        made = declined if fails * 100 < declines * 256 else paid
        (first,) = made(action)
        second = Report(after=first.after + delay * _MINUTE, command=first.command)
        return (first, second) if again * 100 < twice * 256 else (second,)

    return reports
