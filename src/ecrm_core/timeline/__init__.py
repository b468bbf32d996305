"""Timeline: what happened with customers, and what it adds up to."""

from ecrm_core.timeline.channels import CHANNELS
from ecrm_core.timeline.contacts import LastContact, last_contacts
from ecrm_core.timeline.correlation import (
    CORRELATIONS,
    Correlation,
    correlation_key,
    correlation_name,
    correlations_to_read,
)
from ecrm_core.timeline.facts import ABANDONED_AFTER, Facts, Seen
from ecrm_core.timeline.home_facts import FACTS, HomeFacts
from ecrm_core.timeline.intake import Known, Telling, decide_interactions, told_changes
from ecrm_core.timeline.interaction import (
    INTERACTIONS,
    MAX_DATA,
    MAX_LINES,
    Interaction,
    OrderLine,
    retell,
)
from ecrm_core.timeline.kinds import HOLDINGS, KINDS_OF_EVENTS, MATTERS, EventKind, MatterKind
from ecrm_core.timeline.matter import Matter, Thread
from ecrm_core.timeline.mention import MAX_MENTIONS, Confidence, Mention, mentioned
from ecrm_core.timeline.orders import OrderPart, OrderRole, order_role
from ecrm_core.timeline.owned import (
    BilledElsewhere,
    Order,
    OrderState,
    Owned,
    billed_elsewhere,
    orders_of,
    owned_products,
)
from ecrm_core.timeline.page import TimelinePage, TimelineQuery, cursor_of, place_of
from ecrm_core.timeline.remark import MAX_REMARK
from ecrm_core.timeline.score import Answer, NpsGroup
from ecrm_core.timeline.sessions import ON_SITE, SESSION_GAP, Session, Visit, sessions

__all__ = [
    "ABANDONED_AFTER",
    "CHANNELS",
    "CORRELATIONS",
    "FACTS",
    "HOLDINGS",
    "INTERACTIONS",
    "KINDS_OF_EVENTS",
    "MATTERS",
    "MAX_DATA",
    "MAX_LINES",
    "MAX_MENTIONS",
    "MAX_REMARK",
    "ON_SITE",
    "SESSION_GAP",
    "Answer",
    "BilledElsewhere",
    "Confidence",
    "Correlation",
    "EventKind",
    "Facts",
    "HomeFacts",
    "Interaction",
    "Known",
    "LastContact",
    "Matter",
    "MatterKind",
    "Mention",
    "NpsGroup",
    "Order",
    "OrderLine",
    "OrderPart",
    "OrderRole",
    "OrderState",
    "Owned",
    "Seen",
    "Session",
    "Telling",
    "Thread",
    "TimelinePage",
    "TimelineQuery",
    "Visit",
    "billed_elsewhere",
    "correlation_key",
    "correlation_name",
    "correlations_to_read",
    "cursor_of",
    "decide_interactions",
    "last_contacts",
    "mentioned",
    "order_role",
    "orders_of",
    "owned_products",
    "place_of",
    "retell",
    "sessions",
    "told_changes",
]
