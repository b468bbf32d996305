"""Timeline: what happened with customers, and what it adds up to."""

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
from ecrm_core.timeline.kinds import KINDS_OF_EVENTS, MATTERS, EventKind, MatterKind

__all__ = [
    "FACTS",
    "INTERACTIONS",
    "KINDS_OF_EVENTS",
    "MATTERS",
    "MAX_DATA",
    "MAX_LINES",
    "EventKind",
    "Facts",
    "HomeFacts",
    "Interaction",
    "Known",
    "MatterKind",
    "OrderLine",
    "OrderPart",
    "OrderRole",
    "Seen",
    "decide_interactions",
    "filed",
    "homes_to_fold",
    "retell",
]
