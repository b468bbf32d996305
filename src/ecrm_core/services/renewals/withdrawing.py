"""Withdrawing: what subscriptions take back while it still waits in the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecrm_core.kernel import OUTBOX, Emit, Stored
from ecrm_core.ports import Store
from ecrm_core.subscriptions import Recorded, withdrawn_keys

__all__ = ["waiting_rows"]


def waiting_rows(store: Store, events: Iterable[Recorded]) -> Mapping[str, Stored[Emit]]:
    """Return the rows of the outbox that events take back and nobody works on yet, by key."""
    keys = [(key,) for key in withdrawn_keys(events)]
    if not keys:
        return {}
    return {key: row for (key,), row in store.get_many(OUTBOX, keys).items()}
