"""Withdrawing: what a step takes back while it still waits in the outbox."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ecrm_core.kernel import OUTBOX, Emit, Stored
from ecrm_core.ports import Store
from ecrm_core.subscriptions import Step, withdrawn_keys

__all__ = ["waiting_rows"]


def waiting_rows(store: Store, steps: Iterable[Step]) -> Mapping[str, Stored[Emit]]:
    """Return the rows of the outbox that steps take back and nobody works on yet, by key."""
    keys = [(key,) for step in steps for key in withdrawn_keys(step)]
    if not keys:
        return {}
    return {key: row for (key,), row in store.get_many(OUTBOX, keys).items()}
