"""Export: everything known of a customer as JSON values, Kind by Kind as the table of them says."""

from __future__ import annotations

from collections.abc import Sequence

from ecrm_core.kernel import AUDIT, AUDIT_LINKS, AuditLink, Json, Stored, encode
from ecrm_core.merging import LinkedKind
from ecrm_core.ports import Store
from ecrm_core.services.hers import Hers
from ecrm_core.services.personal import PERSONAL
from ecrm_core.services.view import CustomerView, export_customer

__all__ = ["export_whole"]


def export_whole(
    store: Store, view: CustomerView, *, kinds: Sequence[LinkedKind] = (), audit: bool = True
) -> dict[str, object]:
    """Return what ``export_customer`` does, and the rows of all other Kinds that are about her.

    ``audit=False`` leaves out what was done with her (``Personal.deed``).
    """
    hers = Hers(store, view.group, kinds)
    exported = export_customer(view, audit=audit)
    for personal in PERSONAL:
        name = personal.exported
        if name is None or name in exported or (personal.deed and not audit):
            continue
        kind = personal.kind
        rows = {kind.key_of(row.value): row for row in personal.find(hers)}
        found = [rows[key] for key in sorted(rows)]
        told = [encode(row.value, kind.of) for row in found]
        exported[name] = _entries(store, found) if kind is AUDIT_LINKS else told
    return exported


def _entries(store: Store, links: Sequence[Stored[AuditLink]]) -> list[Json]:
    """Return what the audit tells of her, the newest first, each with the reason that was given.

    Exports are left out: so two exports with nothing in between are equal.
    """
    why = {row.value.entry: row.value.why for row in links}
    held = store.get_many(AUDIT, [(id_,) for id_ in why]).values()
    changes = (row.value for row in held if row.value.written or row.value.dropped)
    entries = sorted(changes, key=lambda entry: (entry.recency, entry.id))
    return [encode(entry) | ({"why": said} if (said := why[entry.id]) else {}) for entry in entries]
