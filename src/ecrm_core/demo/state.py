"""State: what stands for everything in a store, to see whether a run changed something."""

from __future__ import annotations

from typing import Any, Final

from ecrm_core.crm import Crm
from ecrm_core.customers import CONSENTS, CORRECTIONS, HISTORY, HOMES, PROFILES, RECORDS
from ecrm_core.kernel import CLAIMS, DELIVERED, OUTBOX, REQUESTS, Key, Kind
from ecrm_core.matching import JUDGEMENTS
from ecrm_core.merging import MERGE_EDGES
from ecrm_core.sources import IMPORTS, QUARANTINE
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from ecrm_core.timeline import FACTS, INTERACTIONS

__all__ = ["state_of"]

_KINDS: Final[tuple[Kind[Any], ...]] = (
    CLAIMS, CONSENTS, CORRECTIONS, DELIVERED, FACTS, HISTORY, HOMES, IMPORTS, INTERACTIONS,
    JUDGEMENTS, MERGE_EDGES, OUTBOX, PROFILES, QUARANTINE, RECORDS, REQUESTS, SUBSCRIPTIONS,
    SUBSCRIPTION_EVENTS,
)  # fmt: skip


def state_of(crm: Crm) -> dict[tuple[str, Key], int]:
    """Return the version of every row by its Kind and key: a row that is written gets a new one."""
    return {
        (kind.name, kind.key_of(row)): version
        for kind in _KINDS
        for row, version in _rows(crm, kind)
    }


def _rows(crm: Crm, kind: Kind[Any]) -> list[tuple[Any, int]]:
    found: list[tuple[Any, int]] = []
    after = None
    while True:
        page = crm.store.scan(kind, after=after, limit=10_000)
        found += [(row.value, row.version) for row in page.rows]
        after = page.following
        if after is None:
            return found
