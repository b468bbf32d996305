"""Ports: what an adapter must offer, typed readers over it, and what plugins may bring."""

from ecrm_core.ports.ahead import Ahead
from ecrm_core.ports.asking import (
    Answers,
    AnyQuestion,
    Asking,
    Question,
    Remote,
    ask,
    ask_each,
    is_remote,
)
from ecrm_core.ports.claims import all_claims, read_claims_by, read_claims_on
from ecrm_core.ports.customers import (
    read_consents,
    read_corrections,
    read_edges,
    read_groups,
    read_history,
    read_profiles,
    read_records,
)
from ecrm_core.ports.kinds import KINDS
from ecrm_core.ports.matching import (
    all_judgements,
    all_profiles,
    judgement_pages,
    read_judgements,
)
from ecrm_core.ports.merging import read_holds, read_linked
from ecrm_core.ports.pages import scan_pages
from ecrm_core.ports.payments import (
    Declined,
    Paid,
    Payment,
    PaymentAnswer,
    PaymentPort,
    Pending,
)
from ecrm_core.ports.segments import (
    read_members,
    read_memberships,
    read_rechecks_due,
    read_saved_segments,
)
from ecrm_core.ports.store import Cursor, Page, Picking, Store, Tenants
from ecrm_core.ports.subscriptions import (
    read_due,
    read_subscription_events,
    read_subscriptions,
    read_subscriptions_of,
)
from ecrm_core.ports.timeline import (
    read_facts,
    read_holdings,
    read_interactions,
    read_timeline,
    scan_timeline,
)
from ecrm_core.ports.toolbox import SEAMS, Toolbox

__all__ = [
    "KINDS",
    "SEAMS",
    "Ahead",
    "Answers",
    "AnyQuestion",
    "Asking",
    "Cursor",
    "Declined",
    "Page",
    "Paid",
    "Payment",
    "PaymentAnswer",
    "PaymentPort",
    "Pending",
    "Picking",
    "Question",
    "Remote",
    "Store",
    "Tenants",
    "Toolbox",
    "all_claims",
    "all_judgements",
    "all_profiles",
    "ask",
    "ask_each",
    "is_remote",
    "judgement_pages",
    "read_claims_by",
    "read_claims_on",
    "read_consents",
    "read_corrections",
    "read_due",
    "read_edges",
    "read_facts",
    "read_groups",
    "read_history",
    "read_holdings",
    "read_holds",
    "read_interactions",
    "read_judgements",
    "read_linked",
    "read_members",
    "read_memberships",
    "read_profiles",
    "read_rechecks_due",
    "read_records",
    "read_saved_segments",
    "read_subscription_events",
    "read_subscriptions",
    "read_subscriptions_of",
    "read_timeline",
    "scan_pages",
    "scan_timeline",
]
