"""Handling: what each command does to a subscription, one subject a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

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
from ecrm_core.subscriptions.handling.changing import change_plan, change_quantity, reprice
from ecrm_core.subscriptions.handling.counting import change_anchor, change_zone
from ecrm_core.subscriptions.handling.ending import cancel, undo_cancel
from ecrm_core.subscriptions.handling.holding import clear_held
from ecrm_core.subscriptions.handling.pausing import pause, resume, skip_next
from ecrm_core.subscriptions.handling.paying import payment, refund
from ecrm_core.subscriptions.handling.resubscribing import resubscribe
from ecrm_core.subscriptions.handling.starting import created
from ecrm_core.subscriptions.handling.telling import (
    notice_bounced,
    notice_sent,
    record_consent,
    task_done,
)
from ecrm_core.subscriptions.handling.terms import set_auto_renew
from ecrm_core.subscriptions.handling.trials import activate, extend_trial
from ecrm_core.subscriptions.handling.work import Work, reschedule

__all__ = ["HANDLERS", "Work", "created"]


HANDLERS: Final[Mapping[type[Command], Callable[[Work, Any], None]]] = {
    Cancel: cancel,
    UndoCancel: undo_cancel,
    Pause: pause,
    Resume: resume,
    SkipNext: skip_next,
    ReleaseHeld: clear_held,
    DropHeld: clear_held,
    ExtendTrial: extend_trial,
    Activate: activate,
    Resubscribe: resubscribe,
    ChangePlan: change_plan,
    ChangeQuantity: change_quantity,
    ChangeAnchor: change_anchor,
    ChangeZone: change_zone,
    Reprice: reprice,
    SetAutoRenew: set_auto_renew,
    PaymentSucceeded: payment,
    PaymentFailed: payment,
    NoticeSent: notice_sent,
    NoticeBounced: notice_bounced,
    TaskDone: task_done,
    RecordConsent: record_consent,
    PaymentRefunded: refund,
    Reschedule: reschedule,
}
"""What does each command; LIFECYCLE says when it may."""
