"""Commands: what may be asked of a subscription."""

from __future__ import annotations

from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.commands.changing import (
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Reprice,
    RepriceAt,
)
from ecrm_core.subscriptions.commands.ending import Cancel, UndoCancel, When
from ecrm_core.subscriptions.commands.pausing import Pause, Resume
from ecrm_core.subscriptions.commands.paying import PaymentFailed, PaymentRefunded, PaymentSucceeded
from ecrm_core.subscriptions.commands.starting import Create
from ecrm_core.subscriptions.commands.telling import (
    NoticeBounced,
    NoticeSent,
    RecordConsent,
    TaskDone,
)
from ecrm_core.subscriptions.commands.terms import SetAutoRenew

__all__ = [
    "Cancel",
    "ChangeAnchor",
    "ChangePlan",
    "ChangeQuantity",
    "ChangeZone",
    "Command",
    "Create",
    "NoticeBounced",
    "NoticeSent",
    "Pause",
    "PaymentFailed",
    "PaymentRefunded",
    "PaymentSucceeded",
    "RecordConsent",
    "Reprice",
    "RepriceAt",
    "Resume",
    "SetAutoRenew",
    "TaskDone",
    "UndoCancel",
    "When",
]
