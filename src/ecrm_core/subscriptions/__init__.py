"""Subscriptions: plans, periods, terms, notices and tasks, as pure functions of state and time."""

from ecrm_core.subscriptions.action import Action, ActionKind, Actions
from ecrm_core.subscriptions.advance import Forecast, Step, advance, forecast
from ecrm_core.subscriptions.billing import (
    Calendar,
    Pay,
    billed_through,
    billing_cycles,
    next_boundary,
)
from ecrm_core.subscriptions.cadence import (
    Anchor,
    Cadence,
    Unit,
    boundaries,
    boundary,
    cycle_of,
    first_boundary,
    period_of,
    whole_periods,
)
from ecrm_core.subscriptions.change import Alignment, ChangePolicy, StubPolicy
from ecrm_core.subscriptions.commands import (
    Activate,
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Command,
    Create,
    DropHeld,
    ExtendTrial,
    Import,
    NoticeBounced,
    NoticeSent,
    Pause,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    RecordConsent,
    ReleaseHeld,
    Reprice,
    RepriceAt,
    Resubscribe,
    Resume,
    SetAutoRenew,
    SkipNext,
    TaskDone,
    UndoCancel,
)
from ecrm_core.subscriptions.condition import (
    Condition,
    Market,
)
from ecrm_core.subscriptions.contract_line import ContractLine
from ecrm_core.subscriptions.decide import (
    decide_step,
    decide_steps,
    withdrawn_keys,
)
from ecrm_core.subscriptions.dunning import (
    Debt,
    DunningEnd,
    DunningPolicy,
    Entitlement,
)
from ecrm_core.subscriptions.duration import Duration
from ecrm_core.subscriptions.entitlement import (
    entitled,
    paid_for,
)
from ecrm_core.subscriptions.explain import explain
from ecrm_core.subscriptions.explain_policies import (
    ExplainedPolicies,
    Setting,
    explain_policies,
)
from ecrm_core.subscriptions.handle import handle
from ecrm_core.subscriptions.jurisdictions import (
    Jurisdiction,
    jurisdiction,
    rules_of_json,
)
from ecrm_core.subscriptions.kinds import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTION_EVENTS,
    UNREAD_SUBSCRIPTIONS,
)
from ecrm_core.subscriptions.lifecycle import BY_TIME, LIFECYCLE, TRANSITIONS
from ecrm_core.subscriptions.localtime import due_at, local_day
from ecrm_core.subscriptions.movements import (
    Month,
    Movement,
    MovementKind,
    Movements,
    movements,
)
from ecrm_core.subscriptions.notice import (
    IfMissed,
    NoticeRule,
    RelativeTo,
    Window,
    WithoutConsent,
)
from ecrm_core.subscriptions.pauses import PausedBy, PauseMode, pause_intervals
from ecrm_core.subscriptions.plan import Intro, Plan
from ecrm_core.subscriptions.policies import CatchUp, Policies
from ecrm_core.subscriptions.presets import PRESETS, policies_of
from ecrm_core.subscriptions.proration import (
    ChangeAmounts,
    Grain,
    change_amounts,
    fixed_month_days,
    fraction_of,
    fraction_of_time,
    line_amounts,
    round_fraction,
    share_of,
    slice_amount,
)
from ecrm_core.subscriptions.recorded import Recorded, fold, played
from ecrm_core.subscriptions.recurring import monthly_amount
from ecrm_core.subscriptions.schedule import held_from
from ecrm_core.subscriptions.simulation import (
    Entry,
    Happened,
    Payments,
    Report,
    Simulation,
    declined,
    mixed_payments,
    paid,
    simulate,
)
from ecrm_core.subscriptions.slices import Line, LineKind, Slice
from ecrm_core.subscriptions.subscription import Cause, HeldCharge, Status, Subscription
from ecrm_core.subscriptions.task import (
    Priority,
    TaskRule,
)
from ecrm_core.subscriptions.term import AtEnd, TermRule
from ecrm_core.subscriptions.told import (
    Told,
)
from ecrm_core.subscriptions.unread import UnreadEvent, UnreadSubscription
from ecrm_core.subscriptions.uplift import Uplift, UpliftTo

__all__ = [
    "BY_TIME",
    "LIFECYCLE",
    "PRESETS",
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_EVENTS",
    "TRANSITIONS",
    "UNREAD_SUBSCRIPTIONS",
    "UNREAD_SUBSCRIPTION_EVENTS",
    "Action",
    "ActionKind",
    "Actions",
    "Activate",
    "Alignment",
    "Anchor",
    "AtEnd",
    "Cadence",
    "Calendar",
    "Cancel",
    "CatchUp",
    "Cause",
    "ChangeAmounts",
    "ChangeAnchor",
    "ChangePlan",
    "ChangePolicy",
    "ChangeQuantity",
    "ChangeZone",
    "Command",
    "Condition",
    "ContractLine",
    "Create",
    "Debt",
    "DropHeld",
    "DunningEnd",
    "DunningPolicy",
    "Duration",
    "Entitlement",
    "Entry",
    "ExplainedPolicies",
    "ExtendTrial",
    "Forecast",
    "Grain",
    "Happened",
    "HeldCharge",
    "IfMissed",
    "Import",
    "Intro",
    "Jurisdiction",
    "Line",
    "LineKind",
    "Market",
    "Month",
    "Movement",
    "MovementKind",
    "Movements",
    "NoticeBounced",
    "NoticeRule",
    "NoticeSent",
    "Pause",
    "PauseMode",
    "PausedBy",
    "Pay",
    "PaymentFailed",
    "PaymentRefunded",
    "PaymentSucceeded",
    "Payments",
    "Plan",
    "Policies",
    "Priority",
    "RecordConsent",
    "Recorded",
    "RelativeTo",
    "ReleaseHeld",
    "Report",
    "Reprice",
    "RepriceAt",
    "Resubscribe",
    "Resume",
    "SetAutoRenew",
    "Setting",
    "Simulation",
    "SkipNext",
    "Slice",
    "Status",
    "Step",
    "StubPolicy",
    "Subscription",
    "TaskDone",
    "TaskRule",
    "TermRule",
    "Told",
    "UndoCancel",
    "Unit",
    "UnreadEvent",
    "UnreadSubscription",
    "Uplift",
    "UpliftTo",
    "Window",
    "WithoutConsent",
    "advance",
    "billed_through",
    "billing_cycles",
    "boundaries",
    "boundary",
    "change_amounts",
    "cycle_of",
    "decide_step",
    "decide_steps",
    "declined",
    "due_at",
    "entitled",
    "explain",
    "explain_policies",
    "first_boundary",
    "fixed_month_days",
    "fold",
    "forecast",
    "fraction_of",
    "fraction_of_time",
    "handle",
    "held_from",
    "jurisdiction",
    "line_amounts",
    "local_day",
    "mixed_payments",
    "monthly_amount",
    "movements",
    "next_boundary",
    "paid",
    "paid_for",
    "pause_intervals",
    "period_of",
    "played",
    "policies_of",
    "round_fraction",
    "rules_of_json",
    "share_of",
    "simulate",
    "slice_amount",
    "whole_periods",
    "withdrawn_keys",
]
