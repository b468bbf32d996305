"""Commands: what may be asked of a subscription."""

from __future__ import annotations

from ecrm_core.subscriptions.commands.base import Command
from ecrm_core.subscriptions.commands.changing import ChangePlan
from ecrm_core.subscriptions.commands.ending import Cancel, UndoCancel, When
from ecrm_core.subscriptions.commands.pausing import Pause, Resume
from ecrm_core.subscriptions.commands.paying import PaymentFailed, PaymentSucceeded
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
    "ChangePlan",
    "Command",
    "Create",
    "NoticeBounced",
    "NoticeSent",
    "Pause",
    "PaymentFailed",
    "PaymentSucceeded",
    "RecordConsent",
    "Resume",
    "SetAutoRenew",
    "TaskDone",
    "UndoCancel",
    "When",
]
