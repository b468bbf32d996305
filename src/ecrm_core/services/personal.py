"""Personal: for each Kind, how the rows about a customer are found, and what an export calls them.

This one table is what ``erase``, ``export`` and the page on privacy go by. A Kind stands in it, or
among those about nobody with the reason why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final

from attrs import frozen

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
    home_id,
    search_keys,
)
from ecrm_core.kernel import (
    AUDIT,
    AUDIT_LINKS,
    CLAIMS,
    DELIVERED,
    OUTBOX,
    REQUESTS,
    AnyKind,
    AuditLink,
    Stored,
    derive_id,
)
from ecrm_core.matching import JUDGEMENTS, MODEL_BODIES, MODELS, SWEEPS
from ecrm_core.merging import (
    CUSTOMER_CLAIMS,
    LEGAL_HOLDS,
    MERGE_EDGES,
    PROPOSALS,
    REVIEW_DECISIONS,
    REVIEW_LEASES,
    Proposal,
)
from ecrm_core.ports import read_linked, read_memberships, scan_pages
from ecrm_core.segmentation import (
    MEMBERSHIPS,
    SEGMENT_MARKS,
    SEGMENT_RECHECKS,
    SEGMENT_REFRESH,
    SEGMENT_WATCH,
    SEGMENTS,
    effect_id,
)
from ecrm_core.services.hers import Hers
from ecrm_core.services.runs import MERGED, UNMERGED
from ecrm_core.sources import IMPORTS, QUARANTINE
from ecrm_core.subscriptions import SUBSCRIPTION_EVENTS, SUBSCRIPTIONS
from ecrm_core.timeline import CORRELATIONS, FACTS, INTERACTIONS, correlation_key

__all__ = ["IMPERSONAL", "PERSONAL", "Personal", "personal_rows"]

Rows = Iterable[Stored[Any]]


@frozen(kw_only=True)
class Personal:
    """A Kind whose rows are about customers: how hers are found, and their name in an export.

    Rows without a name are not exported apart: they say nothing that others do not. A ``deed`` is
    what was done with her, not what is known of her.
    """

    kind: AnyKind
    find: Callable[[Hers], Rows]
    exported: str | None = None
    deed: bool = False


def _search_keys(hers: Hers) -> Rows:
    """Find the keys as they are derived: an index by home would cost as much as all of them."""
    group = hers.group
    rows = (
        search_keys(home.id, group.records.get(home.key), group.corrections).values()
        for home in group.homes
    )
    keys = [SEARCH_KEYS.key_of(row) for held in rows for row in held]
    return hers.store.get_many(SEARCH_KEYS, keys).values()


def _records(hers: Hers) -> Rows:
    keys = [(key.source, key.external_id) for key in hers.keys]
    return hers.store.get_many(RECORDS, keys).values()


def _proposals(hers: Hers) -> Rows:
    indexes = ("by_left", "by_right", "by_group")
    return chain.from_iterable(hers.by(PROPOSALS, index, hers.ids) for index in indexes)


def _leases(hers: Hers) -> Rows:
    proposals: Iterable[Stored[Proposal]] = _proposals(hers)
    cards = {*hers.ids, *(row.value.id for row in proposals)}
    return hers.store.get_many(REVIEW_LEASES, [(card,) for card in sorted(cards)]).values()


def _claims(hers: Hers) -> Rows:
    yield from hers.by(CUSTOMER_CLAIMS, "by_claimant", hers.ids)
    yield from hers.by(CUSTOMER_CLAIMS, "by_claimed", [*hers.people, *hers.own_addresses])


def _events(hers: Hers) -> Rows:
    for id_ in hers.subscriptions:
        yield from chain.from_iterable(
            scan_pages(hers.store, SUBSCRIPTION_EVENTS, within=(id_,))
        )  # fmt: skip


def _delivered(hers: Hers) -> Rows:
    for id_ in hers.subscriptions:
        yield from chain.from_iterable(scan_pages(hers.store, DELIVERED, starts=f"{id_}/"))
    edges = {row.value.id for row in _edges(hers)}
    told = [(derive_id("evt", hers.store.tenant, topic, edge),)
            for topic in (MERGED, UNMERGED) for edge in sorted(edges)]  # fmt: skip
    yield from hers.store.get_many(DELIVERED, told).values()
    moves = [
        (effect_id(hers.store.tenant, held.segment, held.customer, number),)
        for held in (row.value for row in _memberships(hers))
        for number in range(1, held.number + 1)
    ]
    yield from hers.store.get_many(DELIVERED, moves).values()


def _memberships(hers: Hers) -> Rows:
    return chain.from_iterable(read_memberships(hers.store, hers.ids).values())


def _marks(hers: Hers) -> Rows:
    for subject in (*hers.ids, *hers.people, *hers.own_addresses):
        yield from hers.store.scan(SEGMENT_MARKS, within=(subject,)).rows


def _edges(hers: Hers) -> Rows:
    for index in ("by_loser", "by_winner"):
        yield from hers.by(MERGE_EDGES, index, hers.ids)


def _links(hers: Hers) -> Iterator[Stored[AuditLink]]:
    for id_ in hers.ids:
        yield from chain.from_iterable(scan_pages(hers.store, AUDIT_LINKS, within=(id_,)))


def _entries(hers: Hers) -> Rows:
    """Find the entries about her and nobody else."""
    counts = Counter(link.value.entry for link in _links(hers))
    held = hers.store.get_many(AUDIT, [(id_,) for id_ in counts])
    return [row for row in held.values() if row.value.customers == counts[row.value.id]]


def _requests(hers: Hers) -> Rows:
    names = {name for link in _links(hers) if (name := link.value.request) is not None}
    return hers.store.get_many(REQUESTS, [(name,) for name in sorted(names)]).values()


def _quarantine(hers: Hers) -> Rows:
    yield from hers.by_key(QUARANTINE, "by_party")
    for rows in scan_pages(hers.store, QUARANTINE):
        yield from (row for row in rows if hers.holds_address(row.value.payload))


def _judgements(hers: Hers) -> Rows:
    for index in ("by_left", "by_right"):
        yield from hers.by(JUDGEMENTS, index, hers.ids)


def _correlations(hers: Hers) -> Rows:
    """Find those that no event of anybody else leads: what is filed by one of these stays so."""
    events = hers.by(INTERACTIONS, "of_home", hers.ids)
    keys = {correlation_key(row.value) for row in events}
    for row in hers.store.get_many(CORRELATIONS, sorted(filter(None, keys))).values():
        whose = row.value.subject
        if whose is None or home_id(hers.store.tenant, whose) in hers.ids:
            yield row


PERSONAL: Final[tuple[Personal, ...]] = (
    Personal(kind=HOMES, exported="homes", find=lambda hers: hers.at(HOMES, hers.ids)),
    Personal(kind=RECORDS, exported="records", find=_records),
    Personal(kind=HISTORY, exported="history", find=lambda hers: hers.by_key(HISTORY, "by_record")),
    Personal(kind=CORRECTIONS, exported="corrections",
             find=lambda hers: hers.by(CORRECTIONS, "by_customer", hers.ids)),
    Personal(kind=PROFILES, exported="profile", find=lambda hers: hers.at(PROFILES, hers.ids)),
    Personal(kind=SEARCH_KEYS, find=_search_keys),
    Personal(kind=UNMATCHED, find=lambda hers: hers.at(UNMATCHED, hers.ids)),
    Personal(kind=CONSENTS, exported="consents",
             find=lambda hers: hers.by(CONSENTS, "by_subject",
                                       [*hers.people, *hers.own_addresses])),
    Personal(kind=CUSTOMER_CLAIMS, exported="claims", find=_claims),
    Personal(kind=JUDGEMENTS, exported="judgements", find=_judgements),
    Personal(kind=MERGE_EDGES, exported="merges", deed=True, find=_edges),
    Personal(kind=LEGAL_HOLDS, exported="holds",
             find=lambda hers: hers.by(LEGAL_HOLDS, "by_customer", hers.ids)),
    Personal(kind=PROPOSALS, exported="proposals", deed=True, find=_proposals),
    Personal(kind=REVIEW_LEASES, find=_leases),
    Personal(kind=REVIEW_DECISIONS, exported="decisions", deed=True,
             find=lambda hers: hers.among(REVIEW_DECISIONS)),
    Personal(kind=INTERACTIONS, exported="timeline",
             find=lambda hers: hers.by(INTERACTIONS, "of_home", hers.ids)),
    Personal(kind=CORRELATIONS, find=_correlations),
    Personal(kind=FACTS, exported="facts", find=lambda hers: hers.at(FACTS, hers.ids)),
    Personal(kind=SUBSCRIPTIONS, exported="subscriptions",
             find=lambda hers: hers.at(SUBSCRIPTIONS, hers.subscriptions)),
    Personal(kind=SUBSCRIPTION_EVENTS, exported="subscription_events", find=_events),
    Personal(kind=MEMBERSHIPS, exported="memberships", deed=True, find=_memberships),
    Personal(kind=SEGMENT_MARKS, find=_marks),
    Personal(kind=SEGMENT_RECHECKS, find=lambda hers: hers.at(SEGMENT_RECHECKS, hers.ids)),
    Personal(kind=OUTBOX, exported="effects", deed=True, find=lambda hers: hers.among(OUTBOX)),
    Personal(kind=CLAIMS, exported="effects_in_work", deed=True,
             find=lambda hers: hers.among(CLAIMS)),
    Personal(kind=DELIVERED, exported="effects_delivered", deed=True, find=_delivered),
    Personal(kind=QUARANTINE, exported="quarantine", find=_quarantine),
    Personal(kind=REQUESTS, exported="requests", deed=True, find=_requests),
    Personal(kind=AUDIT_LINKS, exported="audit", deed=True, find=_links),
    Personal(kind=AUDIT, find=_entries),
)  # fmt: skip
"""The Kinds whose rows are about customers, in the order in which an export tells them."""
IMPERSONAL: Final[Mapping[AnyKind, str]] = {
    IMPORTS: "how far a file is: its digest and counts",
    MODELS: "who adopted a model, and when",
    MODEL_BODIES: "weights, and digests of values that many people share",
    SEGMENTS: "rules of the shop, and who wrote them",
    SEGMENT_REFRESH: "how far a refresh is, by an id",
    SEGMENT_WATCH: "how many segments there are",
    SWEEPS: "how far a run is, by an id",
    TOMBSTONES: "keyed hashes of ids: without the secret they name nobody",
}
"""The Kinds that hold nothing about anybody, and why."""


def personal_rows(hers: Hers) -> Iterator[tuple[AnyKind, Stored[Any]]]:
    """Go through all rows about a customer, each once, those of linked Kinds too."""
    for personal in PERSONAL:
        yield from _once(personal.kind, personal.find(hers))
    for linked in hers.kinds:
        yield from _once(linked.kind, read_linked(hers.store, linked, hers.group))


def _once(kind: AnyKind, rows: Rows) -> Iterator[tuple[AnyKind, Stored[Any]]]:
    found = {kind.key_of(row.value): row for row in rows}
    for key in sorted(found):
        yield kind, found[key]
