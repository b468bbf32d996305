"""Commands: what may be asked of a subscription."""

from __future__ import annotations

from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.commands.changing import ChangePlan
from ecrm_core.subscriptions.commands.ending import Cancel, UndoCancel, When
from ecrm_core.subscriptions.commands.pausing import DropHeld, Pause, ReleaseHeld, Resume, SkipNext
from ecrm_core.subscriptions.commands.paying import PaymentFailed, PaymentSucceeded
from ecrm_core.subscriptions.commands.starting import Create, Import, Resubscribe
from ecrm_core.subscriptions.commands.terms import SetAutoRenew
from ecrm_core.subscriptions.commands.trials import Activate, ExtendTrial

__all__ = [
    "Activate",
    "Cancel",
    "ChangePlan",
    "Command",
    "Create",
    "DropHeld",
    "ExtendTrial",
    "Import",
    "Pause",
    "PaymentFailed",
    "PaymentSucceeded",
    "ReleaseHeld",
    "Resubscribe",
    "Resume",
    "SetAutoRenew",
    "SkipNext",
    "UndoCancel",
    "When",
]
