"""Timeline: what happened with customers, and what it adds up to."""

from ecrm_core.timeline.facts import FACTS, Facts, HomeFacts, OrderPart, OrderRole, Seen
from ecrm_core.timeline.intake import Known, Telling, decide_interactions, told_changes
from ecrm_core.timeline.interaction import (
    INTERACTIONS,
    MAX_DATA,
    MAX_LINES,
    Interaction,
    OrderLine,
    retell,
)
from ecrm_core.timeline.kinds import KINDS_OF_EVENTS, MATTERS, EventKind, MatterKind
from ecrm_core.timeline.thread import THREADS, Thread, thread_key, thread_name, threads_to_read

__all__ = [
    "FACTS",
    "INTERACTIONS",
    "KINDS_OF_EVENTS",
    "MATTERS",
    "MAX_DATA",
    "MAX_LINES",
    "THREADS",
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
    "Telling",
    "Thread",
    "decide_interactions",
    "retell",
    "thread_key",
    "thread_name",
    "threads_to_read",
    "told_changes",
]
