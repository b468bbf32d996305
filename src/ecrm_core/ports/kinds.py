"""Kinds: every sort of row the library has, for adapters that make their tables beforehand."""

from __future__ import annotations

from typing import Any, Final

from ecrm_core.customers import (
    CONSENTS,
    CORRECTIONS,
    HISTORY,
    HOMES,
    PROFILES,
    RECORDS,
    SEARCH_KEYS,
    TOMBSTONES,
    UNMATCHED,
)
from ecrm_core.kernel import AUDIT, AUDIT_LINKS, CLAIMS, DELIVERED, OUTBOX, REQUESTS, Kind
from ecrm_core.matching import JUDGEMENTS, MODEL_BODIES, MODELS, SWEEPS
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    LEGAL_HOLDS,
    MERGE_EDGES,
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
)
from ecrm_core.segmentation import (
    MEMBERSHIPS,
    SEGMENT_MARKS,
    SEGMENT_RECHECKS,
    SEGMENT_REFRESH,
    SEGMENT_WATCH,
    SEGMENTS,
)
from ecrm_core.sources import IMPORTS, QUARANTINE
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from ecrm_core.timeline import CORRELATIONS, FACTS, INTERACTIONS

__all__ = ["KINDS"]

KINDS: Final[tuple[Kind[Any], ...]] = (
    AUDIT,
    AUDIT_LINKS,
    CLAIMS,
    CONSENTS,
    CORRECTIONS,
    CORRELATIONS,
    CUSTOMER_CLAIMS,
    DELIVERED,
    FACTS,
    HISTORY,
    HOMES,
    IMPORTS,
    INTERACTIONS,
    JUDGEMENTS,
    LEGAL_HOLDS,
    MEMBERSHIPS,
    MERGE_EDGES,
    MODELS,
    MODEL_BODIES,
    OUTBOX,
    PROFILES,
    PROPOSALS,
    QUARANTINE,
    RECORDS,
    REQUESTS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    SEARCH_KEYS,
    SEGMENTS,
    SEGMENT_MARKS,
    SEGMENT_RECHECKS,
    SEGMENT_REFRESH,
    SEGMENT_WATCH,
    SUBSCRIPTIONS,
    SUBSCRIPTION_EVENTS,
    SWEEPS,
    TOMBSTONES,
    UNMATCHED,
)
"""Every Kind of the library; Kinds of plugins (``Toolbox.linked``) come on top."""
