"""Lifecycle: which command is possible in which status, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.errors import IllegalTransition
from ecrm_core.subscriptions.commands import (
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Command,
    NoticeBounced,
    NoticeSent,
    Pause,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RecordConsent,
    Reprice,
    Resume,
    SetAutoRenew,
    TaskDone,
    UndoCancel,
)
from ecrm_core.subscriptions.subscription import Status, Subscription

__all__ = ["LIFECYCLE", "allow"]

_COLUMNS = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.PAUSED, Status.NON_RENEWING,
            Status.EXPIRED, Status.CANCELLED)  # fmt: skip
_TABLE: Mapping[type[Command], str] = {
    #                  trialing  active  past due  paused  non-renewing  expired  cancelled
    Cancel:           "   x        x        x        x          x           -         -   ",
    UndoCancel:       "   -        -        -        x          x           -         -   ",
    Pause:            "   -        x        x        -          -           -         -   ",
    Resume:           "   -        -        -        x          -           -         -   ",
    ChangePlan:       "   x        x        x        x          x           -         -   ",
    ChangeQuantity:   "   x        x        x        x          x           -         -   ",
    Reprice:          "   x        x        x        x          x           -         -   ",
    ChangeAnchor:     "   x        x        x        x          x           -         -   ",
    ChangeZone:       "   x        x        x        x          x           -         -   ",
    SetAutoRenew:     "   x        x        x        x          x           -         -   ",
    PaymentSucceeded: "   x        x        x        x          x           x         x   ",
    PaymentFailed:    "   x        x        x        x          x           x         x   ",
    NoticeSent:       "   x        x        x        x          x           x         x   ",
    NoticeBounced:    "   x        x        x        x          x           x         x   ",
    TaskDone:         "   x        x        x        x          x           x         x   ",
    RecordConsent:    "   x        x        x        x          x           -         -   ",
    PaymentRefunded:  "   x        x        x        x          x           x         x   ",
}  # fmt: skip
LIFECYCLE: Final[Mapping[type[Command], frozenset[Status]]] = {
    command: frozenset(
        status for status, mark in zip(_COLUMNS, row.split(), strict=True) if mark == "x"
    )
    for command, row in _TABLE.items()
}
"""The statuses in which each command is possible; the facts may refuse it still."""


def allow(state: Subscription, command: Command) -> None:
    """Refuse a command that the status makes impossible (IllegalTransition)."""
    possible = LIFECYCLE.get(type(command), frozenset())
    if state.status not in possible:
        raise illegal(state, command, tuple(sorted(status.value for status in possible)))


def illegal(
    state: Subscription, command: Command, expected: tuple[str, ...], *, why: str = ""
) -> IllegalTransition:
    """Return the error of an impossible command: found, expected."""
    name, found = type(command).__name__, state.status.value
    wanted = why or f"expected {' or '.join(expected) or 'no subscription yet'}"
    return IllegalTransition(
        f"{name} is impossible: found a subscription that is {found}, {wanted}",
        subscription=state.id,
        command=name,
        found=found,
        expected=list(expected),
    )
