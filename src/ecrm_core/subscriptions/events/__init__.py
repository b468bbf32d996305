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
    QuantityChanged,
    QuantityChangeRequested,
    ZoneChanged,
)
from ecrm_core.subscriptions.events.ending import CancelRequested, CancelUndone, Ended
from ecrm_core.subscriptions.events.pausing import Paused, Resumed
from ecrm_core.subscriptions.events.paying import (
    DunningEnded,
    PaymentRecorded,
    RefundRecorded,
    RetryIssued,
)
from ecrm_core.subscriptions.events.starting import Created, TrialEnded
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

__all__ = [
    "EVENTS",
    "Adjustment",
    "AnchorChanged",
    "AutoRenewSet",
    "CancelRequested",
    "CancelUndone",
    "Charged",
    "ConsentRecorded",
    "Created",
    "Credited",
    "DunningEnded",
    "Ended",
    "Event",
    "NoticeDelivered",
    "NoticeIssued",
    "NoticeMissed",
    "NoticeReturned",
    "Paused",
    "PaymentRecorded",
    "PlanChangeRequested",
    "PlanChanged",
    "PriceChangeRequested",
    "PriceChanged",
    "QuantityChangeRequested",
    "QuantityChanged",
    "RefundRecorded",
    "Rescheduled",
    "Resumed",
    "RetryIssued",
    "Settled",
    "TaskClosed",
    "TaskEscalated",
    "TaskIssued",
    "TaskMissed",
    "TasksWithdrawn",
    "TermRenewed",
    "TrialEnded",
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
        AnchorChanged, ZoneChanged, RefundRecorded,
    )
}  # fmt: skip
"""Every event by its name in stored rows."""
