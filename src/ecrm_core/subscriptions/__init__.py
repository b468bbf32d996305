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
from ecrm_core.subscriptions.commands import (
    Cancel,
    ChangePlan,
    Command,
    Create,
    NoticeBounced,
    NoticeSent,
    Pause,
    PaymentFailed,
    PaymentSucceeded,
    RecordConsent,
    Resume,
    SetAutoRenew,
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
    paid_through,
)
from ecrm_core.subscriptions.explain import explain
from ecrm_core.subscriptions.handle import handle
from ecrm_core.subscriptions.kinds import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from ecrm_core.subscriptions.lifecycle import LIFECYCLE
from ecrm_core.subscriptions.localtime import due_at, local_day
from ecrm_core.subscriptions.notice import (
    IfMissed,
    NoticeRule,
    RelativeTo,
    Window,
    WithoutConsent,
)
from ecrm_core.subscriptions.pauses import pause_intervals
from ecrm_core.subscriptions.plan import Plan
from ecrm_core.subscriptions.policies import PRESETS, Policies, policies_of
from ecrm_core.subscriptions.proration import (
    ChangeAmounts,
    change_amounts,
    fixed_month_days,
    fraction_of,
    fraction_of_time,
    round_fraction,
    share_of,
    slice_amount,
)
from ecrm_core.subscriptions.recorded import Recorded, fold
from ecrm_core.subscriptions.schedule import held_from
from ecrm_core.subscriptions.subscription import Slice, Status, Subscription
from ecrm_core.subscriptions.task import (
    Priority,
    TaskRule,
)
from ecrm_core.subscriptions.term import AtEnd, TermRule
from ecrm_core.subscriptions.told import (
    Told,
)

__all__ = [
    "LIFECYCLE",
    "PRESETS",
    "SUBSCRIPTIONS",
    "SUBSCRIPTION_EVENTS",
    "Action",
    "ActionKind",
    "Actions",
    "Anchor",
    "AtEnd",
    "Cadence",
    "Calendar",
    "Cancel",
    "ChangeAmounts",
    "ChangePlan",
    "Command",
    "Condition",
    "ContractLine",
    "Create",
    "Debt",
    "DunningEnd",
    "DunningPolicy",
    "Duration",
    "Entitlement",
    "Forecast",
    "IfMissed",
    "Market",
    "NoticeBounced",
    "NoticeRule",
    "NoticeSent",
    "Pause",
    "Pay",
    "PaymentFailed",
    "PaymentSucceeded",
    "Plan",
    "Policies",
    "Priority",
    "RecordConsent",
    "Recorded",
    "RelativeTo",
    "Resume",
    "SetAutoRenew",
    "Slice",
    "Status",
    "Step",
    "Subscription",
    "TaskDone",
    "TaskRule",
    "TermRule",
    "Told",
    "UndoCancel",
    "Unit",
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
    "due_at",
    "entitled",
    "explain",
    "first_boundary",
    "fixed_month_days",
    "fold",
    "forecast",
    "fraction_of",
    "fraction_of_time",
    "handle",
    "held_from",
    "local_day",
    "next_boundary",
    "paid_through",
    "pause_intervals",
    "period_of",
    "policies_of",
    "round_fraction",
    "share_of",
    "slice_amount",
    "whole_periods",
    "withdrawn_keys",
]
