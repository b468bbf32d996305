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
    Cancel,
    ChangeAnchor,
    ChangePlan,
    ChangeQuantity,
    ChangeZone,
    Command,
    Create,
    Pause,
    PaymentFailed,
    PaymentRefunded,
    PaymentSucceeded,
    Reprice,
    RepriceAt,
    Resume,
    SetAutoRenew,
    UndoCancel,
)
from ecrm_core.subscriptions.contract_line import ContractLine
from ecrm_core.subscriptions.decide import decide_step, decide_steps
from ecrm_core.subscriptions.duration import Duration
from ecrm_core.subscriptions.explain import explain
from ecrm_core.subscriptions.handle import handle
from ecrm_core.subscriptions.kinds import (
    SUBSCRIPTION_EVENTS,
    SUBSCRIPTIONS,
    UNREAD_SUBSCRIPTION_EVENTS,
    UNREAD_SUBSCRIPTIONS,
)
from ecrm_core.subscriptions.lifecycle import LIFECYCLE
from ecrm_core.subscriptions.localtime import due_at, local_day
from ecrm_core.subscriptions.movements import (
    Month,
    Movement,
    MovementKind,
    Movements,
    movements,
)
from ecrm_core.subscriptions.notice import NoticeRule, RelativeTo, Window
from ecrm_core.subscriptions.pauses import pause_intervals
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.policies import PRESETS, Policies, policies_of
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
from ecrm_core.subscriptions.recurring import in_a_month, monthly_amount
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
from ecrm_core.subscriptions.subscription import Slice, Status, Subscription
from ecrm_core.subscriptions.task import TaskRule
from ecrm_core.subscriptions.term import AtEnd, TermRule
from ecrm_core.subscriptions.unread import UnreadEvent, UnreadSubscription
from ecrm_core.subscriptions.uplift import Uplift, UpliftTo

__all__ = [
    "LIFECYCLE",
    "PRESETS",
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_EVENTS",
    "UNREAD_SUBSCRIPTIONS",
    "UNREAD_SUBSCRIPTION_EVENTS",
    "Action",
    "ActionKind",
    "Actions",
    "Alignment",
    "Anchor",
    "AtEnd",
    "Cadence",
    "Calendar",
    "Cancel",
    "ChangeAmounts",
    "ChangeAnchor",
    "ChangePlan",
    "ChangePolicy",
    "ChangeQuantity",
    "ChangeZone",
    "Command",
    "ContractLine",
    "Create",
    "Duration",
    "Entry",
    "Forecast",
    "Grain",
    "Happened",
    "Line",
    "LineKind",
    "Month",
    "Movement",
    "MovementKind",
    "Movements",
    "NoticeRule",
    "Pause",
    "Pay",
    "PaymentFailed",
    "PaymentRefunded",
    "PaymentSucceeded",
    "Payments",
    "Plan",
    "Policies",
    "Recorded",
    "RelativeTo",
    "Report",
    "Reprice",
    "RepriceAt",
    "Resume",
    "SetAutoRenew",
    "Simulation",
    "Slice",
    "Status",
    "Step",
    "StubPolicy",
    "Subscription",
    "TaskRule",
    "TermRule",
    "UndoCancel",
    "Unit",
    "UnreadEvent",
    "UnreadSubscription",
    "Uplift",
    "UpliftTo",
    "Window",
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
    "explain",
    "first_boundary",
    "fixed_month_days",
    "fold",
    "forecast",
    "fraction_of",
    "fraction_of_time",
    "handle",
    "in_a_month",
    "line_amounts",
    "local_day",
    "mixed_payments",
    "monthly_amount",
    "movements",
    "next_boundary",
    "paid",
    "pause_intervals",
    "period_of",
    "played",
    "policies_of",
    "round_fraction",
    "share_of",
    "simulate",
    "slice_amount",
    "whole_periods",
]
