"""Lifecycle: which command is possible in which status, and what it leads to, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.errors import IllegalTransition
from ecrm_core.subscriptions.commands import (
    Activate,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Command,
    DropHeld,
    ExtendTrial,
    NoticeBounced,
    NoticeSent,
    Pause,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RecordConsent,
    ReleaseHeld,
    Reprice,
    Reschedule,
    Resubscribe,
    Resume,
    SetAutoRenew,
    SkipNext,
    TaskDone,
    UndoCancel,
)
from ecrm_core.subscriptions.subscription import Status, Subscription

__all__ = ["BY_TIME", "LIFECYCLE", "TRANSITIONS", "allow"]

_COLUMNS = (Status.TRIALING, Status.ACTIVE, Status.PAST_DUE, Status.PAUSED, Status.NON_RENEWING,
            Status.EXPIRED, Status.CANCELLED)  # fmt: skip
_LETTERS = dict(zip("tadpnec", _COLUMNS, strict=True))
# What a command may lead to, by letters: t(rialing), a(ctive), (past) d(ue), p(aused),
# n(on-renewing), e(xpired), c(ancelled). x: the status stays. -: impossible.
_TABLE: Mapping[type[Command], str] = {
    #                  trialing  active  past due  paused  non-renewing  expired  cancelled
    Cancel:           "   nc       nc       nc       pc         nc          -         -   ",
    UndoCancel:       "   -        -        -        x          tad         -         -   ",
    Resubscribe:      "   -        -        -        -          -           ad        ad  ",
    ExtendTrial:      "   x        -        -        -          -           -         -   ",
    Activate:         "   tad      -        -        -          -           -         -   ",
    Pause:            "   -        ap       dp       x          -           -         -   ",
    Resume:           "   -        x        x        tadpn      x           -         -   ",
    SkipNext:         "   x        x        x        x          x           -         -   ",
    ReleaseHeld:      "   x        x        x        x          x           x         x   ",
    DropHeld:         "   x        x        x        x          x           x         x   ",
    ChangePlan:       "   x        x        x        x          x           -         -   ",
    ChangeQuantity:   "   x        x        x        x          x           -         -   ",
    Reprice:          "   x        x        x        x          x           -         -   ",
    ChangeAnchor:     "   x        x        x        x          x           -         -   ",
    ChangeZone:       "   x        x        x        x          x           -         -   ",
    SetAutoRenew:     "   x        x        x        x          x           -         -   ",
    Reschedule:       "   x        x        x        x          x           -         -   ",
    NoticeSent:       "   x        x        x        x          x           x         x   ",
    NoticeBounced:    "   x        x        x        x          x           x         x   ",
    TaskDone:         "   x        x        x        x          x           x         x   ",
    RecordConsent:    "   x        x        x        x          x           -         -   ",
    PaymentSucceeded: "   x        x        tad      tadpn      x           x         x   ",
    PaymentFailed:    "   d        d        x        x          x           x         x   ",
    PaymentRefunded:  "   x        x        x        x          x           x         x   ",
}  # fmt: skip
_TIME = "               tapenc   aepnc    depnc    tadpnec    pnec        -         -   "


def _row(row: str) -> Mapping[Status, frozenset[Status]]:
    cells = zip(_COLUMNS, row.split(), strict=True)
    return {
        status: frozenset({status}) if cell == "x" else frozenset(_LETTERS[mark] for mark in cell)
        for status, cell in cells
        if cell != "-"
    }


TRANSITIONS: Final[Mapping[type[Command], Mapping[Status, frozenset[Status]]]] = {
    command: _row(row) for command, row in _TABLE.items()
}
"""What each command may lead to, by the status it finds."""
BY_TIME: Final[Mapping[Status, frozenset[Status]]] = _row(_TIME)
"""What may come of a status by time alone; those that are over stay so."""
LIFECYCLE: Final[Mapping[type[Command], frozenset[Status]]] = {
    command: frozenset(row) for command, row in TRANSITIONS.items()
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
