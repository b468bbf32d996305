"""Audit: reading who did what and when, newest first, of a customer or of all; forgetting it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from attrs import field, frozen

from ecrm_core.customers import SourceKey, ids_of, tombstone_id
from ecrm_core.errors import MissingError
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    AuditEntry,
    AuditLink,
    ChangeSet,
    Drop,
    Kind,
    Noted,
    gate_limit,
    html_table,
    instant_text,
    plain_table,
    recency_text,
)
from ecrm_core.ports import Cursor, Store, read_groups
from ecrm_core.services.identity import group_of, identity_of
from ecrm_core.services.tombstones import read_erasures

__all__ = ["AuditPage", "audit_of", "audit_page", "prepare_forget_audit", "write_note"]

_PAGE = 1_000
_HEAD = ("when", "what", "by", "wrote", "dropped", "fields", "customers", "why")


@frozen(kw_only=True)
class AuditPage:
    """Entries, the newest first; of one customer with the reasons given, by the id of the entry.

    ``following`` is where the next page begins, None on the last.
    """

    entries: tuple[AuditEntry, ...]
    reasons: Mapping[str, str] = field(factory=dict, repr=False)
    following: Cursor | None = None

    def __str__(self) -> str:
        """Return the entries as a plain table; reasons, which may name people, are left out."""
        return plain_table(_HEAD, [_cells(entry) for entry in self.entries])

    def _repr_html_(self) -> str:
        return html_table(_HEAD, [_cells(entry) for entry in self.entries])


def _cells(entry: AuditEntry) -> Sequence[str]:
    counts = (entry.written, entry.dropped)
    wrote, dropped = (", ".join(f"{n} {name}" for name, n in each.items()) for each in counts)
    return (instant_text(entry.at), entry.verb, entry.by or "", wrote, dropped,
            ", ".join(entry.fields), str(entry.customers), entry.case or "")  # fmt: skip


def audit_page(
    store: Store,
    *,
    since: datetime | None = None,
    after: Cursor | None = None,
    limit: int = 100,
) -> AuditPage:
    """Return one page of what was done, the newest first, back to an instant."""
    page = store.scan(AUDIT, index="by_time", after=after, limit=gate_limit(limit))
    entries = tuple(row.value for row in page.rows if since is None or row.value.at >= since)
    following = page.following if len(entries) == len(page.rows) else None
    return AuditPage(entries=entries, following=following)


def audit_of(
    store: Store,
    customer: str | SourceKey,
    *,
    since: datetime | None = None,
    limit: int = 100,
    secret: bytes | None = None,
) -> AuditPage:
    """Return the newest of what was done about a customer, under any of her ids.

    Of one who was erased that is the erasure, as long as ``secret`` tells who it was. Raises
    MissingError for one who is unknown.
    """
    limit = gate_limit(limit)
    names = _names(store, customer, secret)
    found = (store.scan(AUDIT_LINKS, within=(name,), limit=limit).rows for name in names)
    links = sorted({row.value.entry: row.value for row in chain.from_iterable(found)}.values(),
                   key=lambda link: (link.recency, link.entry))[:limit]  # fmt: skip
    links = [link for link in links if since is None or link.at >= since]
    entries = store.get_many(AUDIT, [(link.entry,) for link in links])
    return AuditPage(
        entries=tuple(entries[link.entry,].value for link in links if (link.entry,) in entries),
        reasons=_reasons(links),
    )


def _names(store: Store, customer: str | SourceKey, secret: bytes | None) -> tuple[str, ...]:
    home = identity_of(store, customer)
    if groups := read_groups(store, [home]):
        return ids_of(groups[home])
    erasures = read_erasures(store, [home], secret=secret)
    if erasures.secret is None or not erasures.erased:
        group_of(store, customer)  # says who is missing
        raise MissingError("no customer has this id", code="no_customer")
    return (tombstone_id(erasures.secret, store.tenant, home),)


def _reasons(links: Iterable[AuditLink]) -> dict[str, str]:
    return {link.entry: link.why for link in links if link.why}


def write_note(store: Store, note: Noted) -> None:
    """Write into the audit what changes nothing else: an export."""
    store.apply(ChangeSet(note=note))


def prepare_forget_audit(store: Store, *, before: datetime) -> ChangeSet:
    """Return what forgetting entries made before an instant drops: at most 1,000, and their links.

    The result counts them; none are left when it is 0.
    """
    entries, links = (_old(store, kind, before) for kind in (AUDIT, AUDIT_LINKS))
    return ChangeSet(drops=(*entries, *links), result={"forgotten": len(entries) or len(links)})


def _old(store: Store, kind: Kind[Any], before: datetime) -> tuple[Drop, ...]:
    start = (recency_text(before), *("" for _ in kind.key))
    page = store.scan(kind, index="by_time", after=start, limit=_PAGE)
    found = [(row.value, kind.key_of(row.value)) for row in page.rows]
    return tuple(Drop(kind, key) for value, key in found if value.at < before)
