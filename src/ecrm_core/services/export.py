"""Export: everything known of a customer as JSON values, Kind by Kind as the table of them says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from attrs import evolve

from ecrm_core.customers import SourceKey
from ecrm_core.errors import ConflictError
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    AuditEntry,
    AuditLink,
    ChangeSet,
    Json,
    Noted,
    Stored,
    canonical_json,
    encode,
)
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import Store
from ecrm_core.services.commit import commit
from ecrm_core.services.hers import Hers
from ecrm_core.services.personal import PERSONAL
from ecrm_core.services.tombstones import nobody_erased
from ecrm_core.services.view import export_customer, view_customer

__all__ = ["export_whole", "hand_out"]

_ATTEMPTS = 5


def export_whole(
    store: Store,
    customer: str | SourceKey,
    *,
    kinds: Sequence[LinkedKind] = (),
    audit: bool = True,
) -> dict[str, object]:
    """Return what ``export_customer`` does, and the rows of all other Kinds that are about her.

    ``audit=False`` leaves out what was done with her (``Personal.deed``). It is as of one moment:
    read twice alike. Raises ConflictError when others change her again and again.
    """
    before = _export(store, customer, kinds, audit=audit)
    for _ in range(_ATTEMPTS):
        exported = _export(store, customer, kinds, audit=audit)
        if exported == before:
            return exported
        before = exported
    message = "the customer is being changed by others again and again; try later"
    raise ConflictError(message, retry="operation")


def hand_out(
    store: Store,
    customer: str | SourceKey,
    *,
    kinds: Sequence[LinkedKind] = (),
    audit: bool = True,
    by: str | None,
    at: datetime,
) -> dict[str, object]:
    """Return what ``export_whole`` does, noted in the audit; MissingError for one just erased."""
    told: list[dict[str, object]] = []

    def decide() -> ChangeSet:
        guard = nobody_erased(store)
        told.append(export_whole(store, customer, kinds=kinds, audit=audit))
        ids: Any = told[-1]["aliases"]
        return evolve(guard, note=Noted(verb="export", by=by, at=at, customers=tuple(ids)))

    commit(store, decide)
    return told[-1]


def _export(
    store: Store, customer: str | SourceKey, kinds: Sequence[LinkedKind], *, audit: bool
) -> dict[str, Any]:
    view = view_customer(store, customer, timeline=None, kinds=kinds)
    hers = Hers(store, view.group, kinds)
    exported: dict[str, Any] = export_customer(view, audit=audit)
    for personal in PERSONAL:
        name = personal.exported
        if name is None or name in exported or (personal.deed and not audit):
            continue
        kind = personal.kind
        rows = {kind.key_of(row.value): row for row in personal.find(hers)}
        found = [rows[key] for key in sorted(rows)]
        told = [_shown(encode(row.value, kind.of)) for row in found]
        exported[name] = _entries(store, found) if kind is AUDIT_LINKS else told
    return exported


def _shown(told: Json) -> Json:
    """Leave out the numbers of the store's own, which tell nothing about her."""
    return {name: held for name, held in told.items() if name != "sequence"}


def _entries(store: Store, links: Sequence[Stored[AuditLink]]) -> list[Json]:
    """Return what the audit tells of her, the newest first, each with the reason that was given.

    Exports are left out: so two exports with nothing in between are equal. Of entries of one
    instant the text decides the order.
    """
    why = {row.value.entry: row.value.why for row in links}
    held = store.get_many(AUDIT, [(id_,) for id_ in why]).values()
    changes = [row.value for row in held if row.value.written or row.value.dropped]
    told = [(entry.recency, _told(entry, why[entry.id])) for entry in changes]
    told.sort(key=lambda each: (each[0], canonical_json(each[1])))
    return [entry for _, entry in told]


def _told(entry: AuditEntry, why: str | None) -> Json:
    told = {name: held for name, held in encode(entry).items() if name != "id"}
    return told | {"why": why} if why else told
