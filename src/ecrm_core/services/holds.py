"""Holds: placing a legal hold on a customer, and releasing it."""

from __future__ import annotations

from ecrm_core.customers import SourceKey
from ecrm_core.errors import MissingError
from ecrm_core.kernel import ChangeSet, gate_text
from ecrm_core.merging import LEGAL_HOLDS, decide_hold, decide_release_hold
from ecrm_core.ports import Store
from ecrm_core.services.identity import Act, group_of

__all__ = ["prepare_hold", "prepare_release_hold"]


def prepare_hold(store: Store, customer: str | SourceKey, *, reason: str, act: Act) -> ChangeSet:
    """Return what placing a legal hold on a customer writes."""
    group = group_of(store, customer)
    return decide_hold(group, tenant=store.tenant, reason=reason, by=act.by, at=act.at)


def prepare_release_hold(store: Store, hold_id: str, *, act: Act) -> ChangeSet:
    """Return what releasing a legal hold writes; MissingError for one that is unknown."""
    key = (gate_text(hold_id),)
    found = store.get_many(LEGAL_HOLDS, [key]).get(key)
    if found is None:
        raise MissingError("no legal hold has this id", code="no_hold")
    group = group_of(store, found.value.customer)
    # Read again behind the version of the group: it may have been released meanwhile.
    hold = store.get_many(LEGAL_HOLDS, [key])[key].value
    return decide_release_hold(hold, group, by=act.by, at=act.at)
