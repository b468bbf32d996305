"""Timeline: what happened with customers, and what it adds up to."""

from ecrm_core.timeline.contacts import LastContact, last_contacts
from ecrm_core.timeline.facts import FACTS, Facts, HomeFacts, OrderPart, OrderRole, Seen
from ecrm_core.timeline.intake import Known, decide_interactions, filed, homes_to_fold
from ecrm_core.timeline.interaction import (
    INTERACTIONS,
    MAX_DATA,
    MAX_LINES,
    Interaction,
    OrderLine,
    retell,
)
from ecrm_core.timeline.kinds import HOLDINGS, KINDS_OF_EVENTS, MATTERS, EventKind, MatterKind
from ecrm_core.timeline.owned import (
    BilledElsewhere,
    Order,
    OrderState,
    Owned,
    billed_elsewhere,
    orders_of,
    owned_products,
)

__all__ = [
    "FACTS",
    "HOLDINGS",
    "INTERACTIONS",
    "KINDS_OF_EVENTS",
    "MATTERS",
    "MAX_DATA",
    "MAX_LINES",
    "BilledElsewhere",
    "EventKind",
    "Facts",
    "HomeFacts",
    "Interaction",
    "Known",
    "LastContact",
    "MatterKind",
    "Order",
    "OrderLine",
    "OrderPart",
    "OrderRole",
    "OrderState",
    "Owned",
    "Seen",
    "billed_elsewhere",
    "decide_interactions",
    "filed",
    "homes_to_fold",
    "last_contacts",
    "orders_of",
    "owned_products",
    "retell",
]
