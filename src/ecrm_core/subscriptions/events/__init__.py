"""Events: what can happen to a subscription, and what each makes of its state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ecrm_core.subscriptions.events.base import Event, Rescheduled
from ecrm_core.subscriptions.events.billing import Charged, Credited, Settled
from ecrm_core.subscriptions.events.changing import (
    Adjustment,
    AnchorChanged,
    PlanChanged,
    PlanChangeRequested,
    PriceChanged,
    PriceChangeRequested,
    PriceDropped,
    QuantityChanged,
    QuantityChangeRequested,
    ZoneChanged,
)
from ecrm_core.subscriptions.events.ending import CancelRequested, CancelUndone, Ended
from ecrm_core.subscriptions.events.pausing import (
    ChargeHeld,
    ChargeSkipped,
    HeldCleared,
    OwnerResumed,
    Paused,
    PauseDropped,
    PausePlanned,
    Resumed,
    ResumePlanned,
    Shift,
    SkipsSet,
    SkipWhy,
)
from ecrm_core.subscriptions.events.paying import (
    DunningEnded,
    PaymentRecorded,
    RefundRecorded,
    RetryIssued,
)
from ecrm_core.subscriptions.events.starting import Created, Resubscribed, TrialEnded
from ecrm_core.subscriptions.events.telling import (
    ConsentRecorded,
    NoticeDelivered,
    NoticeIssued,
    NoticeMissed,
    NoticeReturned,
    TaskClosed,
    TaskEscalated,
    TaskIssued,
    TaskMissed,
    TasksWithdrawn,
    Withdrawn,
)
from ecrm_core.subscriptions.events.terms import AutoRenewSet, TermRenewed, WentEvergreen
from ecrm_core.subscriptions.events.trials import TrialMoved

__all__ = [
    "EVENTS",
    "Adjustment",
    "AnchorChanged",
    "AutoRenewSet",
    "CancelRequested",
    "CancelUndone",
    "ChargeHeld",
    "ChargeSkipped",
    "Charged",
    "ConsentRecorded",
    "Created",
    "Credited",
    "DunningEnded",
    "Ended",
    "Event",
    "HeldCleared",
    "NoticeDelivered",
    "NoticeIssued",
    "NoticeMissed",
    "NoticeReturned",
    "OwnerResumed",
    "PauseDropped",
    "PausePlanned",
    "Paused",
    "PaymentRecorded",
    "PlanChangeRequested",
    "PlanChanged",
    "PriceChangeRequested",
    "PriceChanged",
    "PriceDropped",
    "QuantityChangeRequested",
    "QuantityChanged",
    "RefundRecorded",
    "Rescheduled",
    "Resubscribed",
    "ResumePlanned",
    "Resumed",
    "RetryIssued",
    "Settled",
    "Shift",
    "SkipWhy",
    "SkipsSet",
    "TaskClosed",
    "TaskEscalated",
    "TaskIssued",
    "TaskMissed",
    "TasksWithdrawn",
    "TermRenewed",
    "TrialEnded",
    "TrialMoved",
    "WentEvergreen",
    "Withdrawn",
    "ZoneChanged",
]

EVENTS: Final[Mapping[str, type[Event]]] = {
    event.kind: event
    for event in (
        Created, Charged, Credited, TrialEnded, NoticeIssued, NoticeMissed, TaskIssued, TaskMissed,
        TasksWithdrawn, TermRenewed, WentEvergreen, CancelRequested, CancelUndone, Ended, Paused,
        Resumed, PlanChangeRequested, PlanChanged, AutoRenewSet, PaymentRecorded, Rescheduled,
        NoticeDelivered, NoticeReturned, TaskEscalated, TaskClosed, Withdrawn, ConsentRecorded,
        RetryIssued, DunningEnded,
        Settled, QuantityChangeRequested, QuantityChanged, PriceChangeRequested, PriceChanged,
        PriceDropped, AnchorChanged, ZoneChanged, RefundRecorded,
        TrialMoved, Resubscribed, PausePlanned, PauseDropped, OwnerResumed, ResumePlanned, SkipsSet,
        ChargeSkipped, ChargeHeld, HeldCleared,
    )
}  # fmt: skip
"""Every event by its name in stored rows."""
