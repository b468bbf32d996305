"""Commands: what may be asked of a subscription."""

from __future__ import annotations

from ecrm_core.subscriptions.commands.base import Command, Reschedule
from ecrm_core.subscriptions.commands.changing import (
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Reprice,
    RepriceAt,
)
from ecrm_core.subscriptions.commands.ending import Cancel, UndoCancel, When
from ecrm_core.subscriptions.commands.pausing import DropHeld, Pause, ReleaseHeld, Resume, SkipNext
from ecrm_core.subscriptions.commands.paying import PaymentFailed, PaymentRefunded, PaymentSucceeded
from ecrm_core.subscriptions.commands.starting import Create, Import, Resubscribe
from ecrm_core.subscriptions.commands.telling import (
    NoticeBounced,
    NoticeSent,
    RecordConsent,
    TaskDone,
)
from ecrm_core.subscriptions.commands.terms import SetAutoRenew
from ecrm_core.subscriptions.commands.trials import Activate, ExtendTrial

__all__ = [
    "Activate",
    "Cancel",
    "ChangeAnchor",
    "ChangePlan",
    "ChangeQuantity",
    "ChangeZone",
    "Command",
    "Create",
    "DropHeld",
    "ExtendTrial",
    "Import",
    "NoticeBounced",
    "NoticeSent",
    "Pause",
    "PaymentFailed",
    "PaymentRefunded",
    "PaymentSucceeded",
    "RecordConsent",
    "ReleaseHeld",
    "Reprice",
    "RepriceAt",
    "Reschedule",
    "Resubscribe",
    "Resume",
    "SetAutoRenew",
    "SkipNext",
    "TaskDone",
    "UndoCancel",
    "When",
]
